package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"arcadia/engine"
)

// lineMode is the console without screen control: questions and answers in plain lines.
type lineMode struct {
	*prompter
	t *tree
	p *Place
}

func (t *tree) lineMode(ctx context.Context, p *Place) error {
	ask, err := newPrompter(t.env.In, t.env.Out)
	if err != nil {
		return err
	}
	defer ask.close()
	m := &lineMode{prompter: ask, t: t, p: p}
	type entry struct {
		label string
		do    func(context.Context) error
	}
	menu := []entry{{"list sagas", m.list}, {"show a saga", m.show}, {"launch a saga", m.launch}, {"watch a saga", m.watch}}
	for _, d := range m.verbs() {
		menu = append(menu, entry{d.label, m.act(d)})
	}
	menu = append(menu, entry{"freeze or thaw everything", m.freeze}, entry{"decide what becomes of a saga that needs you", m.decide}, entry{"leave", nil})
	labels := make([]string, len(menu))
	for i, item := range menu {
		labels[i] = item.label
	}
	for {
		if err := m.counts(ctx); err != nil {
			return err
		}
		n, err := m.choose(ctx, "number", labels)
		switch {
		case errors.Is(err, errBack):
			continue
		case errors.Is(err, errLeave):
			return nil
		case err != nil || menu[n].do == nil:
			return err
		}
		switch err := menu[n].do(ctx); {
		case errors.Is(err, errLeave):
			return nil
		case ctx.Err() != nil, errors.Is(err, errInputOver):
			return err
		case err != nil:
			m.print(err.Error())
		}
		m.print("")
	}
}

func (m *lineMode) counts(ctx context.Context) error {
	c, err := m.p.Engine.Counts(ctx)
	if err != nil {
		return err
	}
	who := m.t.env.Operator
	if m.t.readOnly {
		who += " (READ-ONLY)"
	}
	m.print(fmt.Sprintf("arcadia, %s, %s: %d unfinished, %d need you, %d in all",
		m.p.Name, who, c.Active(), c.ByStatus[engine.Failed], c.Total))
	if f := m.p.Engine.Frozen(); f != nil {
		m.print(freezeText(f))
	}
	return nil
}

func (m *lineMode) list(ctx context.Context) error {
	sagas, err := pages(ctx, m.p.Engine, engine.Query{Limit: 20})
	if err != nil {
		return err
	}
	if len(sagas) == 0 {
		m.print("no sagas")
		return nil
	}
	return columns(m.out, listed(listing(sagas)))
}

// pick asks for a saga by its short id.
func (m *lineMode) pick(ctx context.Context) (*engine.Saga, error) {
	var id engine.ID
	_, err := m.ask(ctx, "short id of the saga", "", func(s string) (err error) {
		id, err = m.p.Engine.Find(ctx, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return m.p.Engine.Saga(ctx, id)
}

func (m *lineMode) show(ctx context.Context) error {
	s, err := m.pick(ctx)
	if err != nil {
		return err
	}
	return ledger(m.out, m.p.Engine, s)
}

// watch follows a saga until it is at rest or the operator presses enter.
func (m *lineMode) watch(ctx context.Context) error {
	s, err := m.pick(ctx)
	if err != nil {
		return err
	}
	m.print("enter stops watching; the saga goes on")
	looking, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		_, err := follow(looking, m.p.Engine, s.ID, 0, watching{
			entry: func(s *engine.Saga, e *engine.Entry) error {
				m.print(clock(e.At) + "  " + event(s, e))
				return nil
			},
			freeze: func(text string) { m.print(text) },
		})
		ended <- err
	}()
	lines := m.lines
	for {
		select {
		case err := <-ended:
			stop()
			return err
		case _, ok := <-lines:
			if !ok { // nobody can stop it any more: watch to the end
				lines = nil
				continue
			}
			stop()
			_ = <-ended
			return nil
		}
	}
}

func (m *lineMode) launch(ctx context.Context) error {
	kinds := m.p.Engine.Kinds()
	labels := make([]string, len(kinds))
	for i, k := range kinds {
		labels[i] = k.Name + ": " + k.Summary + "; rollback: " + k.Undo
	}
	n, err := m.choose(ctx, "kind", labels)
	if err != nil {
		return err
	}
	ask := engine.Launch{Kind: kinds[n].Name, Inputs: engine.Inputs{}}
	if kinds[n].Adhoc {
		_, err := m.ask(ctx, "steps, with commas ("+strings.Join(m.p.Engine.StepNames(), ", ")+")", "", func(s string) error {
			ask.Steps = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
			_, _, err := m.p.Engine.Fields(ask.Kind, ask.Steps)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := m.fill(ctx, &ask); err != nil {
		return err
	}
	plan, err := m.p.Engine.Plan(ctx, ask)
	if err != nil {
		return err
	}
	for _, s := range plan.Steps {
		text := string(s.Change.Action) + " " + m.t.change(s.Change) + "; undo: " + s.Change.Undo
		switch {
		case s.Refused:
			text = "refused: " + s.Error
		case s.Error != "":
			text = "cannot be told beforehand: " + s.Error
		}
		if s.Why != "" {
			text += "; why: " + s.Why
		}
		m.print(fmt.Sprintf("%d %s: %s", s.Idx, s.Name, text))
	}
	m.print(notes(plan)...)
	if err := plan.Refusal(); err != nil {
		return err
	}
	sure, err := m.sure(ctx, plan)
	if err != nil || !sure {
		return err
	}
	ask.PlanHash = string(plan.Hash)
	saga, err := m.p.Engine.Start(ctx, ask)
	if err != nil {
		return err
	}
	m.print("saga " + saga.Short + " is launched: watch it with 4")
	return nil
}

// sure asks for a yes, and where there is no way back for the kind's name.
func (m *lineMode) sure(ctx context.Context, plan engine.Plan) (bool, error) {
	if len(pointsOfNoReturn(plan)) == 0 {
		return m.confirm(ctx, "launch it?")
	}
	answer, err := m.ask(ctx, "type "+plan.Kind+" to do it", "no", func(string) error { return nil })
	return answer == plan.Kind, err
}

// fill asks for the inputs of a launch, those that apply to the answers so far.
func (m *lineMode) fill(ctx context.Context, ask *engine.Launch) error {
	fields, err := fieldsOf(m.p.Engine, ask.Kind, ask.Steps)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.When != nil && !f.When(ask.Inputs) {
			continue
		}
		m.options(ctx, f, ask.Inputs)
		label := f.Label + " (" + f.Help + ")"
		if len(f.Choices) > 0 {
			label = f.Label + " (" + strings.Join(f.Choices, ", ") + ")"
		}
		answer, err := m.ask(ctx, label, f.Default, func(s string) error { return f.Accept(s, ask.Inputs) })
		if err != nil {
			return err
		}
		if answer != "" {
			ask.Inputs[f.Name] = answer
		}
	}
	return nil
}

const maxOptions = 30 // lines of what can be picked

// options shows what can be given for a field. When the list cannot be had it says why, and any value can still be given.
func (m *lineMode) options(ctx context.Context, f engine.Field, in engine.Inputs) {
	if f.Options == nil {
		return
	}
	options, err := f.Options(ctx, in)
	if err != nil {
		m.print("no list: " + err.Error())
		return
	}
	for i, o := range options {
		if i == maxOptions {
			m.print(fmt.Sprintf("and %d more", len(options)-i))
			return
		}
		text := o.Label + "  " + o.Detail
		if !strings.Contains(text, o.Value) {
			text = o.Value + "  " + text // what is to be typed must be there to read
		}
		m.print("  " + strings.TrimSpace(text))
	}
}
