package sshd

import (
	"errors"
	"sync"
)

var (
	errFull     = errors.New("too many connections")
	errHalfOpen = errors.New("too many connections that have not logged in")
	errCrowd    = errors.New("too many connections from this address that have not logged in")
)

// intake counts connections. Safe for concurrent use.
type intake struct {
	mu   sync.Mutex // guards what follows; a leaf
	all  int
	half map[string]int // not logged in yet, by address; those of this machine's own socket have none and are not in it
	sum  int            // of half
}

// enter counts a new connection from an address, or says why it is refused.
func (i *intake) enter(addr string, l Limits) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.all >= l.Connections:
		return errFull
	case addr == "":
		i.all++
		return nil
	case i.sum >= l.HalfOpen:
		return errHalfOpen
	case i.half[addr] >= l.HalfOpenEach:
		return errCrowd
	}
	if i.half == nil {
		i.half = map[string]int{}
	}
	i.all++
	i.sum++
	i.half[addr]++
	return nil
}

// opened says that a connection has logged in, or never will.
func (i *intake) opened(addr string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if addr == "" {
		return
	}
	i.sum--
	if i.half[addr]--; i.half[addr] <= 0 {
		delete(i.half, addr)
	}
}

// leave takes a connection out.
func (i *intake) leave() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all--
}
