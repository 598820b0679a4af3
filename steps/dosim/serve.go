package dosim

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// message is a request as it came off the wire.
type message struct {
	method string
	path   string // escaped
	query  string
	header http.Header
	body   []byte
	base   string // scheme and host, for links
	large  bool   // the body is beyond the limit, and not here in full
}

// outcome is what goes back on the wire.
type outcome struct {
	status int
	header http.Header
	blanks int64 // blanks sent before the body
	body   []byte
	cut    bool // the connection breaks after half of the body
	reset  bool // the connection breaks instead of an answer
}

// exchange takes one message through the simulation. Its error is the context's, when
// that ended during a wait.
func (s *Sim) exchange(ctx context.Context, m message) (outcome, error) {
	if whole := strings.TrimRight(m.path, "/"); whole != "" { // a slash at the end is no part of a path
		m.path = whole
	}
	if strings.HasPrefix(m.path, controlPrefix) {
		return s.control(m), nil
	}
	s.mu.Lock()
	wait := s.set.latency + s.faults.delay(m.method, m.path)
	s.mu.Unlock()
	if err := pause(ctx, wait); err != nil {
		return outcome{}, err
	}
	out, after := s.answer(m)
	if after == nil {
		return out, nil
	}
	return after.spoil(ctx, out)
}

// answer decides about a message in one critical section. It gives the outbound fault
// that is to spoil the answer, if one met the request.
func (s *Sim) answer(m message) (outcome, *armedFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{
		method: m.method, path: m.path, base: m.base, body: m.body, large: m.large,
		token: bearer(m.header), now: s.settle(),
	}
	c.query, _ = url.ParseQuery(m.query) // the well-formed part of it, as the service does
	entry := Request{Method: m.method, Path: m.path, Query: m.query, At: c.now}
	if c.method == http.MethodHead { // as GET, and only its body is not sent
		c.method = http.MethodGet
	}
	before := s.faults.meet(c.method, m.path, inbound...)
	if before != nil {
		entry.Fault = before.Kind
		if before.Kind == FaultResetBefore {
			s.log.add(entry)
			return outcome{reset: true}, nil
		}
	}
	rep, quota, err := s.decide(c, before)
	out := s.render(c, rep, quota, err)
	entry.Status = out.status
	entry.Applied = err == nil && c.method != http.MethodGet
	entry.Created = c.made
	var after *armedFault
	if before == nil {
		after = s.faults.meet(c.method, m.path, outbound...)
		if after != nil {
			entry.Fault = after.Kind
		}
	}
	s.log.add(entry)
	if after != nil {
		copied := *after // read after the lock is given back
		after = &copied
	}
	return out, after
}

// decide asks in the service's order: who are you, are you too many, may you, is it there.
func (s *Sim) decide(c *call, before *armedFault) (reply, rate, error) {
	quota := rate{limit: shownHourly, remaining: shownHourly - 1, reset: c.now.Add(hourlyWindow)}
	if c.large {
		return reply{}, quota, tooLarge()
	}
	if c.token == "" || s.faults.revokes(c.token) {
		return reply{}, quota, unauthorized()
	}
	if before != nil {
		return reply{}, quota, before.refuse(c.token)
	}
	keys := c.method == http.MethodGet && c.path == "/v2/account/keys"
	quota, err := s.limits.admit(c.token, keys, c.now)
	if err != nil {
		return reply{}, quota, err
	}
	r, args := s.findRoute(c.method, c.path)
	if r == nil {
		return reply{}, quota, notFound()
	}
	c.args = args
	for _, scope := range r.scopes {
		if err := s.require(c, scope); err != nil {
			return reply{}, quota, err
		}
	}
	if s.faults.loses(c.method, c.path, "") {
		return reply{}, quota, forbidden()
	}
	rep, err := r.serve(s, c)
	return rep, quota, err
}

// require refuses a token that holds none of the scopes in alternatives ("a|b").
func (s *Sim) require(c *call, alternatives string) error {
	held, limited := s.set.scopes[c.token]
	for scope := range strings.SplitSeq(alternatives, "|") {
		if (!limited || held[scope]) && !s.faults.loses(c.method, c.path, scope) {
			return nil
		}
	}
	return forbidden()
}

// render turns a decision into what goes on the wire.
func (s *Sim) render(c *call, rep reply, quota rate, err error) outcome {
	h := http.Header{}
	h.Set("x-request-id", s.uuid())
	h.Set("x-gateway", "Edge-Gateway")
	out := outcome{status: rep.status, header: h}
	var no *refusal
	switch {
	case errors.As(err, &no):
		out.status, out.body = no.status, no.body()
		h.Set("content-type", "application/json; charset=utf-8")
		if no.html {
			h.Set("content-type", "text/html; charset=UTF-8")
		}
		if no.retryAfter > 0 {
			seconds := (no.retryAfter + time.Second - 1) / time.Second
			h.Set("retry-after", strconv.FormatInt(int64(seconds), 10))
		}
		if no.spent {
			quota.remaining = 0
		}
	case rep.body != nil:
		out.body = encode(rep.body)
		h.Set("content-type", "application/json; charset=utf-8")
		h.Set("cache-control", "max-age=0, private, must-revalidate")
	default:
		h.Set("cache-control", "no-cache")
	}
	if s.faults.meet(c.method, c.path, FaultResetInPast) != nil {
		quota.reset = c.now.Add(-time.Hour)
	}
	quota.write(h)
	return out
}

// spoil does to a finished answer what an outbound fault does.
func (f *armedFault) spoil(ctx context.Context, out outcome) (outcome, error) {
	switch f.Kind {
	case FaultResetAfter:
		return outcome{reset: true}, nil
	case FaultHangAfter:
		if f.Delay > 0 {
			return outcome{reset: true}, pause(ctx, f.Delay)
		}
		<-ctx.Done()
		return outcome{}, ctx.Err()
	}
	if out.status == http.StatusNoContent { // no body to spoil
		return out, nil
	}

	switch f.Kind {
	case FaultTruncatedBody:
		out.cut = true
	case FaultGarbageBody:
		out.body = []byte("\x1f\x8b\x00{]}<garbage")
	case FaultEmptyBody:
		out.body = nil
	case FaultHugeBody:
		mebibytes := f.Times
		if mebibytes == 0 {
			mebibytes = 16
		}
		out.blanks = int64(mebibytes) << 20
	}
	return out, nil
}

// pause waits for d, or until ctx ends and then gives its error. An ended context is an
// error even when there is nothing to wait for.
func pause(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// bearer is the token of the request; empty if there is none. Any form will do.
func bearer(h http.Header) string {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
