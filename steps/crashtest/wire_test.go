package crashtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// mishap is what becomes of a write on its way to the provider and back.
type mishap struct {
	name    string
	applied bool // the provider carries the request out before it happens
	spoil   func(req *http.Request, good *http.Response) (*http.Response, error)
}

// mishaps are all ways in which the outcome of a write stays open, each one with the request carried out and, where that
// can be, without.
func mishaps() []mishap {
	reset := func(*http.Request, *http.Response) (*http.Response, error) {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	timeout := func(req *http.Request, _ *http.Response) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	var out []mishap
	for _, applied := range []bool{true, false} {
		when := " not applied"
		if applied {
			when = " after apply"
		}
		out = append(
			out,
			mishap{"502" + when, applied, page(http.StatusBadGateway, `{"id":"bad_gateway","message":"Bad gateway"}`)},
			mishap{"503" + when, applied, page(http.StatusServiceUnavailable, `{"id":"service_unavailable","message":"Service is currently unavailable."}`)},
			mishap{"504 HTML" + when, applied, page(http.StatusGatewayTimeout, "<html><body>504 Gateway Time-out</body></html>")},
			mishap{"reset" + when, applied, reset},
			mishap{"timeout" + when, applied, timeout},
		)
	}
	return append(
		out,
		mishap{"truncated", true, func(_ *http.Request, good *http.Response) (*http.Response, error) { return body(good, true, 0.5, nil) }},
		mishap{"garbage", true, func(_ *http.Request, good *http.Response) (*http.Response, error) {
			return body(good, false, 0, []byte("\x1f\x8b\x00{]}<garbage"))
		}},
		mishap{"empty body", true, func(_ *http.Request, good *http.Response) (*http.Response, error) { return body(good, false, 0, nil) }},
	)
}

// page answers with a status of the provider's front in place of the answer.
func page(status int, text string) func(*http.Request, *http.Response) (*http.Response, error) {
	return func(req *http.Request, _ *http.Response) (*http.Response, error) {
		return &http.Response{
			Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: req,
		}, nil
	}
}

// body replaces the body of an answer by a part of it, or by another one.
func body(resp *http.Response, cut bool, part float64, other []byte) (*http.Response, error) {
	raw, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNoContent {
		resp.Body = http.NoBody
		return resp, nil // nothing there to spoil
	}
	if !cut {
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(other)), int64(len(other))
		return resp, nil
	}
	half := bytes.NewReader(raw[:int(float64(len(raw))*part)])
	resp.Body = io.NopCloser(io.MultiReader(half, torn{}))
	return resp, nil
}

type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// stroke lets a mishap happen to writes, counted over all processes of a course.
type stroke struct {
	mishap mishap
	nth    int // the write it happens to, from 1; 0: to all of them
	every  int // to each so-manieth as well; 0: to none

	mu     sync.Mutex // guards the fields below
	n      int
	struck func() // called when it has happened; may be nil
	over   bool
	nay    bool // the answer that was spoilt was a refusal
}

// illegible reports whether a refusal was spoilt: then nothing was done, and why cannot be read.
func (s *stroke) illegible() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nay
}

// heal ends the mishaps: the provider works again.
func (s *stroke) heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

func (s *stroke) healed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// then sets what follows the mishap in the process that lives now.
func (s *stroke) then(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.struck = do
}

func (s *stroke) after(good *http.Response) {
	s.mu.Lock()
	s.nay = s.nay || good != nil && good.StatusCode >= http.StatusBadRequest
	do := s.struck
	s.mu.Unlock()
	if do != nil {
		do()
	}
}

// meets counts a write and reports whether the mishap happens to it.
func (s *stroke) meets() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return !s.over && (s.nth == 0 || s.n == s.nth || s.every > 0 && s.n%s.every == 0)
}

// wire is a process's way to the provider: three points for each request.
type wire struct {
	life   *life
	next   http.RoundTripper
	stroke *stroke
	rest   time.Duration // at each point, so that an operator who acts on it is quick enough
	late   time.Duration // after which a write that its process died over arrives all the same; 0: it never does
}

// RoundTrip sends one request, unless the process is dead.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + r.URL.Path
	if err := w.point(r.Context(), "before "+what); err != nil {
		if w.late > 0 && r.Method != http.MethodGet && errors.Is(err, errDies) {
			return nil, errors.Join(err, w.arrive(r))
		}
		return nil, err
	}
	hit := r.Method != http.MethodGet && w.stroke.meets()
	var resp *http.Response
	var err error
	if !hit || w.stroke.mishap.applied {
		resp, err = w.next.RoundTrip(r)
	}
	if gone := w.point(context.WithoutCancel(r.Context()), "applied "+what); gone != nil {
		return nil, errors.Join(gone, drop(resp))
	}
	if hit {
		good := resp
		if resp, err = w.stroke.mishap.spoil(r, good); resp != good && good != nil {
			_ = good.Body.Close() // lost on its way: nobody reads it
		}
		w.stroke.after(good)
	}
	if err != nil {
		return nil, err
	}
	raw, rerr := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	if rerr != nil {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(raw), torn{}))
	}
	if !hit {
		err = w.point(context.WithoutCancel(r.Context()), "answered "+what)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// arrive lets a write reach the provider when the process that sent it is dead.
func (w *wire) arrive(r *http.Request) error {
	sent := r.Clone(context.WithoutCancel(r.Context()))
	if r.Body != nil {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		sent.Body = io.NopCloser(bytes.NewReader(raw))
	}
	time.AfterFunc(w.late, func() {
		if resp, err := w.next.RoundTrip(sent); err == nil {
			_ = resp.Body.Close() // there is nobody to read it
		}
	})
	return nil
}

func drop(resp *http.Response) error {
	if resp == nil {
		return nil
	}
	return resp.Body.Close()
}

// point passes a point and leaves an operator who watches it the time to act.
func (w *wire) point(ctx context.Context, what string) error {
	if err := w.life.pass(what); err != nil {
		return err
	}
	if w.rest > 0 {
		t := time.NewTimer(w.rest)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}
