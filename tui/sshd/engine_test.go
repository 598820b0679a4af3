package sshd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
	"arcadia/tui"
	"arcadia/tui/sshd"
)

// onEngine is the console itself on an engine, as main wires it.
func onEngine(t *testing.T) (option, *engine.Session) {
	t.Helper()
	echo := enginetest.Step("echo", func(context.Context, *engine.State) error { return nil }, func(context.Context, *engine.State) error { return nil })
	host, stop := enginetest.Host(t, storagetest.NewMemory(), engine.Config{
		Steps: []engine.Step{echo}, Kinds: []engine.Kind{{Name: "echo", Steps: []string{"echo"}}},
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return func(c *sshd.Config) {
		c.Guard = func(_ *sshd.Session, in io.Reader) io.Reader { return tui.NewGuard(in, tui.HoldRemote) }
		c.Console = func(ctx context.Context, s *sshd.Session) error {
			a := s.Actor()
			app := tui.New(tui.Config{Backend: host.As(a), Operator: a.Name, ReadOnly: a.Role == engine.Viewer, Env: "DEMO"})
			defer app.Close()
			return s.Run(ctx, app)
		}
		c.Command = func(ctx context.Context, s *sshd.Session, args []string) int {
			id, err := host.As(s.Actor()).Start(ctx, engine.Launch{Kind: "echo"})
			if err != nil {
				fmt.Fprintln(s.Stderr(), err)
				if errors.Is(err, engine.ErrForbidden) {
					return 1
				}
				return 9
			}
			fmt.Fprintln(s, id.Short)
			return 0
		}
	}, host
}

func TestTwoConsolesSeeWhatAThirdSessionDoes(t *testing.T) {
	cfg, _ := onEngine(t)
	r := newRig(t, cfg)
	one, two := r.console(r.dial("ops1")), r.console(r.dial("guest"))
	one.shows("ops1")
	two.shows("guest")
	out, errs, exit := r.run("ops2", "launch echo")
	if exit != 0 {
		t.Fatalf("%q, %d", errs, exit)
	}
	short := strings.TrimSpace(out)
	one.shows(short)
	two.shows(short)
	one.shows("ops2") // who launched it
	one.keys("q")
	if exit := one.ended(); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
	restored(t, one)
}

func TestAViewerIsRefusedByTheEngine(t *testing.T) {
	cfg, host := onEngine(t)
	r := newRig(t, cfg)
	out, errs, exit := r.run("guest", "launch echo")
	if exit != 1 || out != "" || errs == "" {
		t.Errorf("%q, %q, %d", out, errs, exit)
	}
	if c, err := host.Counts(t.Context()); err != nil || c.Total != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}
