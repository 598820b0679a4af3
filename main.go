// Arcadia is an operations console for DigitalOcean on a durable saga engine: cancel means rolled back, rolled back means
// nothing left, and the ledger can be believed after anything.
//
// This package is the only one that knows every other.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/term"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/steps/probe"
	"arcadia/storage/bolt"
	"arcadia/storage/open"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// Set by the linker; see the Makefile. Without them the build information of the Go toolchain serves.
var version, commit, date string

// memory is what the program takes before it collects its garbage more eagerly, where the environment says nothing: a server of a
// gigabyte has room for it, for the pages of the store and for a crowd.
const memory = 640 << 20

func main() {
	os.Exit(run())
}

func run() int {
	if status, is := bolt.Examiner(os.Stdout); is {
		return status
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // little of the heap lives long: a fifth of the processor's time under load (measured)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
	// The first signal asks for an orderly end, in which running sagas are put to rest; the next one ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	var hup host.Hangup
	defer hup.Listen(stop)()
	// A reader that goes away must not end a process that drives sagas.
	signal.Ignore(syscall.SIGPIPE)

	w := wire{env: os.Getenv, end: stop, operator: host.Operator(), build: cli.Build{Version: version, Commit: commit, Date: date}.OrBuilt()}
	if w.token() != "" {
		host.Seal()
	}
	input, output := term.IsTerminal(os.Stdin.Fd()), term.IsTerminal(os.Stdout.Fd())
	return cli.Run(ctx, cli.Env{
		In: os.Stdin, Out: os.Stdout, Err: host.Patient(ctx, os.Stderr),
		Screen: input && output, Lively: term.IsTerminal(os.Stderr.Fd()), Term: os.Getenv("TERM"),
		Token: w.token() != "", NoColor: os.Getenv("NO_COLOR") != "", Operator: w.operator, Build: w.build, Context: os.Getenv("ARCADIA_CONTEXT"), Database: os.Getenv("ARCADIA_DB"), Store: os.Getenv("ARCADIA_STORE"),
		Open: w.open, Console: host.OwnConsole(os.Getenv), Check: w.check, Copy: w.copy, Serve: host.ServeOwn(&hup, os.Getenv), Stop: w.stop,
		Settings: func() (tui.Settings, string, error) { return cli.OwnSettings(os.Getenv) }, Kept: cli.OwnKeeper(os.Getenv),
		Contexts: func() ([]cli.Context, error) { return cli.OwnContexts(os.Getenv) },
		Simulate: simulate, Operators: sshd.ReadOperators,
	}, os.Args[1:])
}

// wire puts the parts together as the environment says.
type wire struct {
	env      func(string) string
	end      func() // ends the process in order
	operator string
	build    cli.Build
	account  *demo.Account // the simulated one of a demonstration, or nil
}

func (w wire) token() string {
	if t := strings.TrimSpace(w.env("DIGITALOCEAN_TOKEN")); t != "" {
		return t
	}
	return strings.TrimSpace(w.env("DIGITALOCEAN_ACCESS_TOKEN"))
}

// open puts an engine on a store. When another process of this operator hosts the store, the error is the way to it.
func (w wire) open(ctx context.Context, want cli.Want) (p *cli.Place, err error) {
	if w.env, err = host.In(w.env, want.Context); err != nil {
		return nil, err
	}
	var closers host.Closers
	defer func() {
		if err != nil {
			err = errors.Join(err, closers.Close())
		}
	}()
	h := &host.Host{Build: w.build, End: w.end, Log: slog.New(slog.DiscardHandler), Own: cli.OwnKeeper(w.env)}
	if want.Access == cli.Act {
		h.Log = host.OwnLog(w.env, &closers).With("pid", os.Getpid(), "purpose", want.Purpose)
	}
	p = &cli.Place{Close: func() { _ = closers.Close() }, Name: "no account", Simulated: want.Demo}
	h.Place = p
	if want.Demo {
		w.account = demo.NewAccount()
	}
	client, err := w.cloud(h.Log)
	if err != nil && want.Access == cli.Act {
		return nil, err
	}
	var cloud steps.Cloud // nil without an account
	if client != nil {
		cloud = client
		closers.Push(func() error { client.Close(); return nil })
	}
	var store engine.Store
	var several *open.Shared
	if want.Access != cli.Nothing {
		s, err := w.store(ctx, want)
		if err != nil {
			return nil, err
		}
		h.Log.Info("store opened", "store", s.Where)
		closers.Push(func() error {
			err := s.Close()
			h.Log.Info("store closed", "store", s.Where, "error", err)
			return err
		})
		store, several = s.Store, s.Shared
		p.Backup, p.Prune = s.Backup, s.Prune
		if several == nil {
			h.Socket = sshd.SocketPath(s.Where)
		}
		if s.Commits != nil {
			h.Commits = func() (c sshd.Commits) { c.Commits, c.Entries, c.Took = s.Commits(); return c }
		}
		if want.Access == cli.Act {
			h.Meter = host.NewMeter(store)
			store = h.Meter
		}
	}
	var prober steps.Prober = probe.Net{}
	simulated := cloud != nil && (want.Demo || w.simulated(ctx))
	if simulated {
		prober = demo.Sight{Cloud: cloud}
	}
	catalog, kinds := steps.Catalog(cloud, store, prober)
	rules, decide := host.Policy(w.env)
	eng, err := engine.New(store, engine.Config{
		Steps: catalog, Kinds: kinds, Log: h.Log, Account: client.Owner, Tell: notify.Teller{Store: store}.Tell, TellOf: notify.Teller{Store: store}.TellOf,
		Host: host.Self(w.env, w.build.Version), Call: digitalocean.DefaultTimeout, Policy: decide, Approvers: h.Approvers, Tags: steps.TagsOf(cloud),
	})
	if err != nil {
		return nil, err
	}
	role := engine.Operator
	if want.ReadOnly {
		role = engine.Viewer
	}
	if c := want.Context; c != nil {
		h.Look.Context, h.Look.Color = c.Name, c.Color
	}
	if client != nil {
		p.Name, p.Simulated = "DigitalOcean", simulated
		if p.Simulated {
			p.Name = "DEMO"
		}
		connect(h, eng, client, steps.NewInventory(cloud, store), several != nil)
	}
	if several != nil {
		h.Shared = host.Shared{Board: several.Board, Crowd: eng.Crowd, Members: several.Cluster, Decides: eng.Decides, Policy: rules}
		p.Hosts, p.Cluster = several.Hosts, h.Cluster
	}
	play := func(context.Context) {}
	if want.Demo && want.Database == "" && want.Purpose == "arcadia console" {
		if err := w.past(ctx, store); err != nil {
			h.Log.Warn("the demonstration has no past", "error", err)
		}
	}
	if want.Demo && want.Database == "" {
		play = demo.Demo{Engine: eng, Cloud: cloud, Log: h.Log}.Play
	}
	h.As = eng.As
	if want.Access == cli.Act && !want.ReadOnly {
		n := host.NewNights(eng, p.Things, h.Look.Drifts, cli.HooksFolder(w.env), h.Log)
		h.Beside, p.Send = append(h.Beside, n.Run(eng)...), n.Send
	}
	h.Engine = h.As(engine.Actor{Name: w.operator, Role: role})
	h.Look.Env, h.Look.Live, h.Look.Dark = p.Name, !p.Simulated, true
	p.Engine = host.Own{Session: h.Engine, Host: h, Closers: &closers, Lasting: !want.Demo}
	if want.Access == cli.Act {
		p.Host = eng.Run
		if !slices.Contains([]string{"arcadia console", "arcadia serve", "arcadia host"}, want.Purpose) { // these open their doors themselves
			drive := p.Host
			p.Host = func(ctx context.Context) error { return h.Drive(ctx, drive) }
		}
	}
	switch {
	case want.Demo && want.Purpose == "arcadia console": // in a read-only session and in plain lines too
		p.Host = host.Beside(play, eng.Run)
	case want.Access == cli.Act && !want.ReadOnly:
		h.Beside = append(h.Beside, play)
	}
	return p, nil
}
