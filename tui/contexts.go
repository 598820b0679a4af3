package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// Context is an account with a store of its own, as the console offers it.
type Context struct {
	Name, Store, Color string
	ReadOnly           bool
}

// Contexts are the accounts that this console can go on in. All of it is called in commands.
type Contexts interface {
	// List reads them again.
	List(ctx context.Context) ([]Context, error)
	// Ready says why the console cannot go on in one: it is not known, or its token cannot be read.
	Ready(ctx context.Context, name string) error
	// Next is told the name of the one in which it goes on when the console has ended.
	Next(name string)
}

// noContexts is why the console cannot go on in another context.
func noContexts(env *Env) string {
	if !env.Moves {
		return "this session is on the store of the process that serves it: leave, and say --context"
	}
	return ""
}

// listContexts offers the contexts.
type listContexts struct{}

type contextsMsg struct {
	all []Context
	err error
}

func (listContexts) perform(a *App) tea.Cmd {
	ctx, c := a.ctx, a.cfg.Contexts
	return func() tea.Msg {
		all, err := c.List(ctx)
		return contextsMsg{all, err}
	}
}

// offerContexts is the menu of them.
func offerContexts(env *Env, m contextsMsg) Action {
	switch {
	case m.err != nil:
		return Notify{Level: say.Error, Text: visible.Text(m.err.Error())}
	case len(m.all) == 0:
		return Notify{Level: say.Warn, Text: "there are no contexts: write them in contexts.yaml beside the settings"}
	}
	var items []item
	for _, c := range m.all {
		it := item{Text: visible.Text(c.Name), Note: visible.Text(c.Store), Do: enterContext{c.Name}}
		if c.ReadOnly {
			it.Note = "read-only  " + it.Note
		}
		if c.Name == env.Context {
			it.Why = "you are here"
		}
		items = append(items, it)
	}
	return Show{newMenu("Go on in", items)}
}

// enterContext ends the console, so that it begins again in another context.
type enterContext struct{ name string }

type contextMsg struct {
	name string
	err  error
}

func (e enterContext) perform(a *App) tea.Cmd {
	ctx, c := a.ctx, a.cfg.Contexts
	switch {
	case c == nil:
		return a.note(Notify{Level: say.Error, Text: noContexts(&a.env)})
	case e.name == a.cfg.Context:
		return a.note(Notify{Text: "you are in context " + visible.Text(e.name)})
	}
	return func() tea.Msg {
		return contextMsg{e.name, c.Ready(ctx, e.name)}
	}
}

// contextsCommand is :ctx.
func contextsCommand(bound func(c keys.Command, word, help string, pressed ...string) keys.Binding) command {
	return command{Binding: bound(keys.CmdContexts, "ctx", "go on in another account, with its own store; a name may follow"), why: noContexts, do: then(listContexts{})}
}
