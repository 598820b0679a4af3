// Arcadia is an operations console for DigitalOcean on a durable saga engine: cancel means rolled back, rolled back means
// nothing left, and the ledger can be believed after anything.
//
// This package is the only one that knows every other.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/notify"
	"arcadia/engine/trial"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/steps/probe"
	"arcadia/steps/smoke"
	"arcadia/storage/bolt"
	"arcadia/storage/open"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// Set by the linker; see the Makefile. Without them the build information of the Go toolchain serves.
var version, commit, date string

func main() {
	os.Exit(run())
}

func run() int {
	if status, is := bolt.Examiner(os.Stdout); is {
		return status
	}
	host.Memory(os.Getenv)
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
	w.env, err = host.In(w.env, want.Context)
	if err != nil {
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

// brief is how long to wait for a store that another process has, when that one can be asked instead or the shell waits.
const brief = 50 * time.Millisecond

// store opens the store as wanted: in etcd, or a file. A file that nobody named and that is not there yet is an empty store.
func (w wire) store(ctx context.Context, want cli.Want) (*open.Store, error) {
	m := w.means(want.Purpose)
	m.ReadOnly = want.Access != cli.Act
	if want.Store.Address != "" {
		if want.Purpose == "arcadia console" {
			host.FollowersMemory(w.env)
		}
		m.Archive = func() (string, error) { return cli.ArchiveFolder(w.env) }
		return open.Remote(ctx, open.Address(want.Store), m)
	}
	file := want.Database
	if !want.Demo || file != "" {
		var err error
		if file, err = w.file(file); err != nil {
			return nil, err
		}
	}
	socket, patience := sshd.SocketPath(file), time.Duration(0)
	if _, absent := os.Stat(socket); want.Access == cli.Glance || absent == nil {
		patience = brief
	}
	s, err := open.File(file, m, patience, want.Access == cli.Read && (want.Database == "" || want.Context != nil))
	if errors.Is(err, bolt.ErrHeld) {
		err = host.Elsewhere(err, socket)
	}
	return s, err
}

// file is the store that was named, or else the operator's own.
func (w wire) file(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return cli.DataFile(w.env)
}

func (w wire) means(purpose string) open.Means {
	return open.Means{Purpose: purpose, Password: w.env("ARCADIA_STORE_PASSWORD")}
}

// copy copies a store into one that is empty.
func (w wire) copy(ctx context.Context, from, to cli.Store) (int, error) {
	return open.Copy(ctx, open.Address(from), open.Address(to), w.means("arcadia copy"))
}

// check examines a store.
func (w wire) check(ctx context.Context, at cli.Store) (cli.Verdict, error) {
	if strings.Contains(at.Address, "://") {
		r, err := open.CheckRemote(ctx, open.Address(at), w.means("arcadia check"))
		return cli.Verdict(r), err
	}
	file, err := w.file(at.Address)
	if err != nil {
		return cli.Verdict{}, err
	}
	r, err := open.CheckFile(ctx, file)
	return cli.Verdict(r), err
}

// stop ends the process that hosts a store.
func (w wire) stop(ctx context.Context, file string) error {
	file, err := w.file(file)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	err = sshd.Stop(asking, sshd.SocketPath(file))
	if errors.Is(err, sshd.ErrNoHost) {
		return err
	}
	// Whatever it has answered: what counts is whether the store is free.
	free := bolt.Free(file, stopTime)
	if held, is := errors.AsType[*bolt.HeldError](free); is {
		return fmt.Errorf("stop: process %d (%s) does not end and holds %s: end it with kill -9 %d; its sagas go on at the next host", held.PID, held.What, file, held.PID)
	}
	return errors.Join(err, free)
}

// stopTime is what a host has to answer in that is asked to stop, and again to end.
const stopTime = 12 * time.Second

// simulate serves a simulated account of its own.
func simulate(ctx context.Context, s cli.Simulation, ready func(string)) error {
	opts := []dosim.Option{
		dosim.WithSeed(s.Seed), dosim.WithActionTime(s.ActionTime), dosim.WithActionTimePerGB(s.PerGB),
		dosim.WithLatency(s.Latency), dosim.WithDeleteWindow(s.DeleteWindow), dosim.WithPublicURL(s.PublicURL),
	}
	if s.Public {
		opts = append(opts, dosim.WithPublic())
	}
	sim := dosim.New(opts...)
	for _, text := range s.Faults {
		f, err := dosim.ParseFault(text)
		if err != nil {
			return fmt.Errorf("%w: --fault %s: %w", engine.ErrInput, text, err)
		}
		sim.Inject(f)
	}
	return sim.ListenAndServe(ctx, dosim.Door{Address: s.Listen, CAFile: s.CAFile}, ready)
}

// cloud is the way to the account, or to the simulated one; nil without a token.
func (w wire) cloud(log *slog.Logger) (*digitalocean.Client, error) {
	cfg := digitalocean.Config{
		Token: w.token(), ProvisioningToken: w.env("ARCADIA_PROVISIONING_TOKEN"), APIURL: w.env("DIGITALOCEAN_API_URL"),
		UserAgent: "arcadia/" + w.build.Version, Log: log,
	}
	switch {
	case w.account != nil:
		cfg.Token, cfg.ProvisioningToken, cfg.APIURL, cfg.Transport = "demo", "", "", w.account
	case cfg.Token == "":
		return nil, nil
	}
	return digitalocean.New(cfg)
}

// simulated asks whoever answers for the API whether it is a simulator. An address on this machine proves nothing: a proxy
// before the real account looks like that.
func (w wire) simulated(ctx context.Context) bool {
	api := w.env("DIGITALOCEAN_API_URL")
	return api != "" && dosim.Is(ctx, api)
}

// connect lets commands, consoles and metrics look at what is in the account.
func connect(h *host.Host, eng *engine.Engine, cloud *digitalocean.Client, inv steps.Inventory, several bool) {
	p := h.Place
	p.Provider, p.Trials = inv, trial.Table{Of: smoke.Tests, Snapshot: steps.SnapshotNames, Tour: func(on trial.Subject, desk trial.Desk, simulated bool) trial.Tour {
		return smoke.NewTour(cloud, inv, on, desk, simulated)
	}}
	p.Things, h.Look.Things = inv.Tagged, inv.Tagged
	p.Drift = func(ctx context.Context, r engine.Resource) estate.Drift {
		d, _ := inv.Check(ctx, r) // the error is its note
		return d
	}
	p.Orphans = inv.Orphans
	p.Inventory, h.Look.Inventory, h.Look.Orphans = inv, inv, p.Orphans
	h.Look.Budget = func() int { return cloud.Budget().HourRemaining }
	h.Budget = func() sshd.Budget { b := cloud.Budget(); return sshd.Budget{Limit: b.Limit, Remaining: b.Remaining} }
	h.Calls = func() (all []sshd.CallCount) {
		for _, c := range cloud.Calls() {
			all = append(all, sshd.CallCount(c))
		}
		return all
	}
	patrol := steps.NewPatrol(inv, eng.Resources, h.Look.Budget)
	look := patrol.Run
	if several { // one host does it for all
		look = func(ctx context.Context) { eng.WhileDriving(ctx, patrol.Run) }
		divide(h, cloud, eng)
	}
	h.Look.Drifts, h.Beside = patrol, append(h.Beside, look)
	if !p.Simulated {
		h.AskAccount(cloud.Account)
	}
}

// divide leaves the provider's budget to the host that drives, but for a tenth for each other one.
func divide(h *host.Host, cloud *digitalocean.Client, eng *engine.Engine) {
	cloud.Divide(func() digitalocean.Share {
		return digitalocean.Share{Drives: eng.Drives(), Others: max(0, len(eng.Crowd().Hosts)-1)}
	})
	h.Look.Budget = func() int { // what is shown when it is low: of who follows it always is
		if !eng.Drives() {
			return cloud.Budget().Remaining
		}
		return cloud.Budget().HourRemaining
	}
	h.Budget = func() sshd.Budget {
		return sshd.Budget{Limit: cloud.Budget().HourLimit, Remaining: cloud.Budget().HourRemaining}
	}
}

// past gives the demonstration its day of history.
func (w wire) past(ctx context.Context, into demo.Ledger) error {
	scratch, err := open.File("", w.means("arcadia demo"), 0, false)
	if err != nil {
		return err
	}
	return errors.Join(demo.History{Account: w.account, Scratch: scratch, Log: slog.New(slog.DiscardHandler)}.Write(ctx, into), scratch.Close())
}
