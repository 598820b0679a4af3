package cli

import "time"

// slow says something once when a command takes long. Its goroutine is waited for: after end nothing is said any more.
type slow struct {
	timer *time.Timer
	said  chan struct{}
}

// whenSlow calls say after a time, unless that is ended before.
func whenSlow(after time.Duration, say func()) *slow {
	s := &slow{said: make(chan struct{})}
	s.timer = time.AfterFunc(after, func() {
		defer close(s.said)
		say()
	})
	return s
}

// end stops it, or waits until it has been said. It may be called again, and on none.
func (s *slow) end() {
	if s == nil {
		return
	}
	if s.timer.Stop() { // true once: it will not say it
		close(s.said)
	}
	<-s.said
}
