package main

import (
	"io"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// screen is the terminal of a console.
type screen struct {
	mu   sync.Mutex // guards term
	term *vt.Emulator
	drew chan struct{} // holds one signal: something was drawn
}

func (s *screen) start(cmd *exec.Cmd) error {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		return err
	}
	s.term, s.drew = vt.NewEmulator(120, 40), make(chan struct{}, 1)
	go func() { _, _ = io.Copy(tty, s.term) }() // what it answers when it is asked
	go func() {
		_, _ = io.Copy(s, tty)
		_ = s.term.InputPipe().(io.Closer).Close() //nolint:forcetypeassert // a pipe
	}()
	return nil
}

// Write draws.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.drew <- struct{}{}:
	default:
	}
	return s.term.Write(p)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.term.String()
}

// until waits until a text stands on it, and says when it did.
func (s *screen) until(t *testing.T, text string) time.Time {
	t.Helper()
	for late := time.After(30 * time.Second); !strings.Contains(s.text(), text); {
		select {
		case <-s.drew:
		case <-late:
			t.Fatalf("it never showed %q:\n%s", text, s.text())
		}
	}
	return time.Now()
}

// TestConsolesSeeEachOthersChangesInTime has consoles on two hosts, as they are, and a launch at a third: how long until it stands on the
// screen of both.
func TestConsolesSeeEachOthersChangesInTime(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds the program")
	}
	api := httptest.NewServer(dosim.New())
	defer api.Close()
	conf := fresh()
	p := built(t, conf.String(), api.URL)
	var screens [2]screen
	for i := range screens {
		p.run(t, name(i), screens[i].start)
		screens[i].until(t, "No saga has run yet")
	}
	e, err := trialEngine(opened(t, conf), api.URL, "desk", nil)
	must(t, err)
	const n = 200
	took := make([]time.Duration, 0, n)
	for range n {
		began := time.Now()
		sg, err := e.As(ops).Start(t.Context(), engine.Launch{Kind: "echo", Inputs: engine.Inputs{"text": "hello"}})
		must(t, err)
		for i := range screens {
			took = append(took, screens[i].until(t, sg.Short).Sub(began))
		}
		time.Sleep(20 * time.Millisecond)
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[len(took)*percent/100].Round(time.Millisecond) }
	t.Logf("figure | a launch at one host stands on the screens of two others | %d launches | median %s, 99 of 100 %s, the longest %s", n, at(50), at(99), took[len(took)-1].Round(time.Millisecond))
	if at(50) > 250*time.Millisecond {
		t.Errorf("half of the changes are seen after %s or later", at(50))
	}
}
