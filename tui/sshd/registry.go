package sshd

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"arcadia/engine"
)

// Presence is one live session, as others may see it.
type Presence struct {
	Operator string      `json:"operator"`
	Role     engine.Role `json:"role"`
	From     string      `json:"from"` // a remote address, or empty for this machine
	Since    time.Time   `json:"since"`
	LooksAt  string      `json:"looks_at"` // a screen, a saga, or the command that runs
	Local    bool        `json:"local"`    // not over the network
}

// Registry knows who is here. Safe for concurrent use; the zero value is empty and ready.
type Registry struct {
	mu    sync.Mutex // guards seats; a leaf
	seats map[*Seat]struct{}
}

// Seat is one place in a Registry.
type Seat struct {
	in *Registry
	at Presence // guarded by in.mu
}

// Join adds a session that is not the server's own, such as the console of the process that hosts the engine. Leave it
// with Seat.Leave.
func (r *Registry) Join(p Presence) *Seat {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.join(p)
}

func (r *Registry) join(p Presence) *Seat {
	if p.Since.IsZero() {
		p.Since = time.Now()
	}
	s := &Seat{in: r, at: p}
	if r.seats == nil {
		r.seats = map[*Seat]struct{}{}
	}
	r.seats[s] = struct{}{}
	return s
}

// admit joins unless a limit says no.
func (r *Registry) admit(p Presence, l Limits) (*Seat, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seats) >= l.Sessions {
		return nil, errors.New("all sessions are taken: try again when somebody has left")
	}
	same := 0
	for s := range r.seats {
		if s.at.Operator == p.Operator && !s.at.Local {
			same++
		}
	}
	// The user's own processes on this machine are many and short (a script of commands); they have the limit in all only.
	if !p.Local && same >= l.PerOperator {
		return nil, fmt.Errorf("%s has %d sessions here already: leave one first", p.Operator, same)
	}
	return r.join(p), nil
}

// List gives everybody who is here, the first come first.
func (r *Registry) List() []Presence {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Presence, 0, len(r.seats))
	for s := range r.seats {
		list = append(list, s.at)
	}
	slices.SortFunc(list, func(a, b Presence) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.From, b.From))
	})
	return list
}

// LooksAt says what the operator looks at now.
func (s *Seat) LooksAt(what string) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	s.at.LooksAt = what
}

// Leave takes the session out. Safe to call twice.
func (s *Seat) Leave() {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	delete(s.in.seats, s)
}
