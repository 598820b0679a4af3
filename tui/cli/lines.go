package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// lineMode is the console without screen control: questions and answers in plain lines. Everything that the console does can be done
// in it: things are chosen from numbered lists, and what can be done to one is a numbered list again. Where a command has the words
// already, the command is run; every command can be typed at the menu too.
type lineMode struct {
	*prompter
	t *tree
	p *Place
}

// spot is one line of the menu.
type spot struct {
	label, name string
	do          func(context.Context) error
}

func (t *tree) lineMode(ctx context.Context, p *Place) error {
	ask, err := newPrompter(t.env.In, t.env.Out)
	if err != nil {
		return err
	}
	defer ask.close()
	ask.menu = true
	m := &lineMode{prompter: ask, t: t, p: p}
	spots := m.spots()
	shown := false
	for {
		if err := m.counts(ctx); err != nil {
			return err
		}
		if !shown {
			m.showMenu(spots)
			shown = true
		}
		answer, err := m.line(ctx, "number, name or command (m menu, q leave): ")
		if err != nil {
			return err
		}
		switch answer {
		case "", "b":
			continue
		case "m":
			shown = false
			continue
		case "q":
			return nil
		}
		err = m.visit(ctx, spots, answer)
		switch {
		case errors.Is(err, errLeave):
			return nil
		case errors.Is(err, errMenu):
			shown = false
		case ctx.Err() != nil, errors.Is(err, errInputOver):
			return err
		case errors.Is(err, errBack), err == nil:
		default:
			m.print(err.Error())
		}
		m.print("")
	}
}

// spots are the lines of the menu.
func (m *lineMode) spots() []spot {
	return []spot{
		{"what needs you: decisions, approvals, and what could not be delivered", "needs", m.needs},
		{"sagas: look at one, watch it, act on it", "sagas", m.list},
		{"launch a saga", "launch", m.launch},
		{"droplets", "droplets", m.droplets},
		{"DNS records", "records", m.records},
		{"snapshots, and those that no saga tracks", "snapshots", m.snapshots},
		{"reserved addresses and firewalls", "network", m.network},
		{"resources, and how they have drifted", "resources", m.resources},
		{"schedules", "schedules", m.schedules},
		{"who is told, and what was delivered", "targets", m.told},
		{"the log of all sagas", "log", m.log},
		{"locks, hosts and the account", "state", m.state},
		{"freeze everything, or thaw it", "freeze", m.freeze},
		{"settings", "settings", m.settings},
		{"help", "help", m.help},
		{"leave", "leave", func(context.Context) error { return errLeave }},
	}
}

func (m *lineMode) showMenu(spots []spot) {
	for i, s := range spots {
		m.print(fmt.Sprintf("%2d. %s: %s", i+1, s.name, s.label))
	}
}

// visit does what was asked for at the menu: a line of it, or a command.
func (m *lineMode) visit(ctx context.Context, spots []spot, answer string) error {
	options := make([]option, len(spots))
	for i, s := range spots {
		options[i] = option{names: []string{s.name}}
	}
	if !strings.Contains(answer, " ") {
		if at, err := found(options, answer); err == nil {
			return spots[at].do(ctx)
		}
	}
	words, err := split(answer)
	if err != nil {
		return err
	}
	return m.run(ctx, words...)
}

// run runs a command in this place. It says itself what went wrong.
func (m *lineMode) run(ctx context.Context, words ...string) error {
	env := m.t.env
	env.Session, env.Screen, env.Lively, env.In = true, false, false, strings.NewReader("")
	env.Err = env.Out
	env.Console, env.Serve, env.Stop, env.Check, env.Copy, env.Simulate = nil, nil, nil, nil, nil, nil
	env.Open = func(context.Context, Want) (*Place, error) {
		p := *m.p
		p.Host, p.Close = nil, func() {} // it is driven here already
		return &p, nil
	}
	Run(ctx, env, words)
	return nil
}

// split takes a command line apart at its blanks, but not within quotes.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case quote == 0 && r == ' ':
			if open || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is not closed in: %s", line)
	}
	if open || word.Len() > 0 {
		words = append(words, word.String())
	}
	if len(words) > 0 && words[0] == "arcadia" {
		words = words[1:]
	}
	return words, nil
}

func (m *lineMode) counts(ctx context.Context) error {
	c, err := m.p.Engine.Counts(ctx)
	if err != nil {
		return err
	}
	needy, err := m.needy(ctx)
	if err != nil {
		return err
	}
	who := m.t.env.Operator
	if m.t.readOnly {
		who += " (READ-ONLY)"
	}
	m.print(fmt.Sprintf("arcadia, %s, %s: %d need you, %d unfinished, %d in all", m.p.Name, who, len(needy), c.Active(), c.Total))
	if f := m.p.Engine.Frozen(); f != nil {
		m.print(freezeText(f))
	}
	return nil
}

// help says how to answer, and what there is.
func (m *lineMode) help(ctx context.Context) error {
	m.print(
		"Every question says how to answer it. An empty answer or b goes back, q leaves arcadia, m leads to the menu.",
		"What stands behind enter is what an empty answer takes. To answer with the letter b, q or m itself, put it in quotes: \"b\".",
		"Lists are numbered. Give the number, or the name of the thing; the beginning of a name will do. Sagas have short ids.",
		"Nothing is changed before you have said yes, or typed the name of the thing where it cannot be undone.",
		"At the menu every command can be typed as in a shell: list --status failed, show 3f9c2a1b, help launch.",
		"")
	return m.run(ctx, "help")
}

// state is who holds what, who has the store open, and how the account stands.
func (m *lineMode) state(ctx context.Context) error {
	for _, command := range []string{"status", "locks", "hosts"} {
		if command == "hosts" && m.p.Hosts == nil {
			continue
		}
		if err := m.run(ctx, command); err != nil {
			return err
		}
	}
	return nil
}

// perform asks again and again for one of some things to do with what was chosen, until the operator goes back.
func (m *lineMode) perform(ctx context.Context, about string, things func() ([]choice, error)) error {
	for {
		all, err := things()
		if err != nil {
			return err
		}
		options := make([]option, len(all))
		for i, d := range all {
			name, _, _ := strings.Cut(d.label, ":")
			options[i] = option{text: d.label, names: []string{name, d.label}}
		}
		m.print(about)
		at, err := m.choose(ctx, "what to do", options)
		if err != nil {
			return back(err)
		}
		err = all[at].do(ctx)
		switch {
		case err == nil, errors.Is(err, errBack):
		case errors.Is(err, errLeave), errors.Is(err, errMenu), errors.Is(err, errInputOver), ctx.Err() != nil:
			return err
		default:
			m.print(err.Error())
		}
		if all[at].ends && err == nil {
			return nil
		}
	}
}

// choice is one thing that can be done.
type choice struct {
	label string
	do    func(ctx context.Context) error
	ends  bool // there is nothing more to do then
}

// back is no error: who goes back has done nothing wrong.
func back(err error) error {
	if errors.Is(err, errBack) {
		return nil
	}
	return err
}
