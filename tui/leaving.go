package tui

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// leaving asks what becomes of the sagas at work when their process ends.
type leaving struct {
	confirm.Dialog
	to string // the context in which the console goes on
}

// The answers to leaving.
const (
	leaveNow  = "leave"
	leaveHost = "host"
)

func newLeaving(env *Env, to string) *leaving {
	answers := []confirm.Answer{{ID: leaveNow, Word: "Leave"}}
	if env.Config.Handover != nil {
		answers = append(answers, confirm.Answer{ID: leaveHost, Word: "Leave, keep running"})
	}
	return &leaving{confirm.New(nil, answers...), to}
}

// Name is the title.
func (*leaving) Name(*Env) string { return "Leave" }

// Hints are the keys of the dialog.
func (l *leaving) Hints(*Env) []keys.Hint { return l.Dialog.Hints() }

// Update takes keys.
func (l *leaving) Update(env *Env, msg tea.Msg) Action {
	return pressed(l, l.Dialog.Update(msg), func() Action {
		if l.Focus == leaveHost {
			return handover{env.Config.Handover, l.to}
		}
		return Quit{To: l.to}
	})
}

// View draws what each answer means.
func (l *leaving) View(env *Env, width, height int) Drawing {
	n := env.State.Active()
	text := []string{strconv.Itoa(n) + " " + say.Plural(n, "saga is", "sagas are") + " at work in this process."}
	if env.Config.Fleeting {
		text = append(text, "Leave: the simulated account ends here, and they end with it.")
	} else {
		text = append(text, "Leave: they stop here, and go on at the next start.")
	}
	if env.Config.Handover != nil {
		text = append(text, "Leave, keep running: a background host goes on with them.")
	}
	return l.Dialog.View(env.Theme, confirm.Picture{Body: func(width int) []string {
		var out []string
		for _, t := range text {
			out = append(out, widget.Wrap(t, width)...)
		}
		return out
	}}, width, height)
}

// handover lets the sagas go on elsewhere, then quits.
type handover struct {
	hand func(ctx context.Context) error
	to   string // the context in which the console goes on
}

func (h handover) perform(a *App) tea.Cmd {
	ctx := a.ctx
	return func() tea.Msg { return handedMsg{h.hand(ctx), h.to} }
}

type handedMsg struct {
	err error
	to  string
}
