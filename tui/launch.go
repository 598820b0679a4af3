package tui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/form"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// launchPage is where a launch stands: what, of which steps, with which inputs, and is that really meant.
type launchPage int

const (
	launchOnKinds launchPage = iota
	launchOnSteps
	launchOnForm
	launchOnPlan
)

// launch is the screen from "new" to the new saga's own. Every page keeps what was done on it until the launch.
type launch struct {
	page   launchPage
	door   engine.Launch // what it was opened with
	first  string        // the form comes before the plan even when it is complete, with the focus on this input, or its button
	every  bool          // what is launched shall be kept as a schedule
	kinds  launchKinds
	list   launchSteps
	drafts map[string]*form.Form // the forms begun, by kind and steps
	form   *form.Form
	plan   *plan
	wait   string // what is being loaded
	asks   int    // counts loads of forms: only the answer to the last one counts
	err    string
	rows   int // of the body at the last drawing
}

// launchDoor opens the launch form, with kind and inputs filled in as far as they are given.
func launchDoor(l engine.Launch) Action { return Open{newLaunch(l)} }

// newLaunch opens the flow, at the form when the kind is given.
func newLaunch(l engine.Launch) *launch {
	return &launch{door: l, drafts: map[string]*form.Form{}, list: launchSteps{chosen: slices.Clone(l.Steps)}}
}

// Title is the way through the flow so far.
func (l *launch) Title(*Env) []string {
	out := []string{"new saga"}
	if l.page == launchOnKinds {
		return out
	}
	out = append(out, visible.Text(l.kind()))
	switch l.page {
	case launchOnSteps:
		out = append(out, "steps")
	case launchOnPlan:
		out = append(out, "plan")
	case launchOnKinds, launchOnForm:
	}
	return out
}

// Commands are none: every key is the flow's own.
func (l *launch) Commands(*Env) []command { return nil }

// Typing is always true: keys are text, or move through the form.
func (l *launch) Typing() bool { return true }

// Hints are none: see Tips.
func (l *launch) Hints(*Env) []keys.Command { return nil }

// kind is what is being launched.
func (l *launch) kind() string {
	switch {
	case l.page == launchOnSteps:
		return l.list.kind
	case l.form != nil:
		return l.form.Kind
	}
	return l.door.Kind
}

// Update takes keys and answers, and finds what there is to choose from now.
func (l *launch) Update(env *Env, msg tea.Msg) Action {
	do := l.update(env, msg)
	l.kinds.find(env.grouped())
	l.list.find(env.State.Steps)
	return do
}

func (l *launch) update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		if l.door.Kind != "" && l.form == nil && l.wait == "" {
			return l.open(env, l.door)
		}
	case launchFields:
		return l.opened(env, msg)
	case form.Loaded:
		msg.Form.Loaded(msg)
	case planLoaded:
		return l.planned(msg)
	case planDone:
		return l.launched(msg)
	case tea.KeyPressMsg, tea.PasteMsg, confirm.Clicked:
		return l.pressed(env, msg)
	}
	return nil
}

func (l *launch) pressed(env *Env, msg tea.Msg) Action {
	if l.wait != "" {
		if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "esc" {
			l.wait = ""
			l.asks++
			return l.back(env)
		}
		return nil
	}
	l.err = ""
	switch l.page {
	case launchOnKinds:
		return l.onKinds(env, msg)
	case launchOnSteps:
		return l.onSteps(env, msg)
	case launchOnForm:
		load, event := l.form.Update(msg)
		do := l.reads(load)
		switch event {
		case form.Submits:
			return Batch{do, l.toPlan(env)}
		case form.Keeps:
			return Batch{do, Open{newScheduling(l.form.Launch())}}
		case form.Leaves:
			return Batch{do, l.back(env)}
		case form.Helps:
			return Press{keys.CmdHelp}
		case form.Stays:
		}
		return do
	case launchOnPlan:
		return l.onPlan(env, msg)
	}
	return nil
}

func (l *launch) onSteps(env *Env, msg tea.Msg) Action {
	switch l.list.update(env.State.Steps, msg) {
	case form.Submits:
		return l.open(env, engine.Launch{Kind: l.list.kind, Steps: slices.Clone(l.list.chosen), Inputs: l.door.Inputs, Reason: l.door.Reason})
	case form.Leaves:
		return l.back(env)
	case form.Stays, form.Helps, form.Keeps:
	}
	return nil
}

func (l *launch) show(_ *Env, f *form.Form) Action {
	l.form, l.page = f, launchOnForm
	return l.reads(f.Enter(f.Focus))
}

// back goes to the page before; from the first one, or from where the door led, out of the flow.
func (l *launch) back(env *Env) Action {
	switch l.page {
	case launchOnPlan:
		l.page = launchOnForm
		return l.reads(l.form.Enter(l.form.Focus))
	case launchOnForm:
		if l.form.Adhoc {
			l.list.begin(l.form.Kind, env.State.Steps)
			l.page = launchOnSteps
			return nil
		}
		fallthrough
	case launchOnSteps:
		if l.door.Kind == "" {
			l.page = launchOnKinds
			return nil
		}
	case launchOnKinds:
	}
	return Back{}
}

// toPlan looks up what the launch would do now.
func (l *launch) toPlan(*Env) Action {
	l.page = launchOnPlan
	l.plan = newPlan(l.form.Launch(), l.form)
	return l.plan.look(l)
}

// planned takes the plan, or brings what is refused to its field.
func (l *launch) planned(m planLoaded) Action {
	p := l.plan
	if p == nil || p.gen != m.gen {
		return nil
	}
	if l.page == launchOnPlan {
		if do, ok := l.refused(m.err); ok {
			return do
		}
	}
	p.take(m)
	return nil
}

// refused brings a bad input to its field.
func (l *launch) refused(err error) (Action, bool) {
	var bad *engine.InputError
	if !errors.As(err, &bad) {
		return nil, false
	}
	load, ok := l.form.Refuse(bad)
	do := l.reads(load)
	if ok {
		l.page = launchOnForm
	}
	return do, ok
}

func (l *launch) onPlan(env *Env, msg tea.Msg) Action {
	switch l.plan.update(msg) {
	case planLeaves:
		return l.back(env)
	case planLooks:
		return l.plan.look(l)
	case planLaunches:
		return l.plan.start(l)
	case planStays:
	}
	return nil
}

// launched goes to the new saga, or says why there is none.
func (l *launch) launched(m planDone) Action {
	p := l.plan
	if p == nil || p.gen != m.gen {
		return nil
	}
	p.Busy = false
	switch {
	case m.moved && m.err == nil:
		p.take(planLoaded{gen: p.gen, plan: m.plan})
		p.Refuse("this plan is out of date; here is the new one. Review it, then launch")
		p.Bad = false
		return nil
	case m.err != nil:
		if do, ok := l.refused(m.err); ok {
			return do
		}
		p.refuse(m.err)
		return nil
	}
	saga := m.saga
	return Batch{Replace{newSaga(&saga, false)}, Notify{Level: say.Good, Text: m.saga.Short + " launched", Saga: m.saga.Short}}
}

// View draws the page.
func (l *launch) View(env *Env, width, height int) Drawing {
	d := l.draw(env, width, height)
	d.Then(func() { l.rows = height })
	return d
}

func (l *launch) draw(env *Env, width, height int) Drawing {
	t := env.Theme
	switch {
	case l.wait != "":
		return Drawing{Lines: []string{"", " " + t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" "+l.wait+t.Symbols.More)}}
	case l.page == launchOnPlan:
		return l.plan.view(env, width, height)
	case l.page == launchOnSteps:
		return launchHead(env, width, height, l.err, "Which steps, in which order?", nil, func(h int) Drawing { return l.list.view(env, width, h) })
	case l.page == launchOnForm:
		title := visible.Text(l.form.Kind)
		var what []string
		for _, k := range env.State.Kinds {
			if k.Name == l.form.Kind {
				what = []string{k.Summary, "undo: " + k.Undo}
			}
		}
		return launchHead(env, width, height, l.err, title, what, func(h int) Drawing { return l.form.View(env.Theme, width, h) })
	}
	return launchHead(env, width, height, l.err, "What shall be done?", nil, func(h int) Drawing { return l.kinds.view(env, width, h) })
}
