package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"arcadia/engine"
	words "arcadia/tui/say"
)

// lineVerb is a verb as the plain lines ask for it. Nothing is done without a yes.
type lineVerb struct {
	menu     string // in the list of what can be done
	verb     engine.Verb
	question string
	asks     bool // the plan that is to be approved is said first
	undoes   bool // what would be undone is said first
	typed    bool // the name of what it is about has to be typed in place of a yes
	why      bool // the reason is required
	do       func(ctx context.Context, s *engine.Saga, v engine.Request) error
	said     string
}

// verbs are the verbs on one saga, in the order of the list.
func (m *lineMode) verbs() []lineVerb {
	eng := m.p.Engine
	plain := func(f func(context.Context, engine.ID, engine.Request) error) func(context.Context, *engine.Saga, engine.Request) error {
		return func(ctx context.Context, s *engine.Saga, v engine.Request) error { return f(ctx, s.ID, v) }
	}
	return []lineVerb{
		{menu: "approve what it would do", verb: engine.VerbApprove, question: "to approve this plan", typed: true, asks: true, do: m.approve, said: "approved"},
		{menu: "refuse what it would do", verb: engine.VerbRefuse, question: "refuse it? what it has done is undone", asks: true, why: true, do: plain(eng.Refuse), said: "refused"},
		{menu: "break the glass: go on without approvals, after a while", verb: engine.VerbBreakGlass, question: "go on without approvals, after a while?", asks: true, why: true, do: plain(eng.BreakGlass), said: "everybody is told; it goes on after a while unless somebody refuses"},
		{menu: "cancel it", verb: engine.VerbCancel, question: "cancel it and undo what it did?", undoes: true, do: plain(eng.Cancel), said: "it undoes what it did"},
		{menu: "roll it back", verb: engine.VerbRollback, question: "to roll it back", undoes: true, typed: true, do: plain(eng.Rollback), said: "it undoes what it did"},
		{menu: "retry what could not be done or undone", verb: engine.VerbRetry, question: "try again?", do: plain(eng.Retry), said: "it is tried again"},
		{menu: "resolve what one step has left behind", verb: engine.VerbResolve, question: "accept what is left?", why: true, do: m.resolve, said: "what is left is accepted"},
		{menu: "pause it", verb: engine.VerbPause, question: "pause it before its next step?", do: plain(eng.Pause), said: "it pauses before its next step"},
		{menu: "let it go on", verb: engine.VerbResume, question: "let it go on?", do: plain(eng.Resume), said: "it goes on"},
		{menu: "skip the step that failed, or the look that cannot be made", verb: engine.VerbSkip, question: "go on without it?", do: plain(eng.Skip), said: "it goes on"},
		{menu: "end its wait", verb: engine.VerbProceed, question: "go on now?", why: true, do: plain(eng.Proceed), said: "it goes on now"},
		{menu: "move its wait", verb: engine.VerbPostpone, question: "move its wait?", why: true, do: m.postpone, said: "it waits until then"},
	}
}

// act does to a saga what is asked, if that is confirmed and nothing has happened to it meanwhile.
func (m *lineMode) act(d lineVerb, id engine.ID) func(context.Context) error {
	return func(ctx context.Context) error {
		s, err := m.p.Engine.Saga(ctx, id)
		if err != nil {
			return err
		}
		if err := s.Refuses(d.verb); err != nil {
			return fmt.Errorf("%s saga %s: %w", d.verb, s.Short, err)
		}
		if d.undoes {
			m.undoes(ctx, s)
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
			sure, err = m.typed(ctx, d.question+",", cmp.Or(words.Name(s.Target), s.Short))
		} else {
			sure, err = m.confirm(ctx, d.question)
		}
		switch {
		case err != nil:
			return err
		case !sure:
			return errors.New("nothing was done")
		}
		if err := d.do(ctx, s, v); err != nil {
			return err
		}
		m.print("saga " + s.Short + ": " + d.said)
		return nil
	}
}

// undoes says what would be undone, in its order, and what of it is the last of its sort.
func (m *lineMode) undoes(ctx context.Context, s *engine.Saga) {
	for _, idx := range s.ToUndo() {
		m.print(fmt.Sprintf("undoes %d %s: %s", idx, s.StepNames[idx], m.p.Engine.UndoText(s, idx)))
	}
	if len(s.ToUndo()) == 0 {
		m.print("nothing that it did has to be undone")
	}
	m.print(lastCopies(ctx, m.p, s)...)
}

// reason asks why.
func (m *lineMode) reason(ctx context.Context, required bool) (string, error) {
	if required {
		return m.ask(ctx, "reason", "", func(string) error { return nil })
	}
	return m.offer(ctx, "reason", "", func(string) error { return nil })
}

func (m *lineMode) approve(ctx context.Context, s *engine.Saga, v engine.Request) error {
	return m.p.Engine.Approve(ctx, s.ID, string(s.Approval.Hash), v)
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
