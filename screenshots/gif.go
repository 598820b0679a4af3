package main

import (
	"sync"
	"time"
)

// shot is one frame of a moving picture and how long it is shown.
type shot struct {
	frame *frame
	shown time.Duration
}

// reel collects the frames of a moving picture while the program runs.
type reel struct {
	name string
	pace time.Duration
	stop func()

	mu     sync.Mutex // guards what follows
	frames []*frame
	times  []time.Time
}

// record keeps every different frame from now on. With a pace each is shown exactly that long, and the same frames
// make the same file; without one each is shown as long as it really was.
func record(t *terminal, name string, pace time.Duration) *reel {
	r := &reel{name: name, pace: pace}
	r.stop = t.watch(func(f *frame) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.frames = append(r.frames, f)
		r.times = append(r.times, time.Now())
	})
	return r
}

func (r *reel) cut() []shot {
	r.stop()
	return nil
}
