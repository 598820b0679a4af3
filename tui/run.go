package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"

	"arcadia/tui/input"
)

// Run shows the console on a terminal until its operator leaves or ctx ends; both are nil. in and out are the terminal's:
// a file that is one is put into raw mode, and guarded (see Guard). opts come after ours and win.
func Run(ctx context.Context, cfg Config, in io.Reader, out io.Writer, opts ...tea.ProgramOption) error {
	hold := input.HoldLocal
	if cfg.Remote {
		hold = input.HoldRemote
	}
	in, release, err := guardTerminal(in, hold)
	if err != nil {
		return err
	}
	own, isTerminal := in.(*terminal)
	if isTerminal {
		cfg.Suspend = suspendSelf
	}
	app := New(cfg)
	defer app.Close()
	all := []tea.ProgramOption{tea.WithContext(ctx), tea.WithOutput(out), tea.WithInput(in)}
	model := newPaced(app, time.Now)
	program := tea.NewProgram(model, append(all, opts...)...)
	model.clock.Of(program)
	defer model.clock.Close()
	if isTerminal {
		defer obeyJobControl(program, own.Guard)()
	}
	_, err = program.Run()
	release()
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	}
	return fmt.Errorf("show the console: %w", err)
}

// guardTerminal puts a guard before a local terminal's input. Other readers are left as they are: whoever serves them knows
// what they are. release ends a read that is under way, so that the next program gets what is typed next.
func guardTerminal(in io.Reader, hold time.Duration) (io.Reader, func(), error) {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return in, func() {}, nil
	}
	inner, err := cancelreader.NewReader(f)
	if err != nil {
		return nil, nil, fmt.Errorf("read the terminal: %w", err)
	}
	release := func() {
		inner.Cancel()
	}
	return &terminal{Guard: input.NewGuard(inner, hold), file: f}, release, nil
}

// terminal is a guarded terminal: the program sets its modes through Fd, and reads the guard. It has no Name, or the
// program would wait for the file itself.
type terminal struct {
	*input.Guard
	file *os.File
}

// Fd is the terminal's.
func (t *terminal) Fd() uintptr { return t.file.Fd() }

// Write goes to the terminal.
func (t *terminal) Write(p []byte) (int, error) { return t.file.Write(p) }

// Close leaves the terminal open: it is not ours.
func (*terminal) Close() error { return nil }
