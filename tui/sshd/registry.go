package sshd

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"arcadia/engine"
)

// Console is what Presence.What says of a console.
const Console = "console"

// Presence is one live session, as others may see it.
type Presence struct {
	Operator string      `json:"operator"`
	Role     engine.Role `json:"role"`
	From     string      `json:"from"` // a remote address, or empty for this machine
	Since    time.Time   `json:"since"`
	What     string      `json:"what"`           // Console, or the command that runs
	Saga     string      `json:"saga,omitempty"` // whose screen is open on a console
	Local    bool        `json:"local"`          // not over the network
}

// Registry knows who is here. Safe for concurrent use; the zero value is empty and ready.
type Registry struct {
	mu    sync.Mutex // guards what follows and the seats; a leaf
	seats []*Seat    // the first come first
}

// Seat is one place in a Registry. Safe for concurrent use.
type Seat struct {
	in      *Registry
	changed chan struct{} // one slot
	at      Presence      // guarded by in.mu
}

// Join adds a session that is not the server's own, such as the console of the process that hosts the engine. Leave it
// with Seat.Leave.
func (r *Registry) Join(p Presence) *Seat {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.join(p)
}

func (r *Registry) join(p Presence) *Seat {
	p.Since = time.Now()
	s := &Seat{in: r, changed: make(chan struct{}, 1), at: p}
	r.seats = append(r.seats, s)
	s.tell()
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
	for _, s := range r.seats {
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
	for _, s := range r.seats {
		list = append(list, s.at)
	}
	return list
}

// Others gives the other consoles, the first come first. Commands come and go too quickly to be worth a glance.
func (s *Seat) Others() []Presence {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	var list []Presence
	for _, o := range s.in.seats {
		if o != s && o.at.What == Console {
			list = append(list, o.at)
		}
	}
	return list
}

// Changed receives when Others may have changed since it last did.
func (s *Seat) Changed() <-chan struct{} { return s.changed }

// become says what the session is now: a command may turn into a console.
func (s *Seat) become(what string) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if s.at.What != what {
		s.at.What = what
		s.tell()
	}
}

// Look says whose screen is open now; empty: no saga's.
func (s *Seat) Look(saga string) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if s.at.Saga != saga {
		s.at.Saga = saga
		s.tell()
	}
}

// Leave takes the session out. Safe to call twice.
func (s *Seat) Leave() {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if i := slices.Index(s.in.seats, s); i >= 0 {
		s.in.seats = slices.Delete(s.in.seats, i, i+1)
		s.tell()
	}
}

// tell lets the others know that something about this console has changed. in.mu is held.
func (s *Seat) tell() {
	if s.at.What != Console {
		return
	}
	for _, o := range s.in.seats {
		if o == s {
			continue
		}
		select {
		case o.changed <- struct{}{}:
		default:
		}
	}
}
