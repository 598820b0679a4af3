package tui

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
)

// fps is how often the screen is written at most.
const fps = 15

// Run shows the console on a terminal until its operator leaves or ctx ends; both are nil. in and out are the terminal's:
// a local one is put into raw mode. opts come after ours and win.
func Run(ctx context.Context, cfg Config, in io.Reader, out io.Writer, opts ...tea.ProgramOption) error {
	app := New(cfg)
	defer app.Close()
	all := []tea.ProgramOption{tea.WithContext(ctx), tea.WithOutput(out), tea.WithFPS(fps), tea.WithInput(in)}
	_, err := tea.NewProgram(app, append(all, opts...)...).Run()
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	}
	return fmt.Errorf("show the console: %w", err)
}
