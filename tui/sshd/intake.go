package sshd

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"arcadia/engine"
)

var errFull = errors.New("too many connections")

// intake counts connections, so that one client cannot use up what all need. Safe for concurrent use.
//
// Those that have not logged in are never reason enough to keep one more out: beyond two thirds of their limit, more and more
// often one of them is dropped at random instead, as OpenSSH does from MaxStartups on, and at the limit always: one from the address
// that has most, and of those one that has said nothing for longer than a client takes to begin, so that a crowd of silent connections
// does not keep an operator from logging in.
type intake struct {
	mu    sync.Mutex // guards what follows; a leaf
	all   int
	half  map[*halfOpen]struct{} // not logged in yet; those of this machine's own socket are not in it
	each  map[string]int         // logged in over the network, by operator
	lower int                    // of them, those who are not operators
}

// halfOpen is a connection that has not logged in yet.
type halfOpen struct {
	from  string      // what it is counted by
	since time.Time   // when it came
	spoke func() bool // it has sent something
	drop  func()      // hangs up, without waiting
}

// enter counts a new connection and says which one must go for it; nil is none. h is nil for this machine's own socket.
func (i *intake) enter(h *halfOpen, l Limits) (out *halfOpen, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.all >= l.Connections {
		return nil, errFull
	}
	i.all++
	if h == nil {
		return nil, nil //nolint:nilnil // nobody must go
	}
	from := map[string]int{h.from: 1}
	most := h.from
	for o := range i.half {
		if from[o.from]++; from[o.from] > from[most] {
			most = o.from
		}
	}
	switch {
	case from[h.from] > l.HalfOpenEach:
		out = i.unlucky(h.from)
	case i.early(l):
		if from[most] == 1 {
			most = "" // nobody has more than others
		}
		out = i.unlucky(most)
	}
	if out != nil {
		delete(i.half, out)
	}
	if i.half == nil {
		i.half = map[*halfOpen]struct{}{}
	}
	i.half[h] = struct{}{}
	return out, nil
}

// early reports whether one must go already: never below two thirds of the limit, always at it, and evenly more often between.
func (i *intake) early(l Limits) bool {
	begin := l.HalfOpen * 2 / 3
	n := len(i.half)
	return n >= l.HalfOpen || n >= begin && rand.IntN(l.HalfOpen-begin) < n-begin+1 //nolint:gosec // no secret is made of it
}

// dumb is how long a client may take before it counts as one that says nothing: its first packet is on its way.
const dumb = time.Second

// unlucky is one of those from an address, or of all when it is empty, at random: of those that have long said nothing, if there are any,
// else of those that have said nothing yet.
func (i *intake) unlucky(from string) *halfOpen {
	var silent, fresh, speaking []*halfOpen
	for o := range i.half {
		switch {
		case from != "" && o.from != from:
		case o.spoke():
			speaking = append(speaking, o)
		case time.Since(o.since) < dumb:
			fresh = append(fresh, o)
		default:
			silent = append(silent, o)
		}
	}
	for _, some := range [][]*halfOpen{silent, fresh, speaking} {
		if len(some) > 0 {
			return some[rand.IntN(len(some))] //nolint:gosec // no secret is made of it
		}
	}
	return nil
}

// opened says that a connection has logged in, or never will.
func (i *intake) opened(h *halfOpen) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.half, h)
}

// claim counts a connection of somebody who has logged in, or says why it is one too many. Some are kept free for operators, and
// as many as may be half open.
func (i *intake) claim(a engine.Actor, l Limits) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.each[a.Name] >= l.ConnectionsEach {
		return fmt.Errorf("%s has %d connections here already: close one first", a.Name, l.ConnectionsEach)
	}
	if !a.Role.Has(engine.Operator) && i.lower >= max(1, l.Connections-l.HalfOpen-l.Kept) {
		return errors.New("the connections that are left are kept for operators: try again when somebody has left")
	}
	if i.each == nil {
		i.each = map[string]int{}
	}
	i.each[a.Name]++
	if !a.Role.Has(engine.Operator) {
		i.lower++
	}
	return nil
}

// release takes back a claim.
func (i *intake) release(a engine.Actor) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.each[a.Name]--; i.each[a.Name] <= 0 {
		delete(i.each, a.Name)
	}
	if !a.Role.Has(engine.Operator) {
		i.lower--
	}
}

// leave takes a connection out.
func (i *intake) leave() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all--
}
