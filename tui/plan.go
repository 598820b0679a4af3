package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/confirm"
	"arcadia/tui/form"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
)

// The answers of the plan page that do something.
const (
	planGo    = "launch"
	planAgain = "again"
)

// planEvent is what the plan page wants from the flow.
type planEvent int

const (
	planStays planEvent = iota
	planLeaves
	planLooks
	planLaunches
)

// plan shows what a launch would do now and asks whether that is meant.
type plan struct {
	confirm.Dialog
	want  engine.Launch
	form  *form.Form // for the reason, which outlives the page, and for the labels of inputs
	gen   int        // counts looks and launches: only the answer to the last one counts
	got   *engine.Plan
	loads bool // the plan is being looked up
	body  list.Scroll
}

// planLoaded answers a look.
type planLoaded struct {
	gen  int
	plan engine.Plan // clean
	err  error
}

// planDone answers a launch.
type planDone struct {
	gen   int
	saga  engine.Summary // clean
	moved bool           // the world is not as in the plan that was shown: nothing was launched, plan says how it is now
	plan  engine.Plan
	err   error
}

func newPlan(want engine.Launch, f *form.Form) *plan { return &plan{want: want, form: f} }

// ask lays out what can be answered: to launch what is shown, with the name of what cannot be undone typed first, or to look again.
func (p *plan) ask() {
	var lines []confirm.Line
	var answers []confirm.Answer
	switch {
	case p.got == nil && p.loads:
	case p.got == nil, p.refused():
		answers = []confirm.Answer{{ID: planAgain, Word: "Look again"}}
	default:
		if p.final() != nil {
			lines = append(lines, confirm.Line{ID: typedLine, Phrase: say.PlanName(p.got)})
		}
		reason := confirm.Line{ID: reasonLine, Label: "Reason", Hint: "is recorded, may stay empty"}
		reason.Text.Set(p.form.Reason.String())
		lines = append(lines, reason)
		word := "Launch"
		if p.got.Nothing() {
			word = "Launch all the same"
		}
		answers = []confirm.Answer{{ID: planGo, Word: word, Danger: p.final() != nil}}
	}
	p.Dialog = confirm.New(lines, answers...)
}

// look asks what the launch would do.
func (p *plan) look(to Receiver) Action {
	p.gen++
	p.loads = true
	p.ask()
	m, want := planLoaded{gen: p.gen}, p.want
	return Ask{To: to, Read: func(ctx context.Context, b Backend) tea.Msg {
		m.plan, m.err = lookPlan(ctx, b, want)
		return m
	}}
}

func lookPlan(ctx context.Context, b Backend, want engine.Launch) (engine.Plan, error) {
	got, err := b.Plan(ctx, want)
	return clean.Plan(got), err
}

// take shows an answer.
func (p *plan) take(m planLoaded) {
	p.loads = false
	if m.err != nil {
		p.refuse(m.err)
		return
	}
	p.got, p.body.Top = &m.plan, 0
	p.ask()
}

// refused reports whether a launch of the plan would be refused.
func (p *plan) refused() bool { return p.got != nil && p.got.Refusal() != nil }

// refuse says in place why not. Nothing that was typed is lost.
func (p *plan) refuse(err error) {
	p.loads = false
	text := visible.Text(err.Error())
	if errors.Is(err, engine.ErrKeyTaken) {
		text += ". This form has launched already; begin a new one for another saga"
	}
	if p.got == nil {
		p.ask()
	}
	p.Refuse(text)
}

// start launches what was shown: the engine looks again and launches nothing when the plan's hash is another now. The key
// of the form makes a second enter, or a repetition after a lost answer, find the saga that the first one made.
func (p *plan) start(to Receiver) Action {
	p.gen++
	p.Busy, p.Notice = true, ""
	p.want.Reason, p.want.PlanHash = p.form.Launch().Reason, string(p.got.Hash)
	m, want := planDone{gen: p.gen}, p.want
	return Ask{To: to, Read: func(ctx context.Context, b Backend) tea.Msg {
		saga, err := b.Start(ctx, want)
		switch {
		case errors.Is(err, engine.ErrChanged):
			m.moved = true
			m.plan, m.err = lookPlan(ctx, b, want)
		case err != nil:
			m.err = err
		default:
			m.saga = saga.Summary
			clean.Summary(&m.saga)
		}
		return m
	}}
}

// tips are the keys of the page.
func (p *plan) tips() []keys.Hint {
	if p.Busy {
		return []keys.Hint{}
	}
	out := p.Hints()
	for i := range out {
		if out[i].Key == "esc" {
			out[i].Word = "back to the form"
		}
	}
	if p.body.More() {
		out = append(out, keys.Hint{Key: "pgdn", Word: "more of the plan"})
	}
	return out
}

// update answers, or scrolls the plan. While a launch is under way nothing can be pressed.
func (p *plan) update(msg tea.Msg) planEvent {
	if k, ok := msg.(tea.KeyPressMsg); ok && !p.Busy {
		switch name := k.String(); name {
		case "pgdown", "ctrl+d", "down":
			p.scroll(name, 1)
			return planStays
		case "pgup", "up":
			p.scroll(name, -1)
			return planStays
		}
	}
	event := p.Update(msg)
	if p.got != nil && !p.refused() {
		p.form.Reason.Set(p.Text(reasonLine))
	}
	switch {
	case event == confirm.Leaves:
		return planLeaves
	case event == confirm.Answers && p.Focus == planAgain:
		return planLooks
	case event == confirm.Answers && !p.loads:
		return planLaunches
	}
	return planStays
}

func (p *plan) scroll(key string, n int) {
	if key != "down" && key != "up" {
		n *= p.body.Page()
	}
	p.body.By(n)
}
