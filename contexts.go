package main

import (
	"context"
	"fmt"
	"os"

	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
)

// in is the wire with the account of a context in place of that of the environment; of none it is the wire itself.
func (w wire) in(c *cli.Context) (wire, error) {
	if c == nil {
		return w, nil
	}
	token, provisioning, err := c.Secrets(w.env)
	if err != nil {
		return w, err
	}
	if err := host.SealMemory(); err != nil { // there is a token now
		fmt.Fprintln(os.Stderr, "arcadia: "+err.Error())
	}
	outer := w.env
	w.env = func(name string) string {
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
		return outer(name)
	}
	return w, nil
}

// contexts are those that the console can go on in.
type contexts struct {
	env  func(string) string
	next string // in which it goes on when it has ended
}

// List implements tui.Contexts.
func (c *contexts) List(context.Context) ([]tui.Context, error) {
	all, err := cli.OwnContexts(c.env)
	return each(all, func(o cli.Context) tui.Context {
		return tui.Context{Name: o.Name, Store: o.Store, Color: o.Color, ReadOnly: o.ReadOnly}
	}), err
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
