package dosim

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// aboutPath answers, on a simulator and on nothing else, that this is one.
const aboutPath = controlPrefix + "about"

// about is that answer.
type about struct {
	Simulated bool `json:"simulated"`
}

// Is asks the server at a base URL whether it is a simulator. It sends no token and follows no redirect. Whoever does not answer
// within a second, or otherwise, is none.
func Is(ctx context.Context, base string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	u.Path, u.RawQuery, u.User = aboutPath, "", nil
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return false
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var a about
	return resp.StatusCode == http.StatusOK && json.NewDecoder(io.LimitReader(resp.Body, 4096)).Decode(&a) == nil && a.Simulated
}

// guarded says why a request to the control does not come from whoever runs the simulator; empty when it may. A page in somebody's
// browser can reach a port on their machine: under a name of its own (the Host header then says so), or with a form, which
// cannot send JSON.
func (s *Sim) guarded(r *http.Request) string {
	if !strings.HasPrefix(r.URL.EscapedPath(), controlPrefix) {
		return ""
	}
	if !s.set.public && !loopback(r.Host) {
		return "the control answers to this machine's own names only, and not to " + r.Host + ": ask 127.0.0.1, or start it with --public"
	}
	if r.Method == http.MethodPost && r.Header.Get("X-Arcadia-Control") == "" {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return "the control takes JSON: send Content-Type: application/json, or a header X-Arcadia-Control"
		}
	}
	return ""
}

// loopback reports whether a Host header names this machine as only itself does.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
