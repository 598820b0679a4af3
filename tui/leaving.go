package tui

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/confirm"
	"arcadia/tui/say"
)

// The answers to leaving.
const (
	leaveNow  = "leave"
	leaveHost = "host"
)

// newLeaving asks what becomes of the sagas at work when their process ends. to is the context in which the console goes on.
// hand lets them go on elsewhere, nil where they cannot; fleeting says that the account ends with the process.
func newLeaving(hand func(ctx context.Context) error, fleeting bool, to string) *question {
	next := "Leave: they stop here, and go on at the next start."
	if fleeting {
		next = "Leave: the simulated account ends here, and they end with it."
	}
	answers := []confirm.Answer{{ID: leaveNow, Word: "Leave"}}
	if hand != nil {
		answers = append(answers, confirm.Answer{ID: leaveHost, Word: "Leave, keep running"})
	}
	q := &question{name: "Leave", leaves: true, Dialog: confirm.New(nil, answers...)}
	q.says = func(env *Env) []string {
		n := env.State.Active()
		out := []string{strconv.Itoa(n) + " " + say.Plural(n, "saga is", "sagas are") + " at work in this process.", next}
		if hand != nil {
			out = append(out, "Leave, keep running: a background host goes on with them.")
		}
		return out
	}
	q.give = func() Action {
		if q.Focus == leaveHost {
			return handover{hand, to}
		}
		return Quit{To: to}
	}
	return q
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
