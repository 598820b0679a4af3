package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	words "arcadia/tui/say"
)

// lineVerb is a verb as the plain lines ask for it. Nothing is done without a yes.
type lineVerb struct {
	label    string // in the menu
	verb     engine.Verb
	question string
	asks     bool // the plan that is to be approved is said first
	undoes   bool // what would be undone is said first
	typed    bool // the name of what it is about has to be typed in place of a yes
	why      bool // the reason is required
	do       func(ctx context.Context, s *engine.Saga, v engine.Request) error
	said     string
}

// verbs are the verbs on one saga, in the order of the menu.
func (m *lineMode) verbs() []lineVerb {
	eng := m.p.Engine
	plain := func(f func(context.Context, engine.ID, engine.Request) error) func(context.Context, *engine.Saga, engine.Request) error {
		return func(ctx context.Context, s *engine.Saga, v engine.Request) error { return f(ctx, s.ID, v) }
	}
	return []lineVerb{
		{label: "cancel a saga", verb: engine.VerbCancel, question: "cancel it and undo what it did?", undoes: true, do: plain(eng.Cancel), said: "it undoes what it did"},
		{label: "roll back a saga", verb: engine.VerbRollback, question: "roll it back?", undoes: true, typed: true, do: plain(eng.Rollback), said: "it undoes what it did"},
		{label: "retry what could not be done or undone", verb: engine.VerbRetry, question: "try again?", do: plain(eng.Retry), said: "it is tried again"},
		{label: "resolve what one step has left behind", verb: engine.VerbResolve, question: "accept what is left?", why: true, do: m.resolve, said: "what is left is accepted"},
		{label: "pause a saga, or let it go on", verb: engine.VerbPause, question: "pause it, or let it go on if it is paused?", do: m.pause, said: "done"},
		{label: "skip a step that failed, or a look that cannot be made", verb: engine.VerbSkip, question: "go on without it?", do: plain(eng.Skip), said: "it goes on"},
		{label: "end the wait of a saga", verb: engine.VerbProceed, question: "go on now?", why: true, do: plain(eng.Proceed), said: "it goes on now"},
		{label: "move the wait of a saga", verb: engine.VerbPostpone, question: "move its wait?", why: true, do: m.postpone, said: "it waits until then"},
		{label: "approve what a saga would do", verb: engine.VerbApprove, question: "approve this plan?", typed: true, asks: true, do: m.approve, said: "approved"},
		{label: "refuse what a saga would do", verb: engine.VerbRefuse, question: "refuse it? what it has done is undone", asks: true, why: true, do: plain(eng.Refuse), said: "refused"},
		{label: "break the glass for a saga", verb: engine.VerbBreakGlass, question: "go on without approvals, after a while?", asks: true, why: true, do: plain(eng.BreakGlass), said: "everybody is told; it goes on after a while unless somebody refuses"},
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
		if err := s.Refuses(d.of(s)); err != nil {
			return fmt.Errorf("%s saga %s: %w", d.of(s), s.Short, err)
		}
		for _, idx := range s.ToUndo() {
			if d.undoes {
				m.print(fmt.Sprintf("undoes %d %s: %s", idx, s.StepNames[idx], m.p.Engine.UndoText(s, idx)))
			}
		}
		if d.asks && s.Approval != nil {
			m.print(askedLines(s, m.t.change)...)
		}
		v := engine.Request{IfSeq: s.Seq}
		if v.Reason, err = m.reason(ctx, d.why); err != nil {
			return err
		}
		var sure bool
		if d.typed {
			var answer string
			name := cmp.Or(words.Name(s.Target), s.Short)
			answer, err = m.ask(ctx, d.question+" type "+name, "no", func(string) error { return nil })
			sure = strings.EqualFold(answer, name)
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

// of is the verb that is asked of a saga: what pauses lets a paused one go on.
func (d *lineVerb) of(s *engine.Saga) engine.Verb {
	if d.verb == engine.VerbPause && s.Paused {
		return engine.VerbResume
	}
	return d.verb
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

func (m *lineMode) resolve(ctx context.Context, s *engine.Saga, v engine.Request) error {
	var left []string
	for i := range s.Rows {
		if s.Rows[i].Status == engine.RowCompensationFailed {
			left = append(left, strconv.Itoa(i))
			m.print(fmt.Sprintf("%d %s: %s", i, s.Rows[i].Name, s.Rows[i].Compensation.Error))
		}
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

func (m *lineMode) approve(ctx context.Context, s *engine.Saga, v engine.Request) error {
	return m.p.Engine.Approve(ctx, s.ID, string(s.Approval.Hash), v)
}

func (m *lineMode) pause(ctx context.Context, s *engine.Saga, v engine.Request) error {
	if s.Paused {
		return m.p.Engine.Resume(ctx, s.ID, v)
	}
	return m.p.Engine.Pause(ctx, s.ID, v)
}

func (m *lineMode) postpone(ctx context.Context, s *engine.Saga, v engine.Request) error {
	var until time.Time
	_, err := m.ask(ctx, "until when, as 2026-12-01 08:00 or +2h", "", func(a string) (err error) {
		if until, err = engine.ParseMoment(a, time.Local, time.Now()); err != nil {
			return err
		}
		return engine.PostponeTo(until, time.Now())
	})
	if err != nil {
		return err
	}
	return m.p.Engine.Postpone(ctx, s.ID, until, v)
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
	if err := do(ctx, engine.Request{Reason: why}); err != nil {
		return err
	}
	m.print(freezeText(m.p.Engine.Frozen()))
	return nil
}
