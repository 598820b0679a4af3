package tui

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/decide"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// deciding is the command that decides about the saga under the cursor, or about those that are marked.
func (s *sagas) deciding() command {
	c := decideKey(s.current)
	one, why := c.do, c.why
	c.why = func(env *Env) string {
		if len(env.State.Marks) > 0 {
			return operators(env)
		}
		return why(env)
	}
	c.do = func(env *Env) Action {
		if marked := env.State.marked(); len(marked) > 0 {
			return Ask{To: s, Read: readCases(marked)}
		}
		return one(env)
	}
	return c
}

// casesMsg is what has to be decided about some sagas.
type casesMsg struct {
	all []decide.Member
	err string
}

func readCases(marked []engine.Summary) func(context.Context, Backend) tea.Msg {
	return func(ctx context.Context, b Backend) tea.Msg {
		var m casesMsg
		for i := range marked {
			d, err := readWhole(ctx, b, marked[i].ID)
			if err != nil {
				return casesMsg{err: visible.Text(err.Error())}
			}
			m.all = append(m.all, decide.Member{Saga: d.saga, Case: decide.Of(d.saga, func(idx int) string { return d.undo[idx] })})
		}
		return m
	}
}

// choose offers the answers that the sagas can be given together.
func (m casesMsg) choose(s *sagas) Action {
	if m.err != "" {
		return Notify{Level: say.Error, Text: m.err}
	}
	names, with, without := decide.Together(m.all)
	if len(names) == 0 {
		return Notify{Level: say.Error, Text: "decide: no answer fits the marked sagas together"}
	}
	items := make([]item, len(names))
	for i, name := range names {
		each, _ := decide.Alike(name, with) // Together gives only what all have
		items[i] = item{Text: name, Note: each[0].Answer.Does, Danger: each[0].Answer.Loses != "", Do: Show{newAnsweringMany(s, name, each, without)}}
	}
	return Show{newMenu(fmt.Sprintf("Decide %d %s", len(with), say.Plural(len(with), "saga", "sagas")), items)}
}

// answeringMany asks before the same answer is given to several sagas: each is listed with what it does there.
type answeringMany struct {
	confirm.Dialog
	list    *sagas
	name    string
	members []decide.Member
	others  []decide.Member // marked too, and left as they are
}

// answeredMany says what became of the answers.
type answeredMany struct {
	done    []engine.ID
	refused map[engine.ID]string
}

func newAnsweringMany(s *sagas, name string, members, others []decide.Member) *answeringMany {
	a := &answeringMany{list: s, name: name, members: members, others: others}
	reason := confirm.Line{ID: reasonLine, Label: "Reason"}
	danger, typed := false, false
	for _, m := range members {
		if m.Answer.Why == "" {
			reason.Missing = "say why: it is recorded"
		}
		danger, typed = danger || m.Answer.Loses != "", typed || m.Answer.Phrase != ""
	}
	lines := []confirm.Line{reason}
	if typed {
		lines = []confirm.Line{{ID: typedLine, Phrase: a.phrase()}, reason}
	}
	a.Dialog = confirm.New(lines, confirm.Answer{ID: doIt, Word: strings.ToUpper(name[:1]) + name[1:], Danger: danger})
	return a
}

// phrase is what is typed in place of the names of all the things.
func (a *answeringMany) phrase() string { return a.name + " " + strconv.Itoa(len(a.members)) }

// Name says what is answered, and how often.
func (a *answeringMany) Name(*Env) string {
	return strings.ToUpper(a.name[:1]) + a.name[1:] + ": " + strconv.Itoa(len(a.members)) + say.Plural(len(a.members), " saga", " sagas")
}

// Hints are the keys of the dialog.
func (a *answeringMany) Hints(*Env) []keys.Hint { return a.Dialog.Hints() }

// Update takes keys and the engine's answers.
func (a *answeringMany) Update(env *Env, msg tea.Msg) Action {
	if m, ok := msg.(answeredMany); ok {
		return a.answered(env, m)
	}
	return pressed(a, a.Dialog.Update(msg), a.give)
}

// give gives each saga its answer, unless it is not as it was shown.
func (a *answeringMany) give() Action {
	a.Busy, a.Notice = true, ""
	members, reason := slices.Clone(a.members), a.Text(reasonLine)
	return Ask{To: a, Read: func(ctx context.Context, b Backend) tea.Msg {
		m := answeredMany{refused: map[engine.ID]string{}}
		for _, x := range members {
			if err := x.Answer.To(ctx, b, x.Saga, reason); err != nil {
				m.refused[x.Saga.ID] = visible.Text(err.Error())
				continue
			}
			m.done = append(m.done, x.Saga.ID)
		}
		return m
	}}
}

// answered closes the dialog when all is done, and otherwise says what was not: those stay in it.
func (a *answeringMany) answered(env *Env, m answeredMany) Action {
	a.Busy = false
	for _, id := range m.done {
		delete(env.State.Marks, id)
	}
	said := Notify{Level: say.Warn, Text: a.name + ": " + strconv.Itoa(len(m.done)) + say.Plural(len(m.done), " saga", " sagas")}
	if len(m.refused) == 0 {
		return Batch{closeOne{a}, said}
	}
	a.members = slices.DeleteFunc(a.members, func(x decide.Member) bool { return slices.Contains(m.done, x.Saga.ID) })
	first := a.members[0].Saga
	notice := first.Short + ": " + m.refused[first.ID]
	if n := len(m.refused) - 1; n > 0 {
		notice += fmt.Sprintf(" (and %d more)", n)
	}
	for i := range a.Lines {
		if l := &a.Lines[i]; l.ID == typedLine {
			l.Phrase = a.phrase()
			l.Text.Set("")
		}
	}
	a.Refuse(notice)
	if len(m.done) == 0 {
		return nil
	}
	return said
}

// View lists what the answer does to each, and what is left as it is.
func (a *answeringMany) View(env *Env, width, height int) Drawing {
	t := env.Theme
	body := func(width int) []string {
		var out []string
		loses := ""
		for _, m := range a.members {
			out = append(out, widget.Cut(m.Saga.Short+"  "+m.Case.About, width))
			out = append(out, painted(t.Faint, indented("  ", widget.Wrap(m.Answer.Does, width-2)))...)
			loses = m.Answer.Loses
		}
		if len(a.others) > 0 {
			out = append(out, "", t.Faint.Paint("LEFT AS THEY ARE"))
			for _, m := range a.others {
				why := "nothing in it has to be decided"
				if m.Case != nil {
					why = "another decision: " + m.Case.About
				}
				out = append(out, t.Faint.Paint(widget.Cut(m.Saga.Short+"  "+why, width)))
			}
		}
		if loses != "" {
			out = append(append(out, ""), painted(t.Danger, widget.Wrap(t.Symbols.Failed+" "+loses, width))...)
		}
		return out
	}
	head := func(width int) string {
		return widget.Cut(t.Strong.Paint(strings.ToUpper(a.name[:1])+a.name[1:]+", to each of these"), width)
	}
	return a.Dialog.View(t, confirm.Picture{Head: head, Body: body}, width, height)
}
