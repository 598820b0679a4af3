package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"arcadia/engine"
)

// lineVerb is a verb as the plain lines ask for it. Nothing is done without a yes.
type lineVerb struct {
	label    string // in the menu
	question string
	undoes   bool // what would be undone is said first
	typed    bool // the short id has to be typed in place of a yes
	why      bool // the reason is required
	do       func(ctx context.Context, s *engine.Saga, v engine.Verb) error
	said     string
}

// verbs are the verbs on one saga, in the order of the menu.
func (m *lineMode) verbs() []lineVerb {
	eng := m.p.Engine
	plain := func(f func(context.Context, engine.ID, engine.Verb) error) func(context.Context, *engine.Saga, engine.Verb) error {
		return func(ctx context.Context, s *engine.Saga, v engine.Verb) error { return f(ctx, s.ID, v) }
	}
	return []lineVerb{
		{label: "cancel a saga", question: "cancel it and undo what it did?", undoes: true, do: plain(eng.Cancel), said: "it undoes what it did"},
		{label: "roll back a saga", question: "roll it back?", undoes: true, typed: true, do: plain(eng.Rollback), said: "it undoes what it did"},
		{label: "retry what could not be done or undone", question: "try again?", do: plain(eng.Retry), said: "it is tried again"},
		{label: "resolve what one step has left behind", question: "accept what is left?", why: true, do: m.resolve, said: "what is left is accepted"},
		{label: "pause a saga, or let it go on", question: "pause it, or let it go on if it is paused?", do: m.pause, said: "done"},
		{label: "skip a step that failed", question: "go on without the step that failed?", do: plain(eng.Skip), said: "it goes on"},
	}
}

// act asks for a saga and does to it what is asked, if that is confirmed and nothing has happened to it meanwhile.
func (m *lineMode) act(d lineVerb) func(context.Context) error {
	return func(ctx context.Context) error {
		s, err := m.pick(ctx)
		if err != nil {
			return err
		}
		m.print(fmt.Sprintf("saga %s  %s  %s", s.Short, title(s), standing(&s.Summary)))
		for _, idx := range s.ToUndo() {
			if d.undoes {
				m.print(fmt.Sprintf("undoes %d %s: %s", idx, s.StepNames[idx], m.p.Engine.UndoText(s, idx)))
			}
		}
		v := engine.Verb{IfSeq: s.Seq}
		if v.Reason, err = m.reason(ctx, d.why); err != nil {
			return err
		}
		var sure bool
		if d.typed {
			var answer string
			answer, err = m.ask(ctx, d.question+" type its short id", "no", func(string) error { return nil })
			sure = answer == s.Short
		} else {
			sure, err = m.confirm(ctx, d.question)
		}
		if err != nil || !sure {
			return err
		}
		if err := d.do(ctx, s, v); err != nil {
			return err
		}
		m.print("saga " + s.Short + ": " + d.said)
		return nil
	}
}

// reason asks why.
func (m *lineMode) reason(ctx context.Context, required bool) (string, error) {
	label := "reason, or nothing"
	if required {
		label = "reason"
	}
	return m.ask(ctx, label, "", func(s string) error {
		if required && s == "" {
			return errors.New("say why")
		}
		return nil
	})
}

func (m *lineMode) resolve(ctx context.Context, s *engine.Saga, v engine.Verb) error {
	var left []string
	for i := range s.Rows {
		if s.Rows[i].Status == engine.RowCompensationFailed {
			left = append(left, strconv.Itoa(i))
			m.print(fmt.Sprintf("%d %s: %s", i, s.Rows[i].Name, s.Rows[i].Compensation.Error))
		}
	}
	if len(left) == 0 {
		return fmt.Errorf("resolve saga %s: nothing of it is left behind", s.Short)
	}
	var idx int
	_, err := m.ask(ctx, "number of the step ("+strings.Join(left, ", ")+")", left[0], func(a string) (err error) {
		if idx, err = strconv.Atoi(a); err != nil {
			err = errors.New("give one of " + strings.Join(left, ", "))
		}
		return err
	})
	if err != nil {
		return err
	}
	return m.p.Engine.Resolve(ctx, s.ID, idx, v)
}

func (m *lineMode) pause(ctx context.Context, s *engine.Saga, v engine.Verb) error {
	if s.Paused {
		return m.p.Engine.Resume(ctx, s.ID, v)
	}
	return m.p.Engine.Pause(ctx, s.ID, v)
}

// freeze freezes everything, or thaws it.
func (m *lineMode) freeze(ctx context.Context) error {
	f := m.p.Engine.Frozen()
	question, do := "freeze everything: no step of any saga starts until it is thawed?", m.p.Engine.Freeze
	thaw := f != nil && f.Width == 0 && !f.Auto
	if thaw {
		question, do = "thaw everything?", m.p.Engine.Thaw
	}
	why, err := m.reason(ctx, !thaw)
	if err != nil {
		return err
	}
	if sure, err := m.confirm(ctx, question); err != nil || !sure {
		return err
	}
	if err := do(ctx, engine.Verb{Reason: why}); err != nil {
		return err
	}
	m.print(freezeText(m.p.Engine.Frozen()))
	return nil
}
