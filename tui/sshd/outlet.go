package sshd

import (
	"io"
	"sync"
	"time"
)

const (
	outletRoom = 64 << 10 // what may wait for a client before its program waits
	outletUnit = 16 << 10 // one write to the channel; a client that takes one of these in time is not stalled
	// looks is how often it is looked at a write in the time it may stand still. Our own process may not have run meanwhile
	// (a machine that is paused, or overloaded): however long that was, it is one look.
	looks = 8
)

// outlet is where a session's output waits for the client. A pump carries it to the channel, so that whoever writes can be
// let go when the client no longer reads: closing an SSH channel from our side does not free a write that waits for the
// client's window, only the client's own answer or the end of the connection does.
type outlet struct {
	to      io.Writer
	stall   time.Duration
	stalled func() // told once, from a timer's goroutine, when a write does not move

	mu      sync.Mutex // guards what follows; not held while writing to the channel
	change  *sync.Cond
	waiting []byte
	busy    bool // the pump is writing
	moving  bool // a write to the channel is under way
	looked  int  // how often it has been found where it was
	ended   bool // nothing more is taken
	err     error
}

func newOutlet(to io.Writer, stall time.Duration, stalled func()) *outlet {
	o := &outlet{to: to, stall: stall, stalled: stalled}
	o.change = sync.NewCond(&o.mu)
	return o
}

// Write takes p whole, after it has waited for room. It fails when the client has stopped reading or is gone.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) >= outletRoom && o.err == nil && !o.ended {
		o.change.Wait()
	}
	switch {
	case o.err != nil:
		return 0, o.err
	case o.ended:
		return 0, io.ErrClosedPipe
	}
	o.waiting = append(o.waiting, p...)
	o.change.Broadcast()
	return len(p), nil
}

// pump carries what waits until finish or fail. It may stay in its last write until the channel is gone.
func (o *outlet) pump() {
	var watch *time.Timer
	watch = time.AfterFunc(time.Hour, func() {
		if o.stands(watch) && o.fail(ErrStalled) {
			o.stalled()
		}
	})
	watch.Stop()
	defer watch.Stop()
	var load []byte
	for {
		o.mu.Lock()
		o.busy = false
		o.change.Broadcast()
		for len(o.waiting) == 0 && !o.ended && o.err == nil {
			o.change.Wait()
		}
		if o.err != nil || len(o.waiting) == 0 {
			o.mu.Unlock()
			return
		}
		load, o.waiting = o.waiting, load[:0]
		o.busy = true
		o.change.Broadcast()
		o.mu.Unlock()

		for rest := load; len(rest) > 0; {
			n := min(len(rest), outletUnit)
			o.move(true)
			watch.Reset(o.stall / looks)
			_, err := o.to.Write(rest[:n])
			o.move(false)
			watch.Stop()
			if err != nil {
				o.fail(err)
				return
			}
			rest = rest[n:]
		}
		if cap(load) > 4*outletRoom {
			load = nil // one huge frame must not be kept for the life of the session
		}
	}
}

// move says that a write to the channel begins, or has ended.
func (o *outlet) move(moving bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.moving, o.looked = moving, 0
}

// stands looks at the write under way: true when it was found standing still often enough, else it will look again.
func (o *outlet) stands(again *time.Timer) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.moving {
		return false
	}
	o.looked++
	if o.looked < looks {
		again.Reset(o.stall / looks)
		return false
	}
	return true
}

// fail frees whoever writes or waits, with err. It reports whether it was the first.
func (o *outlet) fail(err error) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return false
	}
	o.err = err
	o.waiting = nil
	o.change.Broadcast()
	return true
}

// finish takes no more and waits until everything has been handed to the channel, or cannot be.
func (o *outlet) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.change.Broadcast()
	for o.err == nil && (o.busy || len(o.waiting) > 0) {
		o.change.Wait()
	}
}
