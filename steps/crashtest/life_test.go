package crashtest

import (
	"errors"
	"fmt"
	"sync"
)

// errDead is what a process gets to see from its fatal point on.
var errDead = errors.New("this process is dead")

// errDies is errDead at the fatal point itself.
var errDies = fmt.Errorf("%w now", errDead)

// life is the time of one process between its start and its death, counted in points.
type life struct {
	die   func()         // called once at the fatal point; may not return. nil: what the machine does
	watch func(n int)    // told of each point that is passed; may be nil
	trail func(s string) // told of each point's name; may be nil

	mu    sync.Mutex // guards the fields below; never held while calling out
	fatal int        // the point to die at, counted from 1; 0: it does not die
	n     int
	dead  bool
	at    string
	gone  chan struct{} // closed at death
}

func newLife(fatal int) *life {
	return &life{fatal: fatal, gone: make(chan struct{})}
}

// pass is called at each point. From the fatal one on its answer is errDead.
func (l *life) pass(what string) error {
	l.mu.Lock()
	if l.dead {
		l.mu.Unlock()
		return errDead
	}
	l.n++
	n := l.n
	if n == l.fatal {
		l.dead, l.at = true, what
		l.mu.Unlock()
		l.die()
		close(l.gone)
		return fmt.Errorf("%w: %s", errDies, what)
	}
	l.mu.Unlock()
	if l.trail != nil {
		l.trail(what)
	}
	if l.watch != nil {
		l.watch(n)
	}
	return nil
}

// points is how many were passed, and whether the process died at the last one.
func (l *life) points() (n int, dead bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n, l.dead
}

// doom lets the process die k points from now.
func (l *life) doom(k int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.fatal = l.n + k
	}
}
