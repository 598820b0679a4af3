package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
)

// maxWaits bounds how many sagas at work are looked at for those that wait for a person.
const maxWaits = 1000

// waitsForMe lists the sagas at work that go nowhere until a person acts. Those that have failed are counted by the store.
func waitsForMe(ctx context.Context, b Backend) (map[engine.ID]bool, error) {
	out := map[engine.ID]bool{}
	p, err := b.List(ctx, engine.Query{Statuses: []engine.Status{engine.Running, engine.Compensating, engine.Pending}, Limit: maxWaits})
	for i := range p.Items {
		if p.Items[i].NeedsOperator() {
			out[p.Items[i].ID] = true
		}
	}
	return out, err
}

// decide does a verb that leaves a saga as it can be found again: pause, resume, skip. It asks nothing further, since it was
// chosen from a menu that named the saga.
type decide struct {
	verb Command
	saga engine.Summary
}

type decidedMsg struct {
	verb  Command
	short string
	err   error
}

func (d decide) perform(a *App) tea.Cmd {
	ctx, b, d2 := a.ctx, a.env.Config.Backend, d
	return func() tea.Msg {
		m := decidedMsg{verb: d2.verb, short: d2.saga.Short}
		switch d2.verb {
		case CmdPause:
			m.err = b.Pause(ctx, d2.saga.ID, engine.Verb{})
		case CmdResume:
			m.err = b.Resume(ctx, d2.saga.ID, engine.Verb{})
		case CmdSkip:
			m.err = b.Skip(ctx, d2.saga.ID, engine.Verb{IfSeq: d2.saga.Seq})
		}
		return m
	}
}

// decided says what became of it.
func (a *App) decided(m decidedMsg) tea.Cmd {
	if m.err != nil {
		return a.note(Notify{Level: Error, Text: Clean(m.err.Error()), Saga: m.short})
	}
	done := map[Command]string{CmdPause: "pauses before its next step", CmdResume: "goes on", CmdSkip: "goes on without the failed step"}
	return a.note(Notify{Level: Good, Text: m.short + " " + done[m.verb], Saga: m.short})
}
