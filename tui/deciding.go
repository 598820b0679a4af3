package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/decide"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// deciding is the screen on which an operator says what becomes of a saga that needs a person: what has happened, the states side
// by side, and the answers that can work. The rule is decide's; an answer is given in a dialog.
type deciding struct {
	first engine.Summary
	seen  watched
	at    list.Window // the answer under the cursor
}

// newDeciding opens the decision about a saga.
func newDeciding(s *engine.Summary) *deciding {
	d := &deciding{first: *s}
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
		{Binding: copyKey, why: undecided, do: func(*Env) Action {
			return Copy{What: "decision", Text: strings.Join(d.lines(&Env{Theme: plainTheme}, 100), "\n")}
		}},
	}
	out = append(out, moving(func(_ *Env, c keys.Command) Action {
		if about := d.about(); about != nil {
			d.at.Press(c, len(about.Answers))
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
		about := d.about()
		return Show{newAnswering(d, about, d.chosen(about))}
	}})
	return append(out, backing(then(Back{}))...)
}

// Hints are those of a decision.
func (d *deciding) Hints(*Env) []keys.Command {
	return []keys.Command{keys.CmdOpen, keys.CmdDown, keys.CmdReload, keys.CmdSaga, keys.CmdNeedsMe, keys.CmdBack}
}

// Update takes answers and changes.
func (d *deciding) Update(_ *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return d.seen.look(d)
	case Changed:
		d.seen.news(msg.Fresh)
		return d.seen.look(d)
	case detailMsg:
		return d.seen.take(msg, d)
	case foundMsg:
		switch {
		case msg.err != "":
			return Notify{Level: say.Error, Text: msg.err}
		case msg.saga == nil:
			return Notify{Level: say.Good, Text: "no saga needs you"}
		}
		return Replace{newDeciding(msg.saga)}
	}
	return nil
}

// answering asks before an answer is given.
type answering struct {
	confirm.Dialog
	of     *deciding
	about  *decide.Case
	answer decide.Answer
	shown  *engine.Saga
}

// answeredMsg says what became of an answer.
type answeredMsg struct{ err string }

func newAnswering(d *deciding, about *decide.Case, a decide.Answer) *answering {
	reason := confirm.Line{ID: reasonLine, Label: "Reason"}
	if a.Why == "" {
		reason.Missing = "say why: it is recorded"
	}
	lines := []confirm.Line{reason}
	if a.Phrase != "" {
		lines = []confirm.Line{{ID: typedLine, Phrase: a.Phrase}, reason}
	}
	word := strings.ToUpper(a.Name[:1]) + a.Name[1:]
	return &answering{
		of: d, about: about, answer: a, shown: d.seen.whole(),
		Dialog: confirm.New(lines, confirm.Answer{ID: doIt, Word: word, Danger: a.Loses != ""}),
	}
}

// Name says what is decided.
func (a *answering) Name(*Env) string { return a.about.About }

// Hints are the keys of the dialog.
func (a *answering) Hints(*Env) []keys.Hint { return a.Dialog.Hints() }

// Update takes keys and the engine's answer.
func (a *answering) Update(_ *Env, msg tea.Msg) Action {
	if m, ok := msg.(answeredMsg); ok {
		if m.err != "" {
			a.Refuse(m.err)
			return nil
		}
		short := a.of.first.Short
		return Batch{closeOne{a}, Back{}, Notify{Level: say.Warn, Text: short + ": " + a.answer.Name, Saga: short}}
	}
	return pressed(a, a.Dialog.Update(msg), a.give)
}

// give gives the answer to what was shown; a saga that is not as it was shown is left alone.
func (a *answering) give() Action {
	a.Busy, a.Notice = true, ""
	answer, shown, reason := a.answer, a.shown, a.Text(reasonLine)
	return Ask{To: a, Read: func(ctx context.Context, b Backend) tea.Msg {
		if err := answer.To(ctx, b, shown, reason); err != nil {
			return answeredMsg{err: visible.Text(err.Error())}
		}
		return answeredMsg{}
	}}
}

// View draws what the answer does.
func (a *answering) View(env *Env, width, height int) Drawing {
	t := env.Theme
	body := func(width int) []string {
		out := widget.Wrap(say.Sentence(a.answer.Does), width)
		if a.answer.Loses != "" {
			out = append(append(out, ""), painted(t.Danger, widget.Wrap(t.Symbols.Failed+" "+a.answer.Loses, width))...)
		}
		return out
	}
	head := func(width int) string {
		return widget.Cut(t.Strong.Paint(strings.ToUpper(a.answer.Name[:1])+a.answer.Name[1:]), width)
	}
	return a.Dialog.View(t, confirm.Picture{Head: head, Body: body}, width, height)
}
