package host

import (
	"context"
	"os"
	"sync"
	"sync/atomic"

	"arcadia/engine"
	"arcadia/tui/cli"
)

// Own is the engine of this process, as its operator may use it, with the host of all consoles and commands on it.
type Own struct {
	*engine.Session
	Host    *Host
	Closers *Closers
	Lasting bool // the account and the store are there when this process has ended
}

// ServeOwn opens the doors of a place whose Engine is an Own. SIGHUP is then no end, but lets files be read again.
func ServeOwn(hup *Hangup, env func(string) string) func(context.Context, *cli.Place, cli.Doors) error {
	return func(ctx context.Context, p *cli.Place, d cli.Doors) error {
		d.Reread = hup.Reread()
		if d.Listen != "" && d.HostKey == "" {
			file, err := cli.HostKeyFile(env)
			if err != nil {
				return err
			}
			d.HostKey = file
		}
		return p.Engine.(Own).Host.Serve(ctx, d) //nolint:forcetypeassert // said above
	}
}

// OwnConsole shows the console of a place whose Engine is an Own on the process's own terminal. An operator who leaves may let a host
// go on with the sagas; it is started when the store is free.
func OwnConsole(env func(string) string) func(context.Context, *cli.Place, cli.Look) error {
	return func(ctx context.Context, p *cli.Place, look cli.Look) error {
		own := p.Engine.(Own) //nolint:forcetypeassert // said above
		h, cfg := own.Host, own.Host.Look
		cfg.Backend, cfg.Operator, cfg.ReadOnly = own.Session, own.Actor().Name, look.ReadOnly
		cfg.Remote = Remote(os.Environ())
		var other *contexts
		if own.Lasting {
			other = &contexts{env: env}
			cfg.Contexts = other
		}
		cfg.ASCII, cfg.NoColor, cfg.Hosting, cfg.Fleeting = look.ASCII || ASCIIOnly(env), look.NoColor, p.Host != nil, !own.Lasting
		cfg.Kept = cli.OwnKeeper(env)
		var wrong error
		cfg.Warning = look.Warning
		cfg.Settings, _, wrong = cli.OwnSettings(env)
		if wrong != nil && cfg.Warning == "" {
			cfg.Warning = "your settings are not used: " + wrong.Error()
		}
		if cfg.Hosting && own.Lasting {
			cfg.Handover = func(context.Context) error {
				own.Closers.Last(func() error { return Leave(cfg.Context) })
				return nil
			}
		}
		if p.Host == nil {
			h.Socket = "" // who only reads takes no visitors
		}
		err := h.Console(ctx, cfg)
		if err == nil && other != nil && other.next != "" {
			return &cli.Switch{To: other.next}
		}
		return err
	}
}

// AskAccount lets consoles say whose account it is, once the provider has said so.
func (h *Host) AskAccount(ask func(ctx context.Context) (string, error)) {
	var name atomic.Pointer[string]
	h.Look.Account = func() string {
		if said := name.Load(); said != nil {
			return *said
		}
		return ""
	}
	h.Beside = append(h.Beside, func(ctx context.Context) {
		if said, err := ask(ctx); err == nil {
			name.Store(&said)
		}
	})
}

// Beside drives the engine with something else beside it, and waits for both.
func Beside(play func(context.Context), drive func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() { play(ctx) })
		err := drive(ctx)
		stop()
		group.Wait()
		return err
	}
}
