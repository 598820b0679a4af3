package host

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// Hangup is what SIGHUP does: the terminal of a process is gone, which ends it; or, to a process that serves, whatever it has read
// shall be read again. The zero Hangup is ready.
type Hangup struct {
	reread atomic.Pointer[chan struct{}]
}

// Listen calls end at the first SIGHUP that nobody rereads at. The function that it returns ends that.
func (h *Hangup) Listen(end func()) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer close(done)
		for range signals {
			again := h.reread.Load()
			if again == nil {
				end()
				return
			}
			select {
			case *again <- struct{}{}:
			default: // it will be read again anyhow
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}

// Reread gives what receives at every SIGHUP from now on, instead of the end.
func (h *Hangup) Reread() <-chan struct{} {
	again := make(chan struct{}, 1)
	h.reread.Store(&again)
	return again
}
