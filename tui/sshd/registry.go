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
	at      Presence      // guarded by in.mu, like what follows
	weight  Weight
	cells   int // of its screen
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

// Weight is what a session counts as, when it is asked whether there is room for one more.
type Weight int

// The weights of sessions.
const (
	Long   Weight = iota // a console, or a command that stays
	Short                // a command that answers and ends: it takes no seat from those who stay
	Urgent               // what an operator needs when things go wrong: there is always room, for role operator
)

// admit joins unless a limit says no.
func (r *Registry) admit(p Presence, w Weight, l Limits) (*Seat, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	long, lower, same := 0, 0, 0
	for _, s := range r.seats {
		if s.weight == Long {
			long++
			if !s.at.Role.Has(engine.Operator) {
				lower++
			}
		}
		if s.at.Operator == p.Operator && !s.at.Local && s.weight == w {
			same++
		}
	}
	// The user's own processes on this machine are many and short (a script of commands); they have the limit in all only.
	switch {
	case w == Urgent && p.Role.Has(engine.Operator):
	case w != Long:
		if !p.Local && same >= l.Short {
			return nil, fmt.Errorf("%s runs %d commands here already: wait for one to end", p.Operator, same)
		}
	case long >= l.Sessions:
		return nil, errors.New("all sessions are taken: try again when somebody has left")
	case !p.Role.Has(engine.Operator) && lower >= max(1, l.Sessions-l.Kept):
		return nil, errors.New("the sessions that are left are kept for operators: try again when somebody has left")
	case !p.Local && same >= l.PerOperator:
		return nil, fmt.Errorf("%s has %d sessions here already: leave one first", p.Operator, same)
	}
	s := r.join(p)
	s.weight = w
	return s, nil
}

// fit gives the size at which a screen is drawn: what the client has, within what the screens of its operator may have together.
// The smallest is 80 × 24.
func (s *Seat) fit(width, height, cells int) (int, int) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	left := cells
	for _, o := range s.in.seats {
		if o != s && o.at.Operator == s.at.Operator && !o.at.Local {
			left -= o.cells
		}
	}
	if !s.at.Local && width*height > left {
		height = min(height, max(24, left/width))
		width = min(width, max(80, left/height))
	}
	s.cells = width * height
	return width, height
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
	s.weight = Long
	if s.at.What != what {
		s.at.What = what
		s.tell()
	}
}

// Stir lets every seat receive that somebody may have come or gone: elsewhere, where the registry does not know of it.
func (r *Registry) Stir() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.seats {
		select {
		case s.changed <- struct{}{}:
		default:
		}
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
