package dosim

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Fault is one way to misbehave, and when. See the kinds for what the parameters mean to
// each; a parameter a kind does not name is ignored.
type Fault struct {
	// Method is the request's method; empty matches all.
	Method string
	// Path is a pattern as in [path.Match] for the request's path: "*" stands for one
	// segment, as in "/v2/domains/*/records". A final "/**" stands for anything deeper.
	// Empty matches all; a malformed pattern matches nothing.
	Path string
	// Skip is how many matching requests pass unharmed first, Count how many are met then;
	// 0 means all until the fault is removed.
	Skip, Count int
	Kind        FaultKind
	Delay       time.Duration
	RetryAfter  time.Duration // sent in whole seconds, rounded up
	Status      int
	Times       int
	Text        string
	Scope       string
	Change      *Record
}

// Inject arms a fault. Faults are tried in the order of their arming. remove disarms it;
// it may be called more than once.
func (s *Sim) Inject(f Fault) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.faults.add(f)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults.remove(id)
	}
}

// faultBook holds the armed faults.
type faultBook struct {
	last  int
	armed []*armedFault
}

// armedFault is a fault with what it has met so far.
type armedFault struct {
	Fault
	id      int
	matched int
	met     int
	revoked map[string]bool // the tokens FaultTokenRevoked has struck
}

func (b *faultBook) add(f Fault) int {
	b.last++
	if f.Change != nil {
		change := *f.Change // the caller's own stays his
		f.Change = &change
	}
	b.armed = append(b.armed, &armedFault{Fault: f, id: b.last})
	return b.last
}

func (b *faultBook) remove(id int) {
	b.armed = slices.DeleteFunc(b.armed, func(f *armedFault) bool { return f.id == id })
}

// meet gives the first armed fault of the kinds that strikes this request, and counts it;
// nil if none does.
func (b *faultBook) meet(method, path string, kinds ...FaultKind) *armedFault {
	for _, f := range b.armed {
		if slices.Contains(kinds, f.Kind) && f.strikes(method, path) {
			return f
		}
	}
	return nil
}

// meetAction is meet for faults of an action: Text is the type of those that are struck, empty for all.
func (b *faultBook) meetAction(c *call, kind string, kinds ...FaultKind) *armedFault {
	for _, f := range b.armed {
		if slices.Contains(kinds, f.Kind) && (f.Text == "" || f.Text == kind) && f.strikes(c.method, c.path) {
			return f
		}
	}
	return nil
}

// strikes reports whether the fault meets this request, and counts it.
func (f *armedFault) strikes(method, path string) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, method) || !pathMatches(f.Path, path) {
		return false
	}
	if f.Count > 0 && f.met >= f.Count {
		return false
	}
	f.matched++
	if f.matched <= f.Skip {
		return false
	}
	f.met++
	return true
}

func pathMatches(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	if head, deep := strings.CutSuffix(pattern, "/**"); deep {
		segments := strings.Split(name, "/")
		n := strings.Count(head, "/") + 1
		if len(segments) <= n {
			return false
		}
		pattern, name = head, strings.Join(segments[:n], "/")
	}
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}

// revokes reports whether a fault has revoked token before.
func (b *faultBook) revokes(token string) bool {
	return slices.ContainsFunc(b.armed, func(f *armedFault) bool { return f.revoked[token] })
}

// delay adds up the latency of all faults that strike this request.
func (b *faultBook) delay(method, path string) time.Duration {
	var sum time.Duration
	for _, f := range b.armed {
		if f.Kind == FaultLatency && f.strikes(method, path) {
			sum += f.Delay
		}
	}
	return sum
}

// refuse is the error answer of an inbound fault; nil for those that have none.
func (f *armedFault) refuse(token string) error {
	switch f.Kind {
	case FaultBurst:
		return tooMany(burstText, f.RetryAfter)
	case FaultHourly:
		return tooMany(hourlyText, f.RetryAfter)
	case FaultServerError:
		return &refusal{status: http.StatusInternalServerError, id: "server_error", message: "Unexpected server-side error"}
	case FaultBadGateway:
		return &refusal{status: http.StatusBadGateway, message: "502 Bad Gateway", html: true}
	case FaultUnavailable:
		return &refusal{
			status: http.StatusServiceUnavailable, id: "service_unavailable",
			message: "Service is currently unavailable.", retryAfter: f.RetryAfter,
		}
	case FaultGatewayTimeout:
		return &refusal{status: http.StatusGatewayTimeout, message: "504 Gateway Time-out", html: true}
	case FaultStatus:
		status := f.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		id := strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
		return &refusal{status: status, id: id, message: f.Text, retryAfter: f.RetryAfter}
	case FaultTokenRevoked:
		if f.revoked == nil {
			f.revoked = map[string]bool{}
		}
		f.revoked[token] = true
		return unauthorized()
	}
	return nil
}

// loses reports whether a fault takes scope away from this request; the empty scope is
// one that every request needs.
func (b *faultBook) loses(method, path, scope string) bool {
	for _, f := range b.armed {
		if f.Kind == FaultScopeMissing && f.Scope == scope && f.strikes(method, path) {
			return true
		}
	}
	return false
}
