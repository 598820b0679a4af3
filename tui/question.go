package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// question asks before one thing is done that needs no more than a reason: what would be done, what that means, and how it is done.
type question struct {
	confirm.Dialog
	name string
	says func(env *Env) []string // what it means, the most important first
	give func() Action           // what the answer under the focus does
	done func(said string) Action

	leaves bool // it is about leaving the console
}

// answeredQuestion says what became of it.
type answeredQuestion struct{ said, err string }

// asks lets an answer do something in a command, with the reason that was given. What it returns is said when it is done, and after
// is done then too.
func (q *question) asks(level say.Level, do func(ctx context.Context, b Backend, reason string) (string, error), after ...Action) *question {
	q.give = func() Action {
		q.Busy, q.Notice = true, ""
		reason := q.Text(reasonLine)
		return Ask{To: q, Read: func(ctx context.Context, b Backend) tea.Msg {
			said, err := do(ctx, b, reason)
			if err != nil {
				return answeredQuestion{err: visible.Text(err.Error())}
			}
			return answeredQuestion{said: visible.Text(said)}
		}}
	}
	q.done = func(said string) Action {
		return append(append(Batch{closeOne{q}}, after...), Notify{Level: level, Text: said})
	}
	return q
}

// Name says what would be done.
func (q *question) Name(*Env) string { return q.name }

// Hints are the keys of the dialog.
func (q *question) Hints(*Env) []keys.Hint { return q.Dialog.Hints() }

// Update takes keys and the answer.
func (q *question) Update(_ *Env, msg tea.Msg) Action {
	m, answered := msg.(answeredQuestion)
	switch {
	case !answered:
		return pressed(q, q.Dialog.Update(msg), q.give)
	case m.err != "":
		q.Refuse(m.err)
		return nil
	}
	return q.done(m.said)
}

// View draws what it means.
func (q *question) View(env *Env, width, height int) Drawing {
	says := q.says(env)
	wrapped := func(text []string) func(int) []string {
		return func(width int) []string {
			var out []string
			for _, l := range text {
				out = append(out, widget.Wrap(l, width)...)
			}
			return out
		}
	}
	p := confirm.Picture{Body: wrapped(says)}
	if len(q.Lines) > 0 { // where there is little room, what is asked for comes before what is said
		p.Brief = wrapped(says[:1])
	}
	return q.Dialog.View(env.Theme, p, width, height)
}
