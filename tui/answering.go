package tui

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/decide"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// answering is the form of an answer: the part of a decision's page that is typed into.
type answering struct {
	confirm.Dialog
	answer decide.Answer
}

// answeredMsg says what became of an answer.
type answeredMsg struct{ err string }

// newAnswering makes the form of an answer. What was typed for another answer as its reason stays.
func newAnswering(a decide.Answer, before *answering) *answering {
	reason := confirm.Line{ID: reasonLine, Label: "Reason", Hint: "is recorded, may stay empty"}
	if a.Why == "" {
		reason.Missing, reason.Hint = "say why: it is recorded", "is recorded"
	}
	if before != nil {
		reason.Text.Set(before.Text(reasonLine))
	}
	lines := []confirm.Line{reason}
	if a.Phrase != "" {
		lines = []confirm.Line{{ID: typedLine, Phrase: a.Phrase}, reason}
	}
	return &answering{answer: a, Dialog: confirm.New(lines, confirm.Answer{ID: doIt, Word: capital(a.Name), Danger: a.Loses != ""})}
}

// capital is a name as it stands on a button.
func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// Typing reports whether the page is typed into.
func (d *deciding) Typing() bool { return d.live && d.form != nil }

// Tips are the keys of the form, while it has the focus.
func (d *deciding) Tips(*Env) []keys.Hint {
	if !d.Typing() {
		return nil
	}
	tips := d.form.Hints()
	for i := range tips {
		if tips[i].Key == "esc" {
			tips[i].Word = "to the answers"
		}
	}
	return tips
}

// choose turns to the answer under the cursor, with the form that it has.
func (d *deciding) choose() {
	about := d.about()
	if about == nil || len(about.Answers) == 0 {
		d.form, d.live = nil, false
		return
	}
	a := d.chosen(about)
	if d.form == nil || d.form.answer.Name != a.Name {
		d.form, d.live = newAnswering(a, d.form), false
		return
	}
	d.form.answer = a
}

// fill gives the form a key.
func (d *deciding) fill(msg tea.Msg) Action {
	switch d.form.Update(msg) {
	case confirm.Leaves:
		d.live = false
	case confirm.Answers:
		return d.give()
	case confirm.Stays:
	}
	return nil
}

// give gives the answer to what was shown; a saga that is not as it was shown is left alone.
func (d *deciding) give() Action {
	d.form.Busy, d.form.Notice = true, ""
	answer, shown, reason := d.form.answer, d.seen.whole(), d.form.Text(reasonLine)
	return Ask{To: d, Read: func(ctx context.Context, b Backend) tea.Msg {
		if err := answer.To(ctx, b, shown, reason); err != nil {
			return answeredMsg{err: visible.Text(err.Error())}
		}
		return answeredMsg{}
	}}
}

// answered goes back when the answer was taken, and else says why not.
func (d *deciding) answered(m answeredMsg) Action {
	if d.form == nil {
		return nil
	}
	if m.err != "" {
		d.form.Refuse(m.err)
		return nil
	}
	short := d.first.Short
	return Batch{Back{}, Notify{Level: say.Warn, Text: short + ": " + d.form.answer.Name, Saga: short}}
}

// Where says which of the sagas that need a person this is.
func (d *deciding) Where(env *Env) string {
	n := env.State.needySagas()
	if n < 2 {
		return ""
	}
	return "1 of " + strconv.Itoa(n) + " to decide"
}
