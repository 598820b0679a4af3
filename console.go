package main

import (
	"context"
	"os"

	"arcadia/tui/cli"
	"arcadia/tui/host"
)

// console shows the console on the process's own terminal. An operator who leaves may let a host of its own go on with
// the sagas; it is started when the store is free.
func console(ctx context.Context, p *cli.Place, look cli.Look) error {
	e := p.Engine.(hosted) //nolint:forcetypeassert // every Place comes from open
	cfg := e.host.Look
	cfg.Backend, cfg.Operator, cfg.ReadOnly = e.Session, e.Actor().Name, look.ReadOnly
	cfg.Remote = host.Remote(os.Environ())
	var other *contexts
	if e.lasting {
		other = &contexts{env: os.Getenv}
		cfg.Contexts = other
	}
	cfg.ASCII, cfg.NoColor, cfg.Hosting, cfg.Fleeting = look.ASCII || host.ASCIIOnly(os.Getenv), look.NoColor, p.Host != nil, !e.lasting
	var wrong error
	cfg.Kept = cli.OwnKeeper(os.Getenv)
	if cfg.Settings, _, wrong = cli.OwnSettings(os.Getenv); wrong != nil {
		cfg.Warning = "your settings are not used: " + wrong.Error()
	}
	if cfg.Hosting && e.lasting {
		cfg.Handover = func(context.Context) error {
			*e.closers = append(stack{func() error { return host.Leave(cfg.Context) }}, *e.closers...) // the last to be called
			return nil
		}
	}
	if p.Host == nil {
		e.host.Socket = "" // who only reads takes no visitors
	}
	err := e.host.Console(ctx, cfg)
	if err == nil && other != nil && other.next != "" {
		return &cli.Switch{To: other.next}
	}
	return err
}
