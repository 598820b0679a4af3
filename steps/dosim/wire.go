package dosim

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxBody is how much of a request's body is read; the service's own largest field is
// 64 KiB of user data.
const maxBody = 4 << 20

// ServeHTTP answers one request on a listener of the caller. A request that a fault cuts
// off ends in a reset connection and, as net/http knows it, a panic with
// [http.ErrAbortHandler].
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if why := s.guarded(r); why != "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(encode(fields{"error": why})) // a client that has gone is nobody's concern here
		return
	}
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(halfSent)) // a recorder has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		panic(http.ErrAbortHandler) // with the deadline, since net/http reads what is left of the body
	}
	_ = conn.SetReadDeadline(time.Time{})
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	out, err := s.exchange(r.Context(), message{
		method: r.Method, path: r.URL.EscapedPath(), query: r.URL.RawQuery, large: large != nil,
		header: r.Header, body: body, base: s.base(scheme, r.Host, r.Header),
	})
	if err != nil || out.reset {
		abort(w)
	}
	maps.Copy(w.Header(), out.header)
	if out.status != http.StatusNoContent {
		w.Header().Set("content-length", strconv.FormatInt(out.blanks+int64(len(out.body)), 10))
	}
	w.WriteHeader(out.status)
	if out.cut {
		// Closed, not reset: a reset could overtake the half that is to arrive.
		_, _ = w.Write(out.body[:len(out.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = io.Copy(w, out.reader()) // a client that has gone is nobody's concern here
}

// base is the address that links begin with: the public one, if one is set, or else that of the request, with the scheme
// that a proxy before this server says it was made with.
func (s *Sim) base(scheme, host string, h http.Header) string {
	if s.set.publicURL != "" {
		return s.set.publicURL
	}
	said, _, _ := strings.Cut(h.Get("X-Forwarded-Proto"), ",")
	said = strings.ToLower(strings.TrimSpace(said))
	if said == "http" || said == "https" {
		scheme = said
	}
	return scheme + "://" + host
}

// abort breaks the connection below w, with a reset where the network has one, and leaves
// the request's goroutine.
func abort(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2, or a recorder
		panic(http.ErrAbortHandler)
	}
	if tcp, isTCP := conn.(*net.TCPConn); isTCP {
		_ = tcp.SetLinger(0) // without it the close below is a plain one
	}
	_ = conn.Close()
	panic(http.ErrAbortHandler)
}

// RoundTrip answers one request inside the process: no socket, no goroutine. Where a
// fault cuts the connection, the error is that of a reset TCP connection, as a real
// transport gives it; where the request's context ends, the error is the context's.
func (s *Sim) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
	}
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	out, err := s.exchange(r.Context(), message{
		method: r.Method, path: r.URL.EscapedPath(), query: r.URL.RawQuery, large: len(body) > maxBody,
		header: r.Header, body: body, base: s.base(r.URL.Scheme, host, r.Header),
	})
	if err != nil {
		return nil, err
	}
	if out.reset {
		return nil, connectionReset()
	}
	resp := &http.Response{
		Status:     strconv.Itoa(out.status) + " " + http.StatusText(out.status),
		StatusCode: out.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        out.header,
		ContentLength: out.blanks + int64(len(out.body)),
		Request:       r,
		Body:          io.NopCloser(out.reader()),
	}
	if r.Method == http.MethodHead {
		resp.Body = http.NoBody
	} else if out.cut {
		half := bytes.NewReader(out.body[:len(out.body)/2])
		resp.Body = io.NopCloser(io.MultiReader(half, cutOff{}))
	}
	return resp, nil
}

func (o outcome) reader() io.Reader {
	return io.MultiReader(io.LimitReader(blanks{}, o.blanks), bytes.NewReader(o.body))
}

func connectionReset() error {
	return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

// blanks is an endless run of spaces, which JSON allows before a value.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// cutOff is the end of a body whose connection broke.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
