package tui

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/form"
)

// launchFields answers what a form has to ask for.
type launchFields struct {
	ask   int
	want  engine.Launch
	adhoc bool
	steps []string
	reads [][]engine.Field
	token string
	err   string
}

// draft names the form of a launch among those begun.
func draft(l engine.Launch) string { return l.Kind + "\x00" + strings.Join(l.Steps, "\x00") }

// open shows the form of a launch: the one begun, or a new one as soon as it is known what to ask for.
func (l *launch) open(env *Env, want engine.Launch) Action {
	if f := l.drafts[draft(want)]; f != nil {
		return l.show(env, f)
	}
	l.asks++
	l.wait = "looking up what " + visible.Text(want.Kind) + " asks for"
	m := launchFields{ask: l.asks, want: want, adhoc: len(want.Steps) > 0}
	return Ask{To: l, Read: func(_ context.Context, b Backend) tea.Msg {
		for _, k := range b.Kinds() {
			m.adhoc = m.adhoc || k.Name == want.Kind && k.Adhoc
		}
		if m.adhoc && len(want.Steps) == 0 {
			return m // the steps come first
		}
		var err error
		m.steps, m.reads, err = b.Fields(want.Kind, want.Steps)
		if err != nil {
			m.err = visible.Text(err.Error())
		}
		m.token = rand.Text()
		return m
	}}
}

func (l *launch) opened(env *Env, m launchFields) Action {
	if m.ask != l.asks {
		return nil
	}
	l.wait = ""
	switch {
	case m.err != "":
		l.err = m.err
		return nil
	case len(m.steps) == 0 && m.adhoc:
		l.list.begin(m.want.Kind, env.State.Steps)
		l.page = launchOnSteps
		return nil
	}
	in := engine.Inputs{} // of what the door brought, what this kind takes
	for k, v := range m.want.Inputs {
		if declared(k, m.reads) {
			in[k] = v
		}
	}
	m.want.Inputs = in
	f := form.New(m.want, m.steps, m.reads, m.adhoc, m.token)
	f.Every = true
	l.drafts[draft(m.want)] = f
	if l.every {
		f.Last()
		return l.show(env, f)
	}
	if l.first != "" {
		f.Start(l.first)
		l.first = ""
		return l.show(env, f)
	}
	if f.Complete() {
		l.form, l.page = f, launchOnForm
		return l.toPlan(env)
	}
	return l.show(env, f)
}

func declared(name string, reads [][]engine.Field) bool {
	if _, bare, ok := strings.Cut(name, ":"); ok {
		name = bare
	}
	return slices.ContainsFunc(reads, func(fs []engine.Field) bool {
		return slices.ContainsFunc(fs, func(f engine.Field) bool { return f.Name == name })
	})
}
