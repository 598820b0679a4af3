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
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
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

func main() {
	os.Exit(run())
}

func run() int {
	if status, is := bolt.Examiner(os.Stdout); is {
		return status
	}
	// The first signal asks for an orderly end, in which running sagas are put to rest; the next one ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	// A reader that goes away must not end a process that drives sagas.
	signal.Ignore(syscall.SIGPIPE)

	w := wire{env: os.Getenv, operator: operator(), build: cli.Build{Version: version, Commit: commit, Date: date}.OrBuilt()}
	input, output := term.IsTerminal(os.Stdin.Fd()), term.IsTerminal(os.Stdout.Fd())
	return cli.Run(ctx, cli.Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Screen: input && output, Lively: term.IsTerminal(os.Stderr.Fd()),
		Token: w.token() != "", NoColor: os.Getenv("NO_COLOR") != "", Operator: w.operator, Build: w.build, Database: os.Getenv("ARCADIA_DB"),
		Open: w.open, Console: console, Check: w.check, Serve: serve, Stop: w.stop, Settings: settings,
		Simulate: func(ctx context.Context, addr string, seed int64, ready func(string)) error {
			return dosim.New(dosim.WithSeed(seed)).ListenAndServe(ctx, addr, ready)
		},
	}, os.Args[1:])
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
	operator string
	build    cli.Build
}

func (w wire) token() string {
	if t := strings.TrimSpace(w.env("DIGITALOCEAN_TOKEN")); t != "" {
		return t
	}
	return strings.TrimSpace(w.env("DIGITALOCEAN_ACCESS_TOKEN"))
}

// open puts an engine on a store. When another process of this operator hosts the store, the error is the way to it.
func (w wire) open(ctx context.Context, want cli.Want) (p *cli.Place, err error) {
	var closers stack
	defer func() {
		if err != nil {
			err = errors.Join(err, closers.close())
		}
	}()
	h := &host.Host{Build: w.build, Log: slog.New(slog.DiscardHandler)}
	if want.Access == cli.Act {
		file, err := cli.OpenLog(w.env)
		if err != nil {
			return nil, err
		}
		closers.push(file.Close)
		h.Log = slog.New(slog.NewJSONHandler(file, nil)).With("pid", os.Getpid(), "purpose", want.Purpose)
	}
	p = &cli.Place{Close: closers.close, Name: "no account", Simulated: want.Demo}
	cloud, cloudErr := w.cloud(want.Demo, h.Log)
	switch {
	case cloudErr != nil && want.Access == cli.Act:
		return nil, cloudErr
	case cloudErr == nil && cloud != nil:
		closers.push(func() error { cloud.Close(); return nil })
	}
	name, stop := w.accountName(ctx, cloud, want)
	closers.push(stop)
	var store engine.Store
	if want.Access != cli.Nothing {
		s, away, err := w.store(want)
		if err != nil {
			return nil, err
		}
		h.Log.Info("store opened", "file", s.Path())
		closers.push(away)
		closers.push(func() error {
			err := s.Close()
			h.Log.Info("store closed", "file", s.Path(), "error", err)
			return err
		})
		store, p.Backup, p.Prune, h.Socket = s, s.Backup, s.Prune, sshd.SocketPath(s.Path())
		h.Commits = func() sshd.Commits {
			st := s.Stats()
			return sshd.Commits{Commits: st.Commits, Entries: st.Entries, Took: st.CommitTime}
		}
		if want.Access == cli.Act {
			h.Meter = host.NewMeter(s)
			store = h.Meter
		}
	}
	catalog, kinds := steps.Catalog(nil, store)
	if cloudErr == nil && cloud != nil {
		catalog, kinds = steps.Catalog(cloud, store)
		p.Name = name()
		account(p, steps.NewInventory(cloud, store))
		if p.Simulated = want.Demo || w.loopback(); p.Simulated {
			p.Name = "DEMO"
		}
		h.Look.Inventory, h.Look.Orphans = inventory{cloud}, orphans(steps.NewInventory(cloud, store))
		h.Look.Budget = func() int { return cloud.Budget().HourRemaining }
		h.Budget = func() sshd.Budget { b := cloud.Budget(); return sshd.Budget{Limit: b.Limit, Remaining: b.Remaining} }
		h.Calls = func() []sshd.CallCount {
			var all []sshd.CallCount
			for _, c := range cloud.Calls() {
				all = append(all, sshd.CallCount(c))
			}
			return all
		}
	}
	eng, err := engine.New(store, engine.Config{Steps: catalog, Kinds: kinds, Log: h.Log})
	if err != nil {
		return nil, err
	}
	role := engine.Operator
	if want.ReadOnly {
		role = engine.Viewer
	}
	if h.Look.Inventory != nil {
		h.Look.Drifts = drifts{steps.NewPatrol(steps.NewInventory(cloud, store), eng.Resources, h.Look.Budget)}
	}
	show := func(context.Context) {}
	if want.Demo && want.Database == "" && !want.ReadOnly {
		show = demo.Demo{Engine: eng.As(engine.Actor{Name: "demo", Role: engine.Operator}), Cloud: cloud, Log: h.Log}.Play
	}
	h.Engine, h.Place = eng.As(engine.Actor{Name: w.operator, Role: role}), p
	h.Look.Env, h.Look.Live, h.Look.Dark = p.Name, !p.Simulated, true
	p.Engine = hosted{h.Engine, h, &closers, !want.Demo, show}
	if want.Access == cli.Act {
		p.Host = eng.Run
	}
	return p, nil
}

// hosted is an engine with all that a host of consoles on it needs.
type hosted struct {
	*engine.Session
	host    *host.Host
	closers *stack
	lasting bool                      // the account and the store are there when this process has ended
	show    func(ctx context.Context) // what goes on in a demonstration
}

// stack closes what was opened, the last first.
type stack []func() error

func (s *stack) push(f func() error) { *s = append(*s, f) }

func (s *stack) close() error {
	var errs []error
	for i := len(*s) - 1; i >= 0; i-- {
		errs = append(errs, (*s)[i]())
	}
	*s = nil
	return errors.Join(errs...)
}

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

// nameLimit bounds the look for the account's name: nobody waits longer for a word in a header.
const nameLimit = time.Second

// accountName begins to look whose account the token opens, for the places that act on one. name waits for the answer, and
// is the provider's name when nobody can say; stop ends the look.
func (w wire) accountName(ctx context.Context, cloud *digitalocean.Client, want cli.Want) (name func() string, stop func() error) {
	got := "DigitalOcean"
	if cloud == nil || want.Access != cli.Act || want.Demo || w.loopback() {
		return func() string { return got }, func() error { return nil }
	}
	ctx, cancel := context.WithTimeout(ctx, nameLimit)
	over := make(chan struct{})
	go func() {
		defer close(over)
		if said, err := cloud.Account(ctx); err == nil {
			got = said
		}
	}()
	return func() string { <-over; return got }, func() error { cancel(); <-over; return nil }
}

// loopback reports whether the API is on this machine, where DigitalOcean's own never is.
func (w wire) loopback() bool {
	u, err := url.Parse(w.env("DIGITALOCEAN_API_URL"))
	return err == nil && u.Scheme == "http"
}

// store opens the store as wanted; away is what to do when it is closed. A store that nobody named and that is not there
// yet is an empty one.
func (w wire) store(want cli.Want) (s *bolt.Store, away func() error, err error) {
	file, away := want.Database, func() error { return nil }
	switch {
	case file != "":
	case want.Demo:
		dir, err := os.MkdirTemp("", "arcadia-demo-")
		if err != nil {
			return nil, nil, fmt.Errorf("make a folder for the demo's store: %w", err)
		}
		file, away = filepath.Join(dir, "arcadia.db"), func() error { return os.RemoveAll(dir) }
	default:
		if file, err = cli.DataFile(w.env); err != nil {
			return nil, nil, err
		}
	}
	opts := []bolt.Option{bolt.WithPurpose(want.Purpose)}
	if _, absent := os.Stat(sshd.SocketPath(file)); want.Access == cli.Glance || absent == nil {
		opts = append(opts, bolt.WithLockTimeout(brief))
	}
	if want.Access != cli.Act {
		s, err = bolt.OpenReadOnly(file, opts...)
	}
	if want.Access == cli.Act || want.Access == cli.Read && want.Database == "" && errors.Is(err, bolt.ErrMissing) {
		s, err = bolt.Open(file, opts...)
	}
	if err != nil {
		err = errors.Join(err, away())
	}
	if errors.Is(err, bolt.ErrHeld) {
		err = elsewhere(err, sshd.SocketPath(file))
	}
	return s, away, err
}

// elsewhere is the way to the process that holds a store, if it takes visitors.
func elsewhere(err error, socket string) error {
	if _, missing := os.Stat(socket); missing != nil {
		return err
	}
	return &cli.Elsewhere{Err: err, Attach: func(ctx context.Context, args []string) (int, error) {
		return sshd.Attach(ctx, socket, args, sshd.Here{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()})
	}}
}

// check examines a store file in a child process.
func (w wire) check(ctx context.Context, file string) (cli.Verdict, error) {
	if file == "" {
		var err error
		if file, err = cli.DataFile(w.env); err != nil {
			return cli.Verdict{}, err
		}
	}
	r, err := bolt.Examine(ctx, file)
	if r.More > 0 {
		r.Problems = append(r.Problems, fmt.Sprintf("and %d more", r.More))
	}
	return cli.Verdict{Sagas: r.Sagas, Problems: r.Problems}, err
}

// stop ends the process that hosts a store.
func (w wire) stop(ctx context.Context, file string) error {
	if file == "" {
		var err error
		if file, err = cli.DataFile(w.env); err != nil {
			return err
		}
	}
	return sshd.Stop(ctx, sshd.SocketPath(file))
}

// serve opens the doors of a place.
func serve(ctx context.Context, p *cli.Place, d cli.Doors) error {
	if d.Listen != "" && d.HostKey == "" {
		var err error
		if d.HostKey, err = cli.HostKeyFile(os.Getenv); err != nil {
			return err
		}
	}
	e := p.Engine.(hosted) //nolint:forcetypeassert // every Place comes from open
	return patrolled(ctx, e.host.Look.Drifts, nil, func() error { return e.host.Serve(ctx, d) })
}

// console shows the console on the process's own terminal. An operator who leaves may let a host of its own go on with
// the sagas; it is started when the store is free.
func console(ctx context.Context, p *cli.Place, look cli.Look) error {
	e := p.Engine.(hosted) //nolint:forcetypeassert // every Place comes from open
	cfg := e.host.Look
	cfg.Backend, cfg.Operator, cfg.ReadOnly = e.Session, e.Actor().Name, look.ReadOnly
	cfg.ASCII, cfg.NoColor, cfg.Hosting = look.ASCII, look.NoColor, p.Host != nil
	var err error
	if cfg.Settings, _, err = settings(); err != nil {
		return err
	}
	if cfg.Hosting && e.lasting {
		cfg.Handover = func(context.Context) error {
			*e.closers = append(stack{startHost}, *e.closers...) // the last to be called
			return nil
		}
	}
	if p.Host == nil {
		e.host.Socket = "" // who only reads takes no visitors
	}
	return patrolled(ctx, cfg.Drifts, e.show, func() error { return e.host.Console(ctx, cfg) })
}

// settings are the operator's own, of the console.
func settings() (s tui.Settings, file string, err error) {
	if file, err = cli.SettingsFile(os.Getenv); err == nil {
		s, err = cli.ReadSettings(file)
	}
	return s, file, err
}

// startHost leaves a process behind that drives the sagas of the store that this command line names.
func startHost() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("leave a host behind: %w", err)
	}
	child := exec.Command(self, append([]string{"host"}, os.Args[1:]...)...) //nolint:gosec,noctx // this program itself, which outlives us
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return fmt.Errorf("leave a host behind: %w", err)
	}
	return child.Process.Release()
}
