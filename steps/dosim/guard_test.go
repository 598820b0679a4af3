package dosim_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/steps/dosim"
)

func TestTheControlAnswersWhoeverRunsTheSimulatorOnly(t *testing.T) {
	t.Parallel()
	const fault = `{"kind":"server_error","path":"/v2/domains"}`
	for _, c := range []struct {
		public                     bool
		method, path, host, header string
		want                       int
	}{
		{false, "POST", "/_sim/faults", "127.0.0.1:1", "application/json", 201},
		{false, "POST", "/_sim/faults", "localhost", "application/json; charset=utf-8", 201},
		{false, "POST", "/_sim/faults", "[::1]:8080", "application/json", 201},
		{false, "POST", "/_sim/faults", "127.0.0.1:1", "", 403},
		{false, "POST", "/_sim/faults", "127.0.0.1:1", "text/plain", 403},
		{false, "POST", "/_sim/faults", "127.0.0.1:1", "application/x-www-form-urlencoded", 403},
		{false, "POST", "/_sim/faults", "127.0.0.1:1", "text/plain; x=application/json", 403},
		{false, "POST", "/_sim/faults", "evil.example", "application/json", 403},
		{false, "POST", "/_sim/faults", "localhost.evil.example", "application/json", 403},
		{false, "POST", "/_sim/faults", "127.0.0.1.evil.example", "application/json", 403},
		{false, "GET", "/_sim/world", "evil.example", "", 403},
		{false, "DELETE", "/_sim/faults", "evil.example", "", 403},
		{false, "GET", "/%5fsim/world", "evil.example", "", 401}, // no other way to write the path leads there
		{true, "POST", "/_sim/faults", "sim.example", "application/json", 201},
		{true, "POST", "/_sim/faults", "sim.example", "text/plain", 403},
		{false, "GET", "/v2/domains", "sim.example", "", 401}, // the account itself is asked under any name
	} {
		var opts []dosim.Option
		if c.public {
			opts = append(opts, dosim.WithPublic())
		}
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(fault))
		r.Host = c.host
		if c.header != "" {
			r.Header.Set("Content-Type", c.header)
		}
		w := httptest.NewRecorder()
		dosim.New(opts...).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%+v: %d %s", c, w.Code, w.Body)
		}
	}
}

func TestOnlyASimulatorSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	sim := httptest.NewServer(dosim.New())
	defer sim.Close()
	if !dosim.Is(t.Context(), sim.URL+"/some/path?x=y") {
		t.Error("a simulator is not known as one")
	}
	asked := ""
	for name, answer := range map[string]http.HandlerFunc{
		"a proxy": func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		"a page":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>simulated") },
		"a no":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"simulated":false}`) },
		"a refusal": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"simulated":true}`)
		},
		"one who defers": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, sim.URL+r.URL.Path, http.StatusFound)
		},
		"one who listens": func(_ http.ResponseWriter, r *http.Request) { asked = r.Header.Get("Authorization") },
	} {
		other := httptest.NewServer(answer)
		if dosim.Is(t.Context(), other.URL) {
			t.Errorf("%s is taken for a simulator", name)
		}
		other.Close()
	}
	if asked != "" {
		t.Error("a token was sent to ask")
	}
	for _, nowhere := range []string{"", "::", "http://127.0.0.1:1", "no url"} {
		if dosim.Is(t.Context(), nowhere) {
			t.Errorf("%q is taken for a simulator", nowhere)
		}
	}
}

func TestHalfARequestEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		srv := &http.Server{Handler: dosim.New()}
		ln := &single{conns: make(chan net.Conn, 1)}
		ln.conns <- far
		go func() { _ = srv.Serve(ln) }()
		begun := time.Now()
		go func() {
			_, _ = io.WriteString(near, "POST /v2/domains HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
		}()
		_, err := io.ReadAll(near)
		if took := time.Since(begun); took != 20*time.Second {
			t.Errorf("it ended after %s: %v", took, err)
		}
		_ = near.Close()
		_ = srv.Close()
		synctest.Wait()
	})
}

// single is a listener that gives what it was given.
type single struct{ conns chan net.Conn }

func (s *single) Accept() (net.Conn, error) {
	c, ok := <-s.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (s *single) Close() error   { close(s.conns); return nil }
func (s *single) Addr() net.Addr { return &net.TCPAddr{} }
