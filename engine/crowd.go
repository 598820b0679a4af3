package engine

import (
	"context"
	"slices"
	"sync"
	"time"
)

// leaderless is how long a store may be without a driver before everybody is told: two leases.
const leaderless = 20 * time.Second

// crowd is who has the store open, as far as this process knows.
type crowd struct {
	mu    sync.Mutex // guards the fields below; a leaf
	said  bool       // this process has announced itself
	hosts []Host
	since time.Time // nobody drives since then; zero: somebody does
}

// Crowd is who has a store open that several can have open, as this process has seen it last.
type Crowd struct {
	Self   string `json:"self"`   // the name of this process
	Driver string `json:"driver"` // the name of the process that drives; empty: none
	Hosts  []Host `json:"hosts"`  // by name
	Held   bool   `json:"held"`   // for longer than two leases nobody has driven, or the store has not said who does: nothing goes on
}

// Crowd is who has the store open, nil where only one process can. It reads nothing. Feeds are marked with the empty ID when it
// changes.
func (e *Engine) Crowd() *Crowd {
	if !e.several {
		return nil
	}
	e.crowd.mu.Lock()
	defer e.crowd.mu.Unlock()
	c := &Crowd{Self: e.self.Name, Hosts: slices.Clone(e.crowd.hosts), Held: !e.crowd.since.IsZero() && time.Since(e.crowd.since) > leaderless}
	for _, h := range c.Hosts {
		if h.Drives {
			c.Driver = h.Name
		}
	}
	return c
}

// attend announces this process, and looks who else is there.
func (e *Engine) attend(ctx context.Context) {
	e.crowd.mu.Lock()
	said := e.crowd.said
	e.crowd.mu.Unlock()
	roster, ok := ability[Roster](e.store)
	if ok && !said && e.self.Name != "" {
		h := e.self
		h.Steps, h.Since, h.Drives = e.StepNames(), At(time.Now()), false
		err := roster.Announce(ctx, h)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("this process is not announced yet", "error", err)
		}
		e.crowd.mu.Lock()
		e.crowd.said = err == nil
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
	hosts, err := roster.Hosts(ctx)
	if err != nil && ctx.Err() == nil {
		e.log.Warn("who is there is asked again in a while", "error", err)
	}
	driven := e.Drives() || err == nil && slices.ContainsFunc(hosts, func(h Host) bool { return h.Drives })
	e.crowd.mu.Lock()
	defer e.crowd.mu.Unlock()
	if err == nil {
		e.crowd.hosts = hosts
	}
	switch {
	case driven:
		e.crowd.since = time.Time{}
	case e.crowd.since.IsZero():
		e.crowd.since = time.Now()
	}
}
