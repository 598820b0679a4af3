package digitalocean

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"

	"arcadia/steps"
)

func TestEachFailureHasOneClass(t *testing.T) {
	t.Parallel()
	dial := &url.Error{Op: "Post", URL: "https://x", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
	lookup := &url.Error{Op: "Post", URL: "https://x", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}}
	reset := &url.Error{Op: "Post", URL: "https://x", Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}}
	cert := &url.Error{Op: "Post", URL: "https://x", Err: x509.UnknownAuthorityError{}}
	for _, c := range []struct {
		name        string
		answer      answer
		read, write steps.Class
	}{
		{"refused connection", answer{err: dial}, steps.Retryable, steps.Retryable},
		{"no such host", answer{err: lookup}, steps.Retryable, steps.Retryable},
		{"no connection was had", answer{err: io.EOF, unsent: true}, steps.Retryable, steps.Retryable},
		{"certificate of somebody else", answer{err: cert, unsent: true}, steps.Permanent, steps.Permanent},
		{"another host", answer{err: errHost}, steps.Permanent, steps.Permanent},
		{"redirect", answer{err: errRedirect}, steps.Permanent, steps.Permanent},
		{"reset", answer{err: reset}, steps.Retryable, steps.Unknown},
		{"timeout", answer{err: context.DeadlineExceeded}, steps.Retryable, steps.Unknown},
		{"truncated", answer{err: io.ErrUnexpectedEOF}, steps.Retryable, steps.Unknown},
		{"empty", answer{err: io.EOF}, steps.Retryable, steps.Unknown},
		{"garbage", answer{err: errors.New("invalid character")}, steps.Retryable, steps.Unknown},
		{"too long", answer{err: errTooLong}, steps.Retryable, steps.Unknown},
		{"good status, bad body", answer{status: 201, err: io.EOF}, steps.Retryable, steps.Unknown},
		{"moved", answer{status: 301}, steps.Permanent, steps.Permanent},
		{"bad request", answer{status: 400}, steps.Permanent, steps.Permanent},
		{"unauthorized", answer{status: 401}, steps.Blocked, steps.Blocked},
		{"forbidden", answer{status: 403}, steps.Permanent, steps.Permanent},
		{"not found", answer{status: 404}, steps.NotFound, steps.NotFound},
		{"request timeout", answer{status: 408}, steps.Retryable, steps.Unknown},
		{"conflict", answer{status: 409}, steps.Permanent, steps.Permanent},
		{"precondition", answer{status: 412}, steps.Permanent, steps.Permanent},
		{"invalid", answer{status: 422, message: "Data needs to end with a dot (.)"}, steps.Permanent, steps.Permanent},
		{"pending", answer{status: 422, message: "Droplet already has a pending event."}, steps.Pending, steps.Pending},
		{"pending, other words", answer{status: 422, message: "droplet has a Pending Event"}, steps.Pending, steps.Pending},
		{"too many", answer{status: 429}, steps.Retryable, steps.Retryable},
		{"server error", answer{status: 500}, steps.Retryable, steps.Unknown},
		{"bad gateway", answer{status: 502}, steps.Retryable, steps.Unknown},
		{"unavailable", answer{status: 503}, steps.Retryable, steps.Unknown},
		{"gateway timeout", answer{status: 504}, steps.Retryable, steps.Unknown},
		{"front end's own", answer{status: 520}, steps.Retryable, steps.Unknown},
	} {
		if got := classify(c.answer); got != c.read {
			t.Errorf("%s on a read is %s, want %s", c.name, got, c.read)
		}
		c.answer.write = true
		if got := classify(c.answer); got != c.write {
			t.Errorf("%s on a write is %s, want %s", c.name, got, c.write)
		}
	}
}

func TestOnlySafeAddressesAreTaken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "https://api.digitalocean.com/",
		"https://api.digitalocean.com": "https://api.digitalocean.com/",
		"https://proxy.example.com/":   "https://proxy.example.com/",
		"http://127.0.0.1:8080":        "http://127.0.0.1:8080/",
		"http://[::1]:8080/":           "http://[::1]:8080/",
		"http://localhost:1":           "http://localhost:1/",
		"http://api.digitalocean.com":  "",
		"http://127.0.0.1.example.com": "",
		"http://10.0.0.1":              "",
		"ftp://127.0.0.1":              "",
		"https://user:pw@example.com":  "",
		"https://example.com/v2":       "",
		"https://example.com/?a=b":     "",
		"https://example.com/#f":       "",
		"api.digitalocean.com":         "",
		"https://":                     "",
		"://":                          "",
	} {
		u, err := address(text)
		if (err == nil) != (want != "") || err == nil && u.String() != want {
			t.Errorf("address(%q) = %v, %v, want %q", text, u, err, want)
		}
	}
}
