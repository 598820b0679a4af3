// Package host puts consoles and commands on one engine: the process's own console, sessions of operators over SSH, and
// the operator's other processes on this machine through a socket beside the store.
//
//	own terminal ─► Console ─┐
//	SSH ─► sshd ─► session ──┼─► tui.App ─► engine.Session (who, and in which role)
//	socket ─► sshd ─► session┘   cli.Run ─►
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"golang.org/x/sync/errgroup"

	"arcadia/engine"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/input"
	"arcadia/tui/sshd"
)

// Host is one engine and who comes to it.
type Host struct {
	Engine *engine.Session // of the operator who runs this process
	// As opens the same engine for somebody else: whoever comes through a door.
	As     func(engine.Actor) *engine.Session
	Place  *cli.Place // what commands work on; its Engine, Host and Close are not used
	Look   tui.Config // what all consoles show: the account, its inventory, the settings
	Socket string     // where the operator's other processes attach; empty: nowhere
	Build  cli.Build
	Log    *slog.Logger
	Limits sshd.Limits
	// End ends the process in order, when another process of the operator asks for that. Nil: only the console or the doors end.
	End func()
	// Beside is what goes on beside the consoles, for as long as Console or Serve lasts.
	Beside []func(ctx context.Context)
	// Meter, Budget, Calls and Commits are figures for metrics; nil: not shown.
	Meter   *Meter
	Budget  func() sshd.Budget
	Calls   func() []sshd.CallCount
	Commits func() sshd.Commits
	Shared  Shared
	// Own is where the settings of the operator are kept who runs this process; nil: nowhere.
	Own tui.Keeper

	here   sshd.Registry
	people atomic.Pointer[sshd.Operators] // of the open doors; nil: no door has any

	mu    sync.Mutex          // guards spots
	spots map[string]tui.Spot // where each operator was last
}

// Console shows the console on the process's own terminal until its operator leaves, with the door for the operator's other
// processes open meanwhile.
func (h *Host) Console(ctx context.Context, cfg tui.Config, opts ...tea.ProgramOption) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer h.beside(ctx, stop)()
	var doors errgroup.Group
	var told atomic.Bool // by another process of the operator, so that whoever sits here is owed a word
	if h.Socket != "" {
		srv, err := h.server(func() { told.Store(true); stop(); h.end() })
		if err != nil {
			return err
		}
		if ln, err := sshd.Listen(h.Socket); err != nil {
			h.Log.Warn("no other process can attach", "error", err) // the console is worth having without
		} else {
			doors.Go(func() error { return srv.Serve(ctx, sshd.Local(ln, h.Engine.Actor().Name)) })
		}
	}
	h.several(&cfg)
	seat := h.here.Join(sshd.Presence{Operator: cfg.Operator, Role: h.Engine.Actor().Role, What: sshd.Console, Local: true})
	defer seat.Leave()
	h.company(&cfg, seat)
	err := h.show(ctx, cfg, append(opts, tea.WithoutSignalHandler())...)
	stop()
	if told.Load() && !errors.Is(err, errUnread) {
		_, _ = fmt.Fprintln(os.Stderr, "arcadia: "+sshd.ErrStopping.Error())
	}
	return errors.Join(err, doors.Wait())
}

// outputTime is what the last of the output has to be taken in.
const outputTime = 2 * time.Second

// errUnread says that a terminal did not take the end of the console.
var errUnread = errors.New("the terminal does not read: its last screen was given up")

// show shows the console on the process's own terminal. When ctx has ended it does not wait for a terminal that does not read: the
// program stays in its write then, until the process ends, and the terminal is put back without it.
func (h *Host) show(ctx context.Context, cfg tui.Config, opts ...tea.ProgramOption) error {
	before, _ := term.GetState(os.Stdin.Fd()) // none where input is no terminal
	over := make(chan error, 1)
	go func() { over <- tui.Run(ctx, cfg, os.Stdin, os.Stdout, opts...) }()
	select {
	case err := <-over:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(outputTime)
	defer late.Stop()
	select {
	case err := <-over:
		return err
	case <-late.C:
	}
	if before != nil {
		_ = term.Restore(os.Stdin.Fd(), before)
	}
	return errUnread
}

// Serve opens the doors until ctx ends, or the operator's own process asks it to stop.
func (h *Host) Serve(ctx context.Context, d cli.Doors) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer h.beside(ctx, stop)()
	srv, err := h.server(func() { stop(); h.end() })
	if err != nil {
		return err
	}
	doors, err := h.open(ctx, d)
	if err != nil {
		return err
	}
	h.decide("policy", h.Shared.Policy)
	work, ctx := errgroup.WithContext(ctx)
	if d.Metrics != "" {
		ln, err := sshd.ListenMetrics(d.Metrics)
		if err != nil {
			stop()
			return errors.Join(err, srv.Serve(ctx, doors...)) // closes the doors
		}
		d.Ready("metrics on http://" + ln.Addr().String() + "/metrics")
		work.Go(func() error { return sshd.ServeMetrics(ctx, ln, h.sources(srv), h.Log) })
		if h.Meter != nil {
			work.Go(func() error { return h.Meter.Count(ctx) })
		}
	}
	work.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-d.Reread:
				srv.Reread()
				h.decide("operators", d.Operators)
				h.decide("policy", h.Shared.Policy)
			}
		}
	})
	work.Go(func() error {
		defer stop()
		return srv.Serve(ctx, doors...)
	})
	return work.Wait()
}

func (h *Host) end() {
	if h.End != nil {
		h.End()
	}
}

// beside starts what goes on beside the consoles. The function that it returns stops it and waits for its end.
func (h *Host) beside(ctx context.Context, stop func()) func() {
	var group sync.WaitGroup
	if h.Shared.Board != nil {
		group.Go(func() { h.share(ctx) })
	}
	for _, f := range h.Beside {
		group.Go(func() { f(ctx) })
	}
	return func() { stop(); group.Wait() }
}

func (h *Host) open(ctx context.Context, d cli.Doors) (doors []sshd.Door, err error) {
	if d.Listen != "" {
		operators, err := sshd.OpenOperators(d.Operators)
		if err != nil {
			return nil, err
		}
		h.people.Store(operators)
		h.decide("operators", d.Operators)
		h.Look.Operators = func(context.Context) ([]engine.Actor, error) { return operators.List() }
		key, made, err := sshd.HostKey(d.HostKey)
		if err != nil {
			return nil, err
		}
		if made {
			d.Ready("made a host key: " + d.HostKey)
		}
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", d.Listen)
		if err != nil {
			return nil, fmt.Errorf("serve on %s: %w: choose another address with --listen", d.Listen, err)
		}
		doors = append(doors, sshd.Network(ln, key, operators))
		d.Ready("ssh on " + ln.Addr().String())
	}
	if h.Socket != "" {
		ln, err := sshd.Listen(h.Socket)
		if err != nil && len(doors) > 0 {
			d.Ready("no process of this machine can attach: " + err.Error())
			return doors, nil
		}
		if err != nil {
			return nil, err
		}
		doors = append(doors, sshd.Local(ln, h.Engine.Actor().Name))
		d.Ready("attach at " + h.Socket)
	}
	return doors, nil
}

// Approvers lists who comes in by the operators file as it is now: those with a line that makes sense, as at the door.
func (h *Host) Approvers() ([]engine.Actor, error) {
	operators := h.people.Load()
	if operators == nil {
		return nil, errors.New("who may approve is not known to this process: it has no operators file (arcadia serve --authorized-keys FILE)")
	}
	list, err := operators.List()
	if len(list) > 0 {
		return list, nil
	}
	return nil, err
}

func (h *Host) server(stop func()) (*sshd.Server, error) {
	return sshd.New(sshd.Config{
		Console: h.console, Command: h.command, Stop: stop, Registry: &h.here, Limits: h.Limits, Log: h.Log,
		Weigh: weigh,
		Guard: func(s *sshd.Session, in io.Reader) io.Reader {
			if s.Local() {
				return input.NewGuard(in, input.HoldLocal)
			}
			return input.NewGuard(in, input.HoldRemote)
		},
	})
}

// console shows the console to one session.
func (h *Host) console(ctx context.Context, s *sshd.Session) error {
	if valueOf(s.Environ(), "TERM") == "dumb" {
		return errors.New("the console cannot be drawn on a terminal of TERM=dumb: use plain lines (ssh HOST accessible), or set TERM")
	}
	return h.draw(ctx, s, s.Actor(), cli.Look{})
}

// draw shows the console to one session, whose operator may have asked for less than may be had. Coming back lands where the same
// operator was.
func (h *Host) draw(ctx context.Context, s *sshd.Session, actor engine.Actor, look cli.Look) error {
	cfg := h.Look
	cfg.ASCII, cfg.NoColor = cfg.ASCII || look.ASCII || ASCIIOnly(func(name string) string { return valueOf(s.Environ(), name) }), cfg.NoColor || look.NoColor
	cfg.Backend, cfg.Operator, cfg.Key, cfg.Hosting, cfg.Handover = h.As(actor), actor.Name, actor.Key, false, nil
	cfg.Notify = valueOf(s.Environ(), "ARCADIA_NOTIFY")
	cfg.ReadOnly, cfg.NoFiles = !actor.Role.Has(engine.Operator), true
	h.chosen(ctx, &cfg, s)
	cfg.Spot, cfg.Notice = h.spot(ctx, actor.Name), s.Notices()
	h.several(&cfg)
	h.company(&cfg, s.Seat())
	app := tui.New(cfg)
	defer app.Close()
	return s.Run(ctx, &followed{App: app, at: cfg.Spot, keep: func(p tui.Spot) { h.keep(actor.Name, p) }})
}

// company lets a console know who else is here, and them what it shows.
func (h *Host) company(cfg *tui.Config, seat *sshd.Seat) {
	cfg.WhoChanged, cfg.Here = seat.Changed(), seat.Look
	cfg.Who = func() []tui.Presence {
		others := seat.Others()
		all := make([]tui.Presence, len(others))
		for i, o := range others {
			all[i] = tui.Presence{Name: o.Operator, Saga: o.Saga}
		}
		return append(all, h.Shared.consolesElsewhere()...)
	}
}

// several lets a console know of the other hosts of the store.
func (h *Host) several(cfg *tui.Config) {
	if h.Shared.Board != nil {
		cfg.Crowd, cfg.Cluster = h.Shared.Crowd, h.Cluster
	}
}

func (h *Host) spot(ctx context.Context, operator string) tui.Spot {
	if h.Shared.Board != nil {
		if p, ok := h.Shared.spotOf(ctx, operator); ok {
			return p
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.spots[operator]
}

func (h *Host) keep(operator string, p tui.Spot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spots == nil {
		h.spots = map[string]tui.Spot{}
	}
	h.spots[operator] = p
	if h.Shared.Board != nil {
		h.Shared.moveTo(operator, p)
	}
}

// followed is a console whose spot is kept while it runs: a session that is lost is taken up by the next, even before it is
// known that it was lost.
type followed struct {
	*tui.App
	at   tui.Spot
	keep func(tui.Spot)
}

// Update passes the message on, and keeps where that has led.
func (f *followed) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := f.App.Update(msg)
	if p := f.Spot(); p != f.at {
		f.at = p
		f.keep(p)
	}
	return f, cmd
}

// command runs one command for one session, with the same tree as a shell.
func (h *Host) command(ctx context.Context, s *sshd.Session, args []string) int {
	actor := s.Actor()
	return cli.Run(ctx, cli.Env{
		In: s.Lines(), Out: s, Err: s.Stderr(), Lively: s.Terminal(), Screen: s.Terminal(), Term: valueOf(s.Environ(), "TERM"), Token: true, Operator: actor.Name, Build: h.Build,
		Session: true, Simulated: h.Place.Simulated, NoColor: noColor(s.Environ()),
		Kept: h.kept(s), Settings: func() (tui.Settings, string, error) { return h.settings(ctx, s) },
		Console: func(ctx context.Context, _ *cli.Place, look cli.Look) error {
			return h.draw(ctx, s, narrowed(actor, look.ReadOnly), look)
		},
		Open: func(_ context.Context, want cli.Want) (*cli.Place, error) {
			who := narrowed(actor, want.ReadOnly)
			p := *h.Place
			p.Engine, p.Host, p.Send, p.Close = h.As(who), nil, nil, func() {}
			if prune := p.Prune; !s.Local() {
				p.Backup, p.Prune = nil, nil // the store's file is for processes of this machine
			} else if prune != nil && h.Meter != nil {
				p.Prune = func(ctx context.Context, before time.Time) (int, error) {
					defer h.Meter.Recount()
					return prune(ctx, before)
				}
			}
			if !who.Role.Has(engine.Operator) {
				p.Provider = nil // a smoke test writes past the engine's roles
			}
			return &p, nil
		},
	}, args)
}

// weigh says what a command counts as, among the sessions of its operator: a console without a word, and what stays, is Long.
func weigh(args []string) sshd.Weight {
	switch cli.StaysOf(args) {
	case cli.Stays:
		return sshd.Long
	case cli.Emergency:
		return sshd.Urgent
	case cli.Answers:
	}
	return sshd.Short
}

// narrowed is an operator who may only look when that was asked for.
func narrowed(a engine.Actor, readOnly bool) engine.Actor {
	if readOnly {
		a.Role = engine.Viewer
	}
	return a
}
