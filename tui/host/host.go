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

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sync/errgroup"

	"arcadia/engine"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/sshd"
)

// Host is one engine and who comes to it.
type Host struct {
	Engine *engine.Session // of the operator who runs this process
	Place  *cli.Place      // what commands work on; its Engine, Host and Close are not used
	Look   tui.Config      // what all consoles show: the account, its inventory, the settings
	Socket string          // where the operator's other processes attach; empty: nowhere
	Build  cli.Build
	Log    *slog.Logger
	// Budget and Commits are figures for metrics; nil: not shown.
	Budget  func() sshd.Budget
	Commits func() sshd.Commits

	mu     sync.Mutex // guards places
	places map[string]tui.Place
}

// Console shows the console on the process's own terminal until its operator leaves, with the door for the operator's other
// processes open meanwhile.
func (h *Host) Console(ctx context.Context, cfg tui.Config, opts ...tea.ProgramOption) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var doors errgroup.Group
	if h.Socket != "" {
		srv, err := h.server(stop)
		if err != nil {
			return err
		}
		if ln, err := sshd.Listen(h.Socket); err != nil {
			h.Log.Warn("no other process can attach", "error", err) // the console is worth having without
		} else {
			doors.Go(func() error { return srv.Serve(ctx, sshd.Local(ln, h.Engine.Actor().Name)) })
		}
	}
	err := tui.Run(ctx, cfg, os.Stdin, os.Stdout, append(opts, tea.WithoutSignalHandler())...)
	stop()
	return errors.Join(err, doors.Wait())
}

// Serve opens the doors until ctx ends, or the operator's own process asks it to stop.
func (h *Host) Serve(ctx context.Context, d cli.Doors) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	srv, err := h.server(stop)
	if err != nil {
		return err
	}
	doors, err := h.open(ctx, d)
	if err != nil {
		return err
	}
	work, ctx := errgroup.WithContext(ctx)
	if d.Metrics != "" {
		ln, err := sshd.ListenMetrics(d.Metrics)
		if err != nil {
			stop()
			return errors.Join(err, srv.Serve(ctx, doors...)) // closes the doors
		}
		d.Ready("metrics on http://" + ln.Addr().String() + "/metrics")
		work.Go(func() error { return sshd.ServeMetrics(ctx, ln, h.sources(srv), h.Log) })
	}
	work.Go(func() error {
		defer stop()
		return srv.Serve(ctx, doors...)
	})
	return work.Wait()
}

func (h *Host) open(ctx context.Context, d cli.Doors) (doors []sshd.Door, err error) {
	if d.Listen != "" {
		operators, err := sshd.OpenOperators(d.Operators)
		if err != nil {
			return nil, err
		}
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

func (h *Host) server(stop func()) (*sshd.Server, error) {
	return sshd.New(sshd.Config{
		Console: h.console, Command: h.command, Stop: stop, Log: h.Log,
		Guard: func(s *sshd.Session, in io.Reader) io.Reader {
			if s.Local() {
				return tui.NewGuard(in, tui.HoldLocal)
			}
			return tui.NewGuard(in, tui.HoldRemote)
		},
	})
}

// console shows the console to one session. Coming back lands where the same operator was.
func (h *Host) console(ctx context.Context, s *sshd.Session) error {
	actor := s.Actor()
	cfg := h.Look
	cfg.Backend, cfg.Operator, cfg.Hosting, cfg.Handover = h.Engine.As(actor), actor.Name, false, nil
	cfg.ReadOnly, cfg.NoFiles = actor.Role != engine.Operator, true
	h.mu.Lock()
	if p, ok := h.places[actor.Name]; ok {
		cfg.Place = p
	}
	h.mu.Unlock()
	app := tui.New(cfg)
	defer app.Close()
	err := s.Run(ctx, app)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.places == nil {
		h.places = map[string]tui.Place{}
	}
	h.places[actor.Name] = app.Place()
	return err
}

// command runs one command for one session, with the same tree as a shell.
func (h *Host) command(ctx context.Context, s *sshd.Session, args []string) int {
	actor := s.Actor()
	return cli.Run(ctx, cli.Env{
		In: s, Out: s, Err: s.Stderr(), Lively: s.Terminal(), Token: true, NoColor: true, Operator: actor.Name, Build: h.Build,
		Open: func(_ context.Context, want cli.Want) (*cli.Place, error) {
			if want.Demo {
				return nil, errors.New("--demo is not to be had in this session: the host has its account")
			}
			who := actor
			if want.ReadOnly {
				who.Role = engine.Viewer
			}
			p := *h.Place
			p.Engine, p.Host, p.Close = h.Engine.As(who), nil, func() error { return nil }
			if !s.Local() {
				p.Backup, p.Prune = nil, nil // the store's file is for processes of this machine
			}
			if who.Role != engine.Operator {
				p.Provider = nil // a smoke test writes past the engine's roles
			}
			return &p, nil
		},
	}, args)
}

func (h *Host) sources(srv *sshd.Server) sshd.Sources {
	return sshd.Sources{
		Sagas: h.counts, Sessions: srv.Sessions, Totals: srv.Totals, Budget: h.Budget, Commits: h.Commits,
		Health: func(context.Context) error { return h.Engine.Err() }, Version: h.Build.Version,
	}
}

func (h *Host) counts(ctx context.Context) ([]sshd.SagaCount, error) {
	counts, err := h.Engine.Counts(ctx)
	if err != nil {
		return nil, err
	}
	var out []sshd.SagaCount
	for _, st := range engine.Statuses() {
		out = append(out, sshd.SagaCount{Status: st, Count: counts.ByStatus[st]})
	}
	return out, nil
}
