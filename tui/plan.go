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
)

// The stops of the plan page.
const (
	planReason = "reason"
	planGo     = "launch"
	planAgain  = "again"
	planBack   = "back"
)

// planEvent is what the plan page wants from the flow.
type planEvent int

const (
	planStays planEvent = iota
	planLeaves
	planLooks
	planLaunches
	planHelp
)

// plan shows what a launch would do now and asks whether that is meant.
type plan struct {
	want   engine.Launch
	form   *form.Form // for the reason, which outlives the page
	gen    int        // counts looks and launches: only the answer to the last one counts
	got    *engine.Plan
	focus  string
	known  bool   // that it cannot be undone, where it cannot
	busy   bool   // the launch is under way
	loads  bool   // the plan is
	notice string // what has to be read before launching
	err    string
	top    int
	page   int // lines of the plan that fit at the last drawing
	lines  int // lines it has
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

func newPlan(want engine.Launch, f *form.Form) *plan {
	return &plan{want: want, form: f, focus: planReason}
}

// look asks what the launch would do.
func (p *plan) look(to Receiver) Action {
	p.gen++
	p.loads, p.err, p.notice = true, "", ""
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

// take shows an answer. Launching is offered first only after reading the reason's line, and not at all first when there is
// nothing to do or something could not be looked up.
func (p *plan) take(m planLoaded) {
	p.loads = false
	if m.err != nil {
		p.refuse(m.err)
		return
	}
	p.got, p.err, p.top, p.known = &m.plan, "", 0, false
	p.focus = planReason
	if p.got.Nothing() || p.unsure() || p.refused() {
		p.focus = planBack
	}
}

// refused reports whether a launch of the plan would be refused.
func (p *plan) refused() bool { return p.got != nil && p.got.Refusal() != nil }

func (p *plan) unsure() bool {
	for _, s := range p.got.Steps {
		if s.Error != "" {
			return true
		}
	}
	return false
}

// refuse says in place why not. Nothing that was typed is lost.
func (p *plan) refuse(err error) {
	p.busy, p.loads = false, false
	p.err = visible.Text(err.Error())
	switch {
	case errors.Is(err, engine.ErrKeyTaken):
		p.err += ". This form has launched already; begin a new one for another saga"
	case p.got == nil:
		p.focus = planAgain
	}
}

// start launches what was shown: the engine looks again and launches nothing when the plan's hash is another now. The key
// of the form makes a second enter, or a repetition after a lost answer, find the saga that the first one made.
func (p *plan) start(to Receiver) Action {
	p.gen++
	p.busy, p.err, p.notice = true, "", ""
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

func (p *plan) stops() []string {
	switch {
	case p.got == nil && p.err != "", p.refused():
		return []string{planAgain, planBack}
	case p.got == nil:
		return []string{planBack}
	}
	if p.final() {
		return []string{planReason, planKnow, planGo, planBack}
	}
	return []string{planReason, planGo, planBack}
}

func (p *plan) tips() []keys.Hint {
	switch {
	case p.busy:
		return []keys.Hint{}
	case p.lines > p.page && p.page > 0:
		return keys.Hints("tab", "next", "enter", "choose", "pgdn", "more of the plan", "esc", "back")
	}
	return keys.Hints("tab", "next", "enter", "choose", "esc", "back", "?", "help")
}

// update moves between the reason and the buttons. While a launch is under way nothing can be pressed.
func (p *plan) update(msg tea.Msg) planEvent {
	if p.busy {
		return planStays
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if p.focus == planReason && p.got != nil {
			p.form.Reason.Update(msg)
		}
		return planStays
	}
	name := k.String()
	switch name {
	case "esc":
		return planLeaves
	case "tab":
		p.focus = confirm.Around(p.stops(), p.focus, 1)
		return planStays
	case "shift+tab":
		p.focus = confirm.Around(p.stops(), p.focus, -1)
		return planStays
	case "pgdown", "ctrl+d", "down":
		p.scroll(name, 1)
		return planStays
	case "pgup", "up":
		p.scroll(name, -1)
		return planStays
	}
	if p.focus == planReason && p.got != nil {
		if name == "enter" {
			p.focus = confirm.Around(p.stops(), planReason, 1)
			return planStays
		}
		p.form.Reason.Update(k)
		return planStays
	}
	switch name {
	case "space":
		if p.focus == planKnow {
			return p.pressed()
		}
	case "enter":
		return p.pressed()
	case "left":
		p.focus = confirm.Around(p.stops(), p.focus, -1)
	case "right":
		p.focus = confirm.Around(p.stops(), p.focus, 1)
	case "?":
		return planHelp
	}
	return planStays
}

func (p *plan) pressed() planEvent {
	switch {
	case p.focus == planKnow:
		p.known, p.notice = !p.known, ""
	case p.focus == planGo && p.barred():
		p.notice, p.focus = "say first that you know that it cannot be undone", planKnow
	case p.focus == planGo && p.got != nil && !p.loads:
		return planLaunches
	case p.focus == planAgain:
		return planLooks
	case p.focus == planBack:
		return planLeaves
	}
	return planStays
}

func (p *plan) scroll(key string, n int) {
	if key != "down" && key != "up" {
		n *= max(1, p.page-1)
	}
	p.top = max(0, min(p.top+n, p.lines-p.page))
}
