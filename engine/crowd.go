package engine

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// leaderless is how long a store may be without a driver before everybody is told: two leases.
const leaderless = 20 * time.Second

// crowd is who has the store open, as far as this process knows.
type crowd struct {
	mu    sync.Mutex // guards the fields below, and of Engine.self Files, Policy and Unread; a leaf
	said  bool       // this process has announced itself
	hosts []Host
	last  string    // who drove when somebody was seen to
	seen  time.Time // when that was, or when the first look began; zero: nobody has looked
	since time.Time // the last look saw nobody drive: seen at that time; zero: it saw somebody
	mute  bool      // the last look had no answer
}

// Crowd is who has a store open that several can have open, as this process has seen it last.
type Crowd struct {
	Self   string `json:"self"`   // the name of this process
	Driver string `json:"driver"` // the name of the process that drives; empty: none
	Hosts  []Host `json:"hosts"`  // by name
	Last   string `json:"last"`   // the process that was seen to drive last; empty: none was
	Since  Time   `json:"since"`  // nobody has been seen to drive since; zero: somebody does
	Held   bool   `json:"held"`   // for longer than two leases nobody has driven, or the store has not said who does: nothing goes on
	Mute   bool   `json:"mute"`   // the store did not answer when it was asked last
}

// Crowd is who has the store open, nil where only one process can. It reads nothing. Feeds are marked with the empty ID when it
// changes.
func (e *Engine) Crowd() *Crowd {
	if !e.several {
		return nil
	}
	e.crowd.mu.Lock()
	defer e.crowd.mu.Unlock()
	c := &Crowd{
		Self: e.self.Name, Hosts: slices.Clone(e.crowd.hosts), Last: e.crowd.last,
		Held: !e.crowd.seen.IsZero() && time.Since(e.crowd.seen) > leaderless, Mute: e.crowd.mute,
	}
	for _, h := range c.Hosts {
		if h.Drives {
			c.Driver = h.Name
		}
	}
	if c.Held || !e.crowd.since.IsZero() {
		c.Since = At(e.crowd.seen)
	}
	return c
}

// Decides says which file of this process's own decides here, by what it is and its digest: all hosts of a store should have the
// same, and whoever looks at the crowd sees whether they do. Others hear of it within half a lease.
func (e *Engine) Decides(what, digest string) {
	e.crowd.mu.Lock()
	defer e.crowd.mu.Unlock()
	if e.self.Files == nil {
		e.self.Files = map[string]string{}
	}
	e.crowd.said = e.crowd.said && e.self.Files[what] == digest
	e.self.Files[what] = digest
}

// attend announces this process, and looks who else is there.
func (e *Engine) attend(ctx context.Context) {
	e.publish()
	e.crowd.mu.Lock()
	said, mute, h := e.crowd.said, e.crowd.mute, e.self
	h.Files = maps.Clone(h.Files)
	e.crowd.mu.Unlock()
	roster, ok := ability[Roster](e.store)
	if ok && !said && h.Name != "" {
		h.Steps, h.Account, h.Since, h.Drives = e.StepNames(), e.own(), At(time.Now()), false
		err := roster.Announce(ctx, h)
		if err != nil && ctx.Err() == nil && !mute {
			e.log.Warn("this process is not announced yet", "error", err)
		}
		e.crowd.mu.Lock()
		e.crowd.said = err == nil && maps.Equal(h.Files, e.self.Files) && h.Account == e.own() && h.Policy == e.self.Policy && h.Unread == e.self.Unread
		e.crowd.mu.Unlock()
	}
	e.muster(ctx)
}

// muster looks who is there and who drives.
func (e *Engine) muster(ctx context.Context) {
	roster, ok := ability[Roster](e.store)
	if !ok {
		return
	}
	begun := time.Now()
	e.crowd.mu.Lock()
	if e.crowd.seen.IsZero() {
		e.crowd.seen = begun
	}
	e.crowd.mu.Unlock()
	asked, cancel := context.WithTimeout(ctx, leaderless/4)
	defer cancel()
	hosts, err := roster.Hosts(asked)
	driven := e.Drives() || err == nil && slices.ContainsFunc(hosts, func(h Host) bool { return h.Drives })
	e.crowd.mu.Lock()
	defer e.crowd.mu.Unlock()
	if err != nil && ctx.Err() == nil && !e.crowd.mute {
		e.log.Warn("who is there is asked again until the store answers", "error", err)
	}
	e.crowd.mute = err != nil
	if err == nil {
		e.crowd.hosts = hosts
	}
	for _, h := range hosts {
		if h.Drives {
			e.crowd.last = h.Name
		}
	}
	switch {
	case driven:
		e.crowd.seen, e.crowd.since = time.Now(), time.Time{}
	default:
		e.crowd.since = e.crowd.seen
	}
}
