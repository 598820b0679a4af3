package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/input"
)

// wakeTime is how often a suspended program's reader is told to let go of the terminal.
const wakeTime = 50 * time.Millisecond

// suspendSelf asks this process to suspend, as a shell does.
func suspendSelf() { _ = syscall.Kill(os.Getpid(), syscall.SIGTSTP) }

// obeyJobControl lets the program give the terminal back before a signal stops the process or ends it at once: TSTP leaves the
// screen and raw mode, CONT takes them back and draws again, QUIT and ABRT restore the terminal and then do what they do. The
// function that it returns ends that and waits.
func obeyJobControl(p *tea.Program, in *input.Guard) func() {
	signals, over, done := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGQUIT, syscall.SIGABRT)
	go func() {
		defer close(done)
		for {
			select {
			case <-over:
				return
			case s := <-signals:
				if s == syscall.SIGTSTP {
					suspend(p, in, over)
					signal.Notify(signals, syscall.SIGTSTP)
					continue
				}
				in.Wake()
				_ = p.ReleaseTerminal()
				signal.Reset(s)
				_ = syscall.Kill(os.Getpid(), s.(syscall.Signal)) //nolint:forcetypeassert // every signal is one here
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(over)
		<-done
	}
}

// suspend lets the program suspend the process, and returns when it goes on. The program waits for its reader to end first.
func suspend(p *tea.Program, in *input.Guard, over <-chan struct{}) {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	signal.Reset(syscall.SIGTSTP) // the program sends it once more, and then it shall stop the process
	p.Send(tea.SuspendMsg{})
	tick := time.NewTicker(wakeTime)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			in.Wake()
		case <-goesOn:
			in.Asked()
			return
		case <-over:
			return
		}
	}
}
