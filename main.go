// Arcadia is an operations console for DigitalOcean on a durable saga engine: cancel means rolled back, rolled back means
// nothing left, and the ledger can be believed after anything.
//
// This package is the only one that knows every other.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/policy"
	"arcadia/engine/visible"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/steps/probe"
	"arcadia/storage/bolt"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// Set by the linker; see the Makefile. Without them the build information of the Go toolchain serves.
var version, commit, date string

// How the simulator behaves in a demonstration: slow enough to watch.
const (
	demoLatency = 120 * time.Millisecond
	demoAction  = 9 * time.Second
)

// brief is how long to wait for a store that another process has, when that one can be asked instead or the shell waits.
const brief = 50 * time.Millisecond

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

	w := wire{env: os.Getenv, end: stop, operator: operator(), build: cli.Build{Version: version, Commit: commit, Date: date}.OrBuilt()}
	if w.token() != "" {
		if err := host.SealMemory(); err != nil {
			fmt.Fprintln(os.Stderr, "arcadia: "+err.Error())
		}
	}
	input, output := term.IsTerminal(os.Stdin.Fd()), term.IsTerminal(os.Stdout.Fd())
	return cli.Run(ctx, cli.Env{
		In: os.Stdin, Out: os.Stdout, Err: host.Patient(ctx, os.Stderr),
		Screen: input && output, Lively: term.IsTerminal(os.Stderr.Fd()), Term: os.Getenv("TERM"),
		Token: w.token() != "", NoColor: os.Getenv("NO_COLOR") != "", Operator: w.operator, Build: w.build, Context: os.Getenv("ARCADIA_CONTEXT"), Database: os.Getenv("ARCADIA_DB"), Store: os.Getenv("ARCADIA_STORE"),
		Open: w.open, Console: console, Check: w.check, Copy: w.copyStore, Serve: serve(&hup), Stop: w.stop,
		Settings: func() (tui.Settings, string, error) { return cli.OwnSettings(os.Getenv) }, Kept: cli.OwnKeeper(os.Getenv),
		Contexts: func() ([]cli.Context, error) { return cli.OwnContexts(os.Getenv) },
		Simulate: simulate, Operators: sshd.ReadOperators,
	}, os.Args[1:])
}

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

// operator is the name by which verbs are recorded.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "user-" + strings.TrimSpace(os.Getenv("USER"))
}

// wire puts the parts together as the environment says.
type wire struct {
	env      func(string) string
	end      func() // ends the process in order
	operator string
	build    cli.Build
}

func (w wire) token() string {
	if t := strings.TrimSpace(w.env("DIGITALOCEAN_TOKEN")); t != "" {
		return t
	}
	return strings.TrimSpace(w.env("DIGITALOCEAN_ACCESS_TOKEN"))
}

// log opens the log. Without one the work goes on, and says so: an operator in need must not be kept out by a full disk.
func (w wire) log(closers *stack) *slog.Logger {
	file, err := cli.LogFile(w.env)
	var out io.WriteCloser
	if err == nil {
		out, err = host.OpenLog(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "arcadia: nothing is logged: "+visible.Text(err.Error()))
		return slog.New(slog.DiscardHandler)
	}
	closers.push(out.Close)
	return host.NewLog(out)
}

// open puts an engine on a store. When another process of this operator hosts the store, the error is the way to it.
func (w wire) open(ctx context.Context, want cli.Want) (p *cli.Place, err error) {
	w, err = w.in(want.Context)
	if err != nil {
		return nil, err
	}
	var closers stack
	defer func() {
		if err != nil {
			err = errors.Join(err, closers.close())
		}
	}()
	h := &host.Host{Build: w.build, End: w.end, Log: slog.New(slog.DiscardHandler), Own: cli.OwnKeeper(w.env)}
	if want.Access == cli.Act {
		h.Log = w.log(&closers).With("pid", os.Getpid(), "purpose", want.Purpose)
	}
	p = &cli.Place{Close: func() { _ = closers.close() }, Name: "no account", Simulated: want.Demo}
	h.Place = p
	client, err := w.cloud(want.Demo, h.Log)
	if err != nil && want.Access == cli.Act {
		return nil, err
	}
	var cloud steps.Cloud // nil without an account
	if client != nil {
		cloud = client
		closers.push(func() error { client.Close(); return nil })
	}
	var store engine.Store
	var several *shared
	if want.Access != cli.Nothing {
		o, err := w.store(ctx, want)
		if err != nil {
			return nil, err
		}
		h.Log.Info("store opened", "store", o.where)
		closers.push(o.away)
		closers.push(func() error {
			err := o.close()
			h.Log.Info("store closed", "store", o.where, "error", err)
			return err
		})
		several = o.shared
		store, p.Backup, p.Prune, h.Socket, h.Commits = o.store, o.backup, o.prune, o.socket, o.commits
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
	eng, err := engine.New(store, engine.Config{
		Steps: catalog, Kinds: kinds, Log: h.Log, Account: client.Owner, Tell: notify.Teller{Store: store}.Tell, TellOf: notify.Teller{Store: store}.TellOf,
		Host: w.host(), Call: digitalocean.DefaultTimeout, Policy: w.policy(), Approvers: h.Approvers, Tags: steps.TagsOf(cloud),
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
		inv := steps.NewInventory(cloud, store)
		connect(h, client, inv)
		patrol := steps.NewPatrol(inv, eng.Resources, h.Look.Budget)
		h.Look.Drifts, h.Beside = drifts{patrol}, append(h.Beside, several.alone(eng, patrol.Run))
		several.divide(h, client, eng)
	}
	several.several(h, eng, w.policyFile())
	play := func(context.Context) {}
	if want.Demo && want.Database == "" && want.Purpose == "arcadia console" {
		if err := demo.History(ctx, store, cloud, time.Now()); err != nil {
			h.Log.Warn("the demonstration has no past", "error", err)
		}
	}
	if want.Demo && want.Database == "" {
		play = demo.Demo{Engine: eng, Cloud: cloud, Log: h.Log}.Play
	}
	h.As = eng.As
	if want.Access == cli.Act && !want.ReadOnly {
		n := w.nights(eng, p.Things, h.Look.Drifts, h.Log)
		h.Beside, p.Send = append(h.Beside, n.run(eng)...), n.send
	}
	h.Engine = h.As(engine.Actor{Name: w.operator, Role: role})
	h.Look.Env, h.Look.Live, h.Look.Dark = p.Name, !p.Simulated, true
	p.Engine = hosted{h.Engine, h, &closers, !want.Demo}
	if want.Access == cli.Act {
		p.Host = eng.Run
		if !slices.Contains([]string{"arcadia console", "arcadia serve", "arcadia host"}, want.Purpose) { // these open their doors themselves
			drive := p.Host
			p.Host = func(ctx context.Context) error { return h.Drive(ctx, drive) }
		}
	}
	switch {
	case want.Demo && want.Purpose == "arcadia console": // also to whoever only looks, and in plain lines
		p.Host = beside(play, eng.Run)
	case want.Access == cli.Act && !want.ReadOnly:
		h.Beside = append(h.Beside, play)
	}
	return p, nil
}

// policy reads what holds for every launch.
func (w wire) policy() func() (engine.Policy, error) {
	file, err := cli.PolicyFile(w.env)
	if err != nil {
		return nil // without a folder for settings there can be none
	}
	return policy.File(file).Policy
}

// hosted is an engine with all that a host of consoles on it needs.
type hosted struct {
	*engine.Session
	host    *host.Host
	closers *stack
	lasting bool // the account and the store are there when this process has ended
}

// stack closes what was opened, the last first.
type stack []func() error

func (s *stack) push(f func() error) { *s = append(*s, f) }

func (s *stack) close() error {
	var errs []error
	for i := range slices.Backward(*s) {
		errs = append(errs, (*s)[i]())
	}
	*s = nil
	return errors.Join(errs...)
}

// check examines a store: a file in a child process.
func (w wire) check(ctx context.Context, at cli.Store) (cli.Verdict, error) {
	if strings.Contains(at.Address, "://") {
		return w.checkStore(ctx, at)
	}
	file, err := w.file(at.Address)
	if err != nil {
		return cli.Verdict{}, err
	}
	r, err := bolt.Examine(ctx, file)
	if r.More > 0 {
		r.Problems = append(r.Problems, fmt.Sprintf("and %d more", r.More))
	}
	return cli.Verdict{Sagas: r.Sagas, Problems: r.Problems}, err
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

// cloud is the way to the account, or to the simulated one; nil without a token.
func (w wire) cloud(demo bool, log *slog.Logger) (*digitalocean.Client, error) {
	cfg := digitalocean.Config{
		Token: w.token(), ProvisioningToken: w.env("ARCADIA_PROVISIONING_TOKEN"), APIURL: w.env("DIGITALOCEAN_API_URL"),
		UserAgent: "arcadia/" + w.build.Version, Log: log,
	}
	switch {
	case demo:
		sim := dosim.New(dosim.WithLatency(demoLatency), dosim.WithActionTime(demoAction))
		cfg.Token, cfg.ProvisioningToken, cfg.APIURL, cfg.Transport = "demo", "", "", sim
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

// serve opens the doors of a place. SIGHUP is then no end, but lets files be read again.
func serve(hup *host.Hangup) func(context.Context, *cli.Place, cli.Doors) error {
	return func(ctx context.Context, p *cli.Place, d cli.Doors) error {
		d.Reread = hup.Reread()
		if d.Listen != "" && d.HostKey == "" {
			var err error
			d.HostKey, err = cli.HostKeyFile(os.Getenv)
			if err != nil {
				return err
			}
		}
		return p.Engine.(hosted).host.Serve(ctx, d) //nolint:forcetypeassert // every Place comes from open
	}
}
