package host

import (
	"context"

	"arcadia/tui"
	"arcadia/tui/cli"
)

// In is an environment with the account of a context in place of its own; that of no context is its own. There is a token then, so that
// the memory of the process is sealed.
func In(env func(string) string, c *cli.Context) (func(string) string, error) {
	if c == nil {
		return env, nil
	}
	token, provisioning, err := c.Secrets(env)
	if err != nil {
		return env, err
	}
	Seal()
	return func(name string) string {
		switch name {
		case "DIGITALOCEAN_TOKEN":
			return token
		case "DIGITALOCEAN_ACCESS_TOKEN":
			return ""
		case "ARCADIA_PROVISIONING_TOKEN":
			return provisioning
		case "DIGITALOCEAN_API_URL":
			return c.API
		}
		return env(name)
	}, nil
}

// contexts are those that the console can go on in.
type contexts struct {
	env  func(string) string
	next string // in which it goes on when it has ended
}

// List implements tui.Contexts.
func (c *contexts) List(context.Context) ([]tui.Context, error) {
	all, err := cli.OwnContexts(c.env)
	out := make([]tui.Context, 0, len(all))
	for _, o := range all {
		out = append(out, tui.Context{Name: o.Name, Store: o.Store, Color: o.Color, ReadOnly: o.ReadOnly})
	}
	return out, err
}

// Ready implements tui.Contexts.
func (c *contexts) Ready(_ context.Context, name string) error {
	all, err := cli.OwnContexts(c.env)
	if err != nil {
		return err
	}
	o, err := cli.ContextNamed(all, name)
	if err == nil {
		_, _, err = o.Secrets(c.env)
	}
	return err
}

// Next implements tui.Contexts.
func (c *contexts) Next(name string) { c.next = name }
