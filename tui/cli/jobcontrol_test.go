package cli_test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// A stop gives the terminal back and a continue takes it again, however the stop was asked for; QUIT gives it back before the end.
func TestStopsLeaveTheScreenAndContinuesTakeItAgain(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*terminal){
		"TSTP":   func(term *terminal) { _ = term.cmd.Process.Signal(syscall.SIGTSTP) },
		"ctrl+z": func(term *terminal) { _, _ = term.tty.WriteString("\x1a") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := onTerminal(t, t.TempDir(), "--demo")
			term.until(t, `DEMO`)
			t.Cleanup(func() { _ = term.cmd.Process.Kill() })
			ask(term)
			term.until(t, `\x1b\[\?1049l`)
			over := make(chan struct{})
			ended := make(chan struct{})
			go func() { // again and again: the first may come before it is waited for
				defer close(ended)
				tick := time.NewTicker(200 * time.Millisecond)
				defer tick.Stop()
				for {
					select {
					case <-tick.C:
						_ = term.cmd.Process.Signal(syscall.SIGCONT)
					case <-over:
						return
					}
				}
			}()
			term.until(t, `(?s)\x1b\[\?1049l.*\x1b\[\?1049h`)
			close(over)
			<-ended
			_, _ = term.tty.WriteString("?")
			term.until(t, `(?s)1049h.*search`)
			_ = term.cmd.Process.Signal(syscall.SIGQUIT)
			for chunk := range term.chunks {
				term.seen.WriteString(chunk)
			}
			_ = term.cmd.Wait()
			if strings.Count(term.seen.String(), "\x1b[?1049l") < 2 {
				t.Errorf("QUIT did not give the screen back: %q", term.seen.String()[max(0, term.seen.Len()-600):])
			}
		})
	}
}
