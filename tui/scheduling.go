package tui

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/form"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// scheduling is the screen on which a launch becomes a schedule: a form that asks when, and what it would do.
type scheduling struct {
	confirm.Dialog
	launch engine.Launch
	form   *form.Form
	made   *schedule.Schedule // what the form says; nil while it is filled
	seen   *foreseenMsg       // what it would do; nil while that is looked up
	asks   int
	err    string
}

// foreseenMsg answers what a schedule would do.
type foreseenMsg struct {
	ask  int
	made schedule.Schedule // with who has to agree to it
	text string
	next []time.Time
	err  string
}

// scheduledMsg answers the making of a schedule.
type scheduledMsg struct {
	name string
	err  string
}

const addAnswer = "add"

func newScheduling(l engine.Launch) *scheduling {
	l.Key, l.Reason = "", ""
	return &scheduling{launch: l}
}

// Title is the way here.
func (s *scheduling) Title(*Env) []string {
	return []string{"new schedule", visible.Text(s.launch.Kind)}
}

// Commands are none: every key is the form's or the dialog's.
func (s *scheduling) Commands(*Env) []command { return nil }

// Typing is always true.
func (s *scheduling) Typing() bool { return true }

// Hints are none: see Tips.
func (s *scheduling) Hints(*Env) []keys.Command { return nil }

// Tips are the keys of the form, or of the question whether that is meant.
func (s *scheduling) Tips(*Env) []keys.Hint {
	switch {
	case s.form == nil:
		return keys.Hints("esc", "back")
	case s.made == nil:
		return s.form.Tips()
	}
	return s.Dialog.Hints()
}

// Update takes keys and answers.
func (s *scheduling) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		if s.form == nil {
			return s.begin(env)
		}
	case foreseenMsg:
		if msg.ask == s.asks {
			s.foreseen(msg)
		}
	case scheduledMsg:
		s.Busy = false
		if msg.err != "" {
			s.Refuse(msg.err)
			return nil
		}
		return Batch{Back{}, toSchedule(msg.name), Notify{Level: say.Good, Text: msg.name + " is added; remove takes it back"}}
	case tea.KeyPressMsg, tea.PasteMsg:
		return s.pressed(env, msg)
	}
	return nil
}

// begin makes the form.
func (s *scheduling) begin(env *Env) Action {
	zone := "UTC"
	if env.Clock.Location != nil && env.Clock.Location != time.Local {
		zone = env.Clock.Location.String()
	}
	var on engine.Subject
	for _, k := range env.State.Kinds {
		if k.Name == s.launch.Kind {
			on = k.On
		}
	}
	start := engine.Launch{Kind: s.launch.Kind, Inputs: engine.Inputs{schedName: strings.ReplaceAll(s.launch.Kind, "_", "-"), schedZone: zone}}
	s.form = form.New(start, []string{"schedule"}, [][]engine.Field{scheduleFields(on)}, false, "")
	s.form.Word = "Show what it will do"
	s.form.Start(schedName)
	s.form.Enter(schedName)
	return nil
}

func (s *scheduling) pressed(env *Env, msg tea.Msg) Action {
	if s.form == nil {
		return nil
	}
	if s.made != nil {
		return s.answered(msg)
	}
	s.err = ""
	_, event := s.form.Update(msg) // nothing is picked from lists
	switch event {
	case form.Submits:
		made, err := scheduleOf(s.launch, s.form.Inputs(), env.State.Kinds)
		if err != nil {
			s.err = visible.Text(err.Error())
			return nil
		}
		return s.foresee(env, made)
	case form.Leaves:
		return Back{}
	case form.Helps:
		return Press{keys.CmdHelp}
	case form.Stays, form.Keeps:
	}
	return nil
}

// foresee looks what the schedule would do now.
func (s *scheduling) foresee(env *Env, made schedule.Schedule) Action {
	s.asks++
	s.made, s.seen = &made, nil
	s.Dialog = confirm.New(nil)
	ask, things, now := s.asks, env.Things, env.Clock.Now
	return Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg {
		m := foreseenMsg{ask: ask}
		f, err := schedule.Foresee(ctx, b, things, &made)
		if err != nil {
			m.err = visible.Text(err.Error())
			return m
		}
		m.made, m.text = made, visible.Text(say.Foreseen(&made, &f))
		if d := f.Plan.Approval; d != nil {
			m.text += "; each launch needs " + say.Demand(*d) + ": it is asked for once, for the definition"
		}
		m.next = nextTimes(&made, now)
		return m
	}}
}

func (s *scheduling) foreseen(m foreseenMsg) {
	if m.err != "" {
		s.made, s.err = nil, m.err
		return
	}
	s.seen, s.made = &m, &m.made
	s.Dialog = confirm.New(nil, confirm.Answer{ID: addAnswer, Word: "Add the schedule"})
}

// answered takes a key while it is asked whether that is meant.
func (s *scheduling) answered(msg tea.Msg) Action {
	switch s.Dialog.Update(msg) {
	case confirm.Leaves:
		s.made, s.seen = nil, nil
		s.asks++
		s.form.Enter(form.PlanStop)
	case confirm.Answers:
		s.Busy, s.Notice = true, ""
		made := *s.made
		return Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg {
			err := schedule.Put(ctx, b, made, 0)
			if errors.Is(err, engine.ErrConflict) {
				return scheduledMsg{err: "there is a schedule " + visible.Text(made.Name) + " already: give it another name"}
			}
			if err != nil {
				return scheduledMsg{err: visible.Text(err.Error())}
			}
			return scheduledMsg{name: visible.Text(made.Name)}
		}}
	case confirm.Stays:
	}
	return nil
}

// View draws the form, or what it would do.
func (s *scheduling) View(env *Env, width, height int) Drawing {
	t := env.Theme
	if s.form == nil {
		return Drawing{}
	}
	if s.made == nil {
		what := []string{"Launches " + visible.Text(say.Launches(&schedule.Schedule{Kind: s.launch.Kind, Steps: s.launch.Steps, Inputs: s.launch.Inputs}))}
		return launchHead(env, width, height, s.err, "Run this every …", what, func(h int) Drawing { return s.form.View(t, width, h) })
	}
	lines := []string{"", "  " + t.Strong.Paint(visible.Text(s.made.Name)), ""}
	put := func(label, text string) {
		for i, l := range widget.Wrap(visible.Text(text), max(10, width-planAt-1)) {
			if i > 0 {
				label = ""
			}
			lines = append(lines, t.Faint.Paint(widget.Fit("  "+label, planAt))+l)
		}
	}
	put("launches", say.Launches(s.made))
	put("when", say.Occurs(s.made))
	for _, w := range say.Ways(s.made) {
		put("", w.Label+" "+w.Value)
	}
	if s.seen == nil {
		return Drawing{Lines: append(lines, "", "  "+t.Running.Paint(t.Symbols.Running)+t.Faint.Paint(" looking up what it would do"+t.Symbols.More))}
	}
	for i, at := range s.seen.next {
		label := "next"
		if i > 0 {
			label = ""
		}
		put(label, env.Clock.Full(at)+"  in "+say.Span(at.Sub(env.Clock.Now)))
	}
	put("now", s.seen.text)
	put("take it back", "remove it on the screen of the schedules; what it has launched stays")
	foot, cursor := s.Form(t, confirm.Zone{At: planAt, Width: width, Live: true, Airy: height >= 14})
	room := max(0, height-len(foot)-1)
	lines = append(lines[:min(len(lines), room)], "")
	if cursor != nil {
		cursor.Y += len(lines)
	}
	return Drawing{Lines: append(lines, foot...), Cursor: cursor}
}
