package digitalocean

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"arcadia/engine"
)

// maxBody bounds an answer. godo reads error bodies whole, and makes a text of them.
const maxBody = 1 << 20

var (
	errTooLong  = fmt.Errorf("the answer is longer than %d bytes", maxBody)
	errRedirect = errors.New("the service answered with a redirect, which is not followed: check DIGITALOCEAN_API_URL")
	errHost     = errors.New("the request goes to another host than the configured one, so the token stays here")
)

// transport gives requests to one host their token, bounds answers, and keeps book of rates and of refusals.
type transport struct {
	next   http.RoundTripper
	token  string
	base   *url.URL
	bucket *bucket
	denied *denials
	calls  *calls
	log    *slog.Logger
	clean  func(string) string // keeps outside text in logs harmless
}

// RoundTrip sends one request, unless another process may drive by now. Every answer's rate headers are noted, whatever becomes of
// the answer.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != t.base.Scheme || req.URL.Host != t.base.Host {
		return nil, errHost
	}
	sent := req.Clone(req.Context())
	sent.Header.Set("Authorization", "Bearer "+t.token)
	if err := engine.Fenced(req.Context()); err != nil {
		return nil, err // the last moment at which it can be held back
	}
	began := time.Now()
	resp, err := t.next.RoundTrip(sent)
	if err != nil {
		t.calls.note(kindOf(req.Method, req.URL.Path), 0)
		t.log.DebugContext(req.Context(), "request without an answer", "method", req.Method, "path", req.URL.Path, "took", time.Since(began))
		return nil, err
	}
	t.bucket.learn(resp.StatusCode, resp.Header)
	t.denied.learn(kindOf(req.Method, req.URL.Path), resp.StatusCode)
	t.calls.note(kindOf(req.Method, req.URL.Path), resp.StatusCode)
	t.log.DebugContext(req.Context(), "request", "method", req.Method, "path", req.URL.Path, "status", resp.StatusCode,
		"took", time.Since(began), "request_id", t.clean(resp.Header.Get("x-request-id")))
	resp.Body = &bounded{body: resp.Body, left: maxBody}
	return resp, nil
}

// bounded is a body that ends with errTooLong when it is too long.
type bounded struct {
	body io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n + int(b.left), errTooLong
	}
	return n, err
}

func (b *bounded) Close() error { return b.body.Close() }
