package main

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// wire is a way to a member that can be cut, held up and made long.
type wire struct {
	ln    net.Listener
	to    string
	mu    sync.Mutex // guards the fields below
	lag   time.Duration
	held  chan struct{} // nothing passes until it is closed; nil: everything passes
	shut  bool          // nobody answers
	conns map[net.Conn]bool
}

func wired(t *testing.T, to string) *wire {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	w := &wire{ln: ln, to: to, conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(context.Background(), "tcp", to)
			if err != nil || !w.admit(near, far) {
				_ = near.Close()
				continue
			}
			all.Go(func() { w.carry(near, far) })
			all.Go(func() { w.carry(far, near) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		w.mend()
		w.cut()
		all.Wait()
	})
	return w
}

func (w *wire) at() string { return w.ln.Addr().String() }

func (w *wire) admit(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		if w.shut {
			_ = c.Close()
		} else {
			w.conns[c] = true
		}
	}
	return !w.shut
}

func (w *wire) carry(from, to net.Conn) {
	defer func() { _ = from.Close() }()
	defer func() { _ = to.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		w.mu.Lock()
		lag, held := w.lag, w.held
		w.mu.Unlock()
		if held != nil {
			<-held
		}
		time.Sleep(lag)
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// hold lets nothing through any more, though everybody answers the telephone; slow lets everything take so long.
func (w *wire) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = make(chan struct{})
}

func (w *wire) slow(lag time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lag = lag
}

// cut ends what goes through and lets nobody in; mend undoes cut and hold.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = true
	for c := range w.conns {
		_ = c.Close()
	}
	clear(w.conns)
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = false
	if w.held != nil {
		close(w.held)
		w.held = nil
	}
}
