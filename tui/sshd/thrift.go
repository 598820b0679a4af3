package sshd

import (
	"runtime/debug"
	"sync"
	"time"
)

// thrift gives memory back to the system when consoles have been opened or have ended. Most of what that takes is of no use a moment
// later, but a process at rest collects nothing: it would hold several times what its consoles need.
type thrift struct {
	mu   sync.Mutex // guards next
	next *time.Timer
}

// calm is how long no console may have come or gone before memory is given back: that stops the process for some milliseconds.
const calm = 10 * time.Second

// stir notes that a console has come or gone.
func (t *thrift) stir() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next = time.AfterFunc(calm, debug.FreeOSMemory)
		return
	}
	t.next.Reset(calm)
}

// stop ends it.
func (t *thrift) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next != nil {
		t.next.Stop()
	}
}
