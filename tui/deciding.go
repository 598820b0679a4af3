package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/confirm"
	"arcadia/tui/decide"
	"arcadia/tui/keys"
	"arcadia/tui/list"
)

// deciding is the page on which an operator says what becomes of a saga that needs a person: what has happened, the states side by
// side, the answers that can work, and what follows from each. The rule is decide's. It has two zones: one reads, and letters are
// keys; enter on an answer leads into its form, where letters are text, and esc leads back.
type deciding struct {
	first engine.Summary
	seen  watched
	at    list.Window // the answer under the cursor
	form  *answering  // of that answer; nil while nothing is known
	live  bool        // the form has the focus: letters are text
}

// newDeciding opens the decision about a saga.
func newDeciding(s *engine.Summary) *deciding {
	d := &deciding{first: *s, seen: watched{log: true}}
	d.seen.point(s.ID, s.Seq)
	return d
}

// Title is the breadcrumb.
func (d *deciding) Title(*Env) []string { return []string{"sagas", d.first.Short, "decide"} }

// about is what has to be decided, as far as the saga has been read; nil when nothing has.
func (d *deciding) about() *decide.Case {
	w := d.seen.shown()
	if w == nil {
		return nil
	}
	return decide.Of(w.saga, func(idx int) string { return w.undo[idx] })
}

// chosen is the answer under the cursor.
func (d *deciding) chosen(about *decide.Case) decide.Answer {
	return about.Answers[min(d.at.At, len(about.Answers)-1)]
}

// Commands are those of a decision.
func (d *deciding) Commands(*Env) []command {
	undecided := func(*Env) string {
		if d.about() == nil {
			return "nothing in it has to be decided"
		}
		return ""
	}
	out := []command{
		{Binding: bind(keys.Decisions, keys.CmdReload, "read again", "read the saga again", "r"), do: func(*Env) Action {
			d.seen.stale = true
			return d.seen.look(d)
		}},
		{Binding: bind(keys.Decisions, keys.CmdSaga, "saga", "its ledger, timeline and log", "s"), do: func(*Env) Action { return Open{newSaga(&d.first, false)} }},
		{Binding: bind(keys.Decisions, keys.CmdNeedsMe, "next", "the next saga that needs a person", "!"), do: func(env *Env) Action {
			return Ask{To: d, Read: findNeedy(d.first.ID, env.State.needy())}
		}},
		{Binding: copyKey, why: undecided, do: func(env *Env) Action {
			return Copy{What: "decision", Text: strings.Join(d.text(env, 100), "\n")}
		}},
	}
	out = append(out, moving(func(_ *Env, c keys.Command) Action {
		if about := d.about(); about != nil {
			d.at.Press(c, len(about.Answers))
			d.choose()
		}
		return nil
	})...)
	choose := openKey // its hint is the answer under the cursor
	if about := d.about(); about != nil && len(about.Answers) > 0 {
		choose.Word = d.chosen(about).Name
	}
	out = append(out, command{Binding: choose, why: func(env *Env) string {
		if why := operators(env); why != "" {
			return why
		}
		return undecided(env)
	}, do: func(*Env) Action {
		d.choose()
		d.live = d.form != nil
		return nil
	}})
	return append(out, backing(then(Back{}))...)
}

// Hints are those of a decision.
func (d *deciding) Hints(*Env) []keys.Command {
	return []keys.Command{keys.CmdOpen, keys.CmdReload, keys.CmdSaga, keys.CmdNeedsMe, keys.CmdBack}
}

// Update takes answers and changes.
func (d *deciding) Update(env *Env, msg tea.Msg) Action {
	if next, is := d.seen.follow(msg, d); is {
		d.choose()
		return next
	}
	switch msg := msg.(type) {
	case answeredMsg:
		return d.answered(msg)
	case tea.KeyPressMsg, tea.PasteMsg:
		if d.Typing() {
			return d.fill(msg)
		}
	case confirm.Clicked:
		if d.form != nil && (msg.Button != "" || d.live) {
			d.live = true
			return d.fill(msg)
		}
	case foundMsg:
		if act := msg.without(env, true); act != nil {
			return act
		}
		return Replace{answers(msg.saga)}
	}
	return nil
}
