package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// Action is what a screen wants done. Nil is nothing. App performs it after the screen's method has returned; what it
// starts runs in a command.
type Action interface {
	perform(a *App) tea.Cmd
}

// Open puts a screen on top of the one that is shown.
type Open struct{ Screen Screen }

// Replace puts a screen in the place of the one that is shown: a launch form gives way to its saga.
type Replace struct{ Screen Screen }

// Back returns to the screen below; at the bottom it does nothing.
type Back struct{}

// Show opens an overlay over whatever is shown.
type Show struct{ Overlay Overlay }

// Close closes the topmost overlay.
type Close struct{}

// Ask runs Read outside Update. Its answer comes to the Update of To, or is dropped when To has been closed meanwhile.
// ctx ends with the session.
type Ask struct {
	To   Receiver
	Read func(ctx context.Context, b Backend) tea.Msg
}

// Notify shows one line in the footer and keeps it in the messages.
type Notify struct {
	Level say.Level
	Text  string // clean
	Saga  string // the short id that it is about, or empty
}

// Press does what the key bound to the command does: first the screen's, then the global ones.
type Press struct{ Command keys.Command }

// Batch performs actions in order.
type Batch []Action

// Copy sends text to the terminal's clipboard (OSC 52). What names it for the message: "id", "row".
type Copy struct{ What, Text string }

// Leave ends the session; when sagas are at work in this process it asks first.
type Leave struct{}

// Quit ends the session without asking.
type Quit struct {
	To string // the context in which the console goes on; empty: none
}

func (o Open) perform(a *App) tea.Cmd {
	a.stack().push(o.Screen)
	a.overlays = nil
	return a.deliver(o.Screen, Shown{})
}

func (r Replace) perform(a *App) tea.Cmd {
	a.stack().pop()
	a.stack().push(r.Screen)
	a.overlays = nil
	return a.deliver(r.Screen, Shown{})
}

func (Back) perform(a *App) tea.Cmd {
	if !a.stack().pop() {
		return nil
	}
	return a.deliver(a.screen(), Shown{})
}

func (s Show) perform(a *App) tea.Cmd {
	a.overlays = append(a.overlays, s.Overlay)
	return a.deliver(s.Overlay, Shown{})
}

func (Close) perform(a *App) tea.Cmd {
	if n := len(a.overlays); n > 0 {
		a.overlays = a.overlays[:n-1]
	}
	return nil
}

func (k Ask) perform(a *App) tea.Cmd {
	ctx, backend := a.ctx, a.cfg.Backend
	return func() tea.Msg { return answer{to: k.To, msg: k.Read(ctx, backend)} }
}

func (n Notify) perform(a *App) tea.Cmd { return a.note(n) }

func (p Press) perform(a *App) tea.Cmd { return a.command(p.Command) }

func (b Batch) perform(a *App) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(b))
	for _, x := range b {
		cmds = append(cmds, a.do(x))
	}
	return tea.Batch(cmds...)
}

func (c Copy) perform(a *App) tea.Cmd {
	return tea.Batch(tea.SetClipboard(c.Text), a.note(Notify{Text: c.What + " sent to your terminal's clipboard"}))
}

func (Leave) perform(a *App) tea.Cmd { return a.leave("") }

func (q Quit) perform(a *App) tea.Cmd {
	if q.To != "" {
		a.cfg.Contexts.Next(q.To)
	}
	return tea.Quit
}

// answer carries what an Ask read to who asked.
type answer struct {
	to  Receiver
	msg tea.Msg
}
