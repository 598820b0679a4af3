package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
	"arcadia/tui"
	words "arcadia/tui/say"
)

// schedules lists what is launched by itself, and leads to one, or to a new one.
func (m *lineMode) schedules(ctx context.Context) error {
	for {
		all, err := schedule.List(ctx, m.p.Engine, time.Now())
		if err != nil {
			return err
		}
		options := make([]option, 0, len(all)+1)
		for _, v := range all {
			next := "next " + soon(v.Next)
			if v.Paused != nil {
				next = "paused by " + v.Paused.By
			}
			options = append(options, option{text: facts(", ", v.Name+": "+what(v.Schedule), when(v.Schedule), next, "last "+became(v.State.Last())), names: []string{v.Name}})
		}
		options = append(options, option{text: "add a schedule", names: []string{"add"}})
		at, err := m.choose(ctx, "which schedule", options)
		switch {
		case err != nil:
			return back(err)
		case at == len(all):
			err = m.addSchedule(ctx)
		default:
			err = m.schedule(ctx, all[at].Name)
		}
		if err = back(err); err != nil {
			return err
		}
	}
}

// schedule says how a schedule stands, and asks what to do with it.
func (m *lineMode) schedule(ctx context.Context, name string) error {
	if err := m.run(ctx, "schedule", "show", name); err != nil {
		return err
	}
	eng := m.p.Engine
	return m.perform(ctx, "schedule "+name, func() ([]choice, error) {
		v, err := schedule.Get(ctx, eng, name)
		if err != nil {
			return nil, err
		}
		pauses := choice{label: "pause it", do: func(ctx context.Context) error {
			why, err := m.reason(ctx, true)
			if err != nil {
				return err
			}
			return m.said(name+" is paused", schedule.SetPause(ctx, eng, name, &schedule.Pause{By: m.t.env.Operator, Why: why}))
		}}
		if v.Paused != nil {
			pauses = choice{label: "let it go on", do: m.once("let it go on?", func(ctx context.Context) error {
				return m.said(name+" goes on", schedule.SetPause(ctx, eng, name, nil))
			})}
		}
		return []choice{
			pauses,
			{label: "launch now what it launches", do: m.once("launch it now?", func(ctx context.Context) error { return m.run(ctx, "schedule", "fire", name) })},
			{label: "remove it", ends: true, do: m.once("remove it? it launches nothing any more", func(ctx context.Context) error {
				return m.said(name+" is removed", schedule.Remove(ctx, eng, name))
			})},
			{label: "show it again", do: func(ctx context.Context) error { return m.run(ctx, "schedule", "show", name) }},
		}, nil
	})
}

// once does something after a yes.
func (m *lineMode) once(question string, do func(ctx context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		sure, err := m.confirm(ctx, question)
		if err != nil || !sure {
			return err
		}
		return do(ctx)
	}
}

// said prints what was done, when it was.
func (m *lineMode) said(text string, err error) error {
	if err == nil {
		m.print(text)
	}
	return err
}

// addSchedule asks for what a schedule launches and when, and adds it as the command does.
func (m *lineMode) addSchedule(ctx context.Context) error {
	name, err := m.ask(ctx, "name of the schedule", "", func(string) error { return nil })
	if err != nil {
		return err
	}
	kinds := words.Grouped(m.p.Engine.Kinds(), nil)
	options := make([]option, len(kinds))
	for i := range kinds {
		options[i] = option{head: words.GroupOf(&kinds[i]) + ":", text: kinds[i].Name + ": " + kinds[i].Summary, names: []string{kinds[i].Name}}
	}
	at, err := m.choose(ctx, "kind", options)
	if err != nil {
		return err
	}
	kind := &kinds[at]
	line := []string{"schedule", "add", name, kind.Name}
	each, err := m.offer(ctx, "for each thing with a tag, as tag:web", "", func(string) error { return nil })
	if err != nil {
		return err
	}
	launch := engine.Launch{Kind: kind.Name, Inputs: engine.Inputs{}}
	if each != "" {
		line = append(line, words.EachWord+"="+each)
		for input, attribute := range kind.On.Inputs { // each thing says these itself
			if attribute == "id" {
				launch.Inputs[input] = ""
			}
		}
	}
	if err := m.fill(ctx, &launch, nil); err != nil {
		return err
	}
	for input, value := range launch.Inputs {
		if value != "" {
			line = append(line, input+"="+value)
		}
	}
	cron, err := m.offer(ctx, `minute, hour, day of month, month and weekday, as 30 2 * * *, or nothing for an interval`, "", func(string) error { return nil })
	if err != nil {
		return err
	}
	if cron == "" {
		every, err := m.ask(ctx, "interval, as 6h", "", func(s string) error { _, err := time.ParseDuration(s); return err })
		if err != nil {
			return err
		}
		line = append(line, "--every", every)
	} else {
		zone, err := m.ask(ctx, "time zone of it, as Europe/Berlin", "UTC", func(s string) error { _, err := time.LoadLocation(s); return err })
		if err != nil {
			return err
		}
		line = append(line, "--cron", cron, "--tz", zone)
	}
	m.print(strings.Join(line[2:], " "))
	if sure, err := m.confirm(ctx, "add it?"); err != nil || !sure {
		return err
	}
	return m.run(ctx, line...)
}

// told lists who is told of what, and what was delivered or was not.
func (m *lineMode) told(ctx context.Context) error {
	for _, command := range [][]string{{"target", "list"}, {"deliveries"}} {
		if err := m.run(ctx, command...); err != nil {
			return err
		}
	}
	unheard, err := notify.NotDelivered(ctx, m.p.Engine)
	if err != nil || len(unheard) == 0 {
		return err
	}
	options := make([]option, len(unheard))
	for i, d := range unheard {
		options[i] = option{text: d.Target + " could not be told, " + d.Answer + ": " + words.Notice(d.Note), names: []string{d.ID}}
	}
	at, err := m.choose(ctx, "undelivered: which", options)
	if err != nil {
		return back(err)
	}
	return m.delivery(ctx, &unheard[at])
}

// delivery asks what becomes of what could not be delivered.
func (m *lineMode) delivery(ctx context.Context, d *notify.Delivery) error {
	return m.perform(ctx, "undelivered to "+d.Target+": "+words.Notice(d.Note), func() ([]choice, error) {
		return []choice{
			{"send it again", m.once("send it again?", func(ctx context.Context) error {
				return m.said("in the outbox again", notify.Again(ctx, m.p.Engine, d.ID))
			}), true},
			{"drop it: it need not arrive any more", m.once("drop it?", func(ctx context.Context) error {
				return m.said("dropped", notify.Drop(ctx, m.p.Engine, d.ID))
			}), true},
		}, nil
	})
}

// settings lists the operator's settings, and changes them.
func (m *lineMode) settings(ctx context.Context) error {
	for {
		s, where, err := m.t.settings()
		if err != nil {
			return err
		}
		all := s.List()
		options := make([]option, 0, len(all)+1)
		for _, x := range all {
			value := x.Value
			if value == "" {
				value = "as it comes"
			}
			options = append(options, option{text: x.Name + ": " + value + ", " + x.About, names: []string{x.Name}})
		}
		options = append(options, option{text: "save a filter of the list of sagas under a name", names: []string{"filter"}})
		if where != "" {
			m.print("kept in " + where)
		}
		at, err := m.choose(ctx, "which setting", options)
		if err != nil {
			return back(err)
		}
		x := tui.Setting{About: "the filter, as by:ops1"}
		if at < len(all) {
			x = all[at]
		} else {
			name, err := m.ask(ctx, "name of the filter", "", func(string) error { return nil })
			if err != nil {
				return back(err)
			}
			x.Name = "filter " + name
		}
		if err := back(m.setting(ctx, x)); err != nil {
			return err
		}
	}
}

// setting asks for the value of one setting, and keeps it.
func (m *lineMode) setting(ctx context.Context, x tui.Setting) error {
	label := x.Name
	if len(x.Takes) > 0 {
		label += " (" + strings.Join(x.Takes, ", ") + ")"
	}
	value, err := m.offer(ctx, label+", nothing for as it comes", "", func(string) error { return nil })
	if err != nil {
		return err
	}
	if err := m.t.setSetting(ctx, x.Name, value); err != nil {
		m.print(fmt.Sprint(err))
	}
	return nil
}
