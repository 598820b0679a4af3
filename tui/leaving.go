package tui

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/say"
)

// leaving asks what becomes of the sagas at work when their process ends. Staying is the first choice.
type leaving struct{ *menu }

func newLeaving(env *Env) *leaving {
	n := env.State.Active()
	m := newMenu("Leave", nil)
	l := &leaving{m}
	note := "they stop here, and go on at the next start"
	if env.Config.Fleeting {
		note = "the simulated account ends here, and they with it"
	}
	m.items = []item{{Text: "Stay"}, {Text: "Leave", Note: note, Do: Quit{}}}
	if hand := env.Config.Handover; hand != nil {
		m.items = append(m.items, item{Text: "Leave, keep running", Note: "they go on in the background", Do: handover{hand}})
	}
	m.intro = []string{strconv.Itoa(n) + " " + say.Plural(n, "saga is", "sagas are") + " at work in this process."}
	m.find()
	return l
}

// handover lets the sagas go on elsewhere, then quits.
type handover struct {
	hand func(ctx context.Context) error
}

func (h handover) perform(a *App) tea.Cmd {
	ctx := a.ctx
	return func() tea.Msg { return handedMsg{h.hand(ctx)} }
}

type handedMsg struct{ err error }
