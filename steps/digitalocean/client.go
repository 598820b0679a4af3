// Package digitalocean is steps.Cloud over DigitalOcean's API: all pages of every list, one rate budget for each token,
// each failure classified once. It is the only place that knows godo.
//
// godo is built without its retry option: that option repeats a POST after a 5xx, which makes records and snapshots twice.
// Here reads are repeated within reason and writes never are; a step looks before it writes again.
//
// The token goes into one header of requests to one host and nowhere else: not into errors, logs or files.
package digitalocean

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// DefaultURL is the address of the service.
const DefaultURL = "https://api.digitalocean.com/"

// Defaults of Config. The service allows 250 requests a minute and 5,000 an hour for each token.
const (
	DefaultPerMinute = 250
	DefaultPerHour   = 5000
	DefaultTimeout   = 30 * time.Second
)

// Config says how to reach the service. The zero value of every field but Token is fine.
type Config struct {
	Token             string
	ProvisioningToken string            // for writes; empty: Token
	APIURL            string            // empty: DefaultURL. https, or http to this machine only
	Transport         http.RoundTripper // nil: a transport of its own, with verified TLS
	UserAgent         string            // empty: "arcadia"
	Log               *slog.Logger      // nil: no log. Requests go to it at debug level
	PerMinute         int               // 0: DefaultPerMinute
	PerHour           int               // 0: DefaultPerHour
	Timeout           time.Duration     // of one request with its answer; 0: DefaultTimeout
}

// Client is a steps.Cloud. It is safe for concurrent use.
type Client struct {
	reads, writes lane
	writeToken    string // what errors call the token of writes
	timeout       time.Duration
	log           *slog.Logger
	traced        bool // the transport reports connections, so that a request that was never sent is known
	secrets       []string
	idle          interface{ CloseIdleConnections() }
	calls         calls

	droplets cache[[]steps.Droplet]
	domains  cache[[]steps.Domain]
	records  cache[[]steps.Record]
}

// lane is a token's way to the service.
type lane struct {
	api     *godo.Client
	bucket  *bucket
	denials *denials
}

var (
	_ steps.Cloud   = (*Client)(nil)
	_ steps.Permits = (*Client)(nil)
)

// New makes a client. It makes no request.
func New(cfg Config) (*Client, error) {
	if strings.TrimSpace(cfg.Token) == "" {
		return nil, errors.New("no DigitalOcean token: set DIGITALOCEAN_TOKEN, or try it without an account with --demo")
	}
	base, err := address(cfg.APIURL)
	if err != nil {
		return nil, err
	}
	c := &Client{timeout: cfg.Timeout, log: cfg.Log}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	rt := cfg.Transport
	if rt == nil {
		rt = newTransport()
	}
	_, c.traced = rt.(*http.Transport)
	c.idle, _ = rt.(interface{ CloseIdleConnections() })
	if c.reads, err = c.open(cfg, base, rt, cfg.Token); err != nil {
		return nil, err
	}
	c.writes, c.writeToken = c.reads, "token"
	if p := strings.TrimSpace(cfg.ProvisioningToken); p != "" && p != strings.TrimSpace(cfg.Token) {
		c.writeToken = "provisioning token"
		if c.writes, err = c.open(cfg, base, rt, p); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Client) open(cfg Config, base *url.URL, rt http.RoundTripper, token string) (lane, error) {
	token = strings.TrimSpace(token)
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return lane{}, errors.New("the DigitalOcean token holds blanks or control characters: copy it again")
	}
	c.secrets = append(c.secrets, token)
	l := lane{bucket: newBucket(orDefault(cfg.PerMinute, DefaultPerMinute), orDefault(cfg.PerHour, DefaultPerHour)), denials: &denials{}}
	hc := &http.Client{
		Transport: &transport{next: rt, token: token, base: base, bucket: l.bucket, denied: l.denials, calls: &c.calls, log: c.log, clean: c.clean},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errRedirect
		},
	}
	agent := cfg.UserAgent
	if agent == "" {
		agent = "arcadia"
	}
	api, err := godo.New(hc, godo.SetBaseURL(base.String()), godo.SetUserAgent(agent))
	if err != nil {
		return lane{}, fmt.Errorf("set up the DigitalOcean client: %w", err)
	}
	l.api = api
	return l, nil
}

func orDefault(n, preset int) int {
	if n <= 0 {
		return preset
	}
	return n
}

// Close lets go of idle connections.
func (c *Client) Close() {
	if c.idle != nil {
		c.idle.CloseIdleConnections()
	}
}

// address checks the service's address. Plain http is for a simulator on this machine: elsewhere the token would travel
// in the open.
func address(text string) (*url.URL, error) {
	if text == "" {
		text = DefaultURL
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the DigitalOcean API address is not a URL: it looks like " + DefaultURL)
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return nil, errors.New("the DigitalOcean API address is a scheme and a host and nothing else, like " + DefaultURL)
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, fmt.Errorf("the DigitalOcean API address with host %q is not https: plain http is for 127.0.0.1 only", u.Hostname())
	}
	u.Path = "/"
	return u, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          16,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
