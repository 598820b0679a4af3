package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/storage/storagetest"
	"arcadia/tui/cli"
)

// session is the tree as a server runs it for somebody who is logged in: over streams that are no files, on an engine that
// is driven already.
type session struct {
	env      cli.Env
	out, err strings.Builder
	opened   []cli.Want
	host     func(ctx context.Context) error // of the places that are opened
}

// Who drives the sagas of a session.
const (
	driven   = true
	undriven = false
)

func newSession(t *testing.T, role engine.Role, hosted bool) *session {
	t.Helper()
	catalog, kinds := steps.Catalog(nil, nil, nil)
	eng, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: catalog, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	if hosted {
		ctx, stop := context.WithCancel(context.Background())
		over := make(chan error, 1)
		go func() { over <- eng.Run(ctx) }()
		t.Cleanup(func() {
			stop()
			if err := <-over; err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	s := &session{}
	s.env = cli.Env{
		In: strings.NewReader(""), Out: &s.out, Err: &s.err, Operator: "ops1",
		Open: func(_ context.Context, want cli.Want) (*cli.Place, error) {
			s.opened = append(s.opened, want)
			return &cli.Place{Engine: eng.As(engine.Actor{Name: "ops1", Role: role}), Host: s.host, Close: func() {}}, nil
		},
	}
	return s
}

func (s *session) run(t *testing.T, args ...string) int {
	t.Helper()
	s.out.Reset()
	s.err.Reset()
	return cli.Run(t.Context(), s.env, args)
}

func TestTreeServesASessionOnAnEngineThatRunsAlready(t *testing.T) {
	t.Parallel()
	s := newSession(t, engine.Operator, driven)
	if got := s.run(t, "launch", "echo", "text=hi", "-o", "json"); got != cli.Done {
		t.Fatalf("exit status %d: %s", got, s.err.String())
	}
	var saga engine.Saga
	if err := json.Unmarshal([]byte(s.out.String()), &saga); err != nil || saga.Status != engine.Completed || saga.CreatedBy != "ops1" {
		t.Errorf("%v: %+v", err, saga.Summary)
	}
	if got := s.run(t, "watch", saga.Short); got != cli.Done || !strings.HasSuffix(s.out.String(), "  saga completed\n") {
		t.Errorf("exit status %d: %s", got, s.out.String())
	}
	if got := s.run(t, "rollback", saga.Short, "--yes"); got != cli.RolledBack {
		t.Errorf("exit status %d: %s", got, s.err.String())
	}
}

func TestWhatASessionHasNotSaysSo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--demo"}, {"check"}, {"sim"}, {"backup", "x"}, {"smoke", "--demo"}} {
		s := newSession(t, engine.Operator, driven)
		if got := s.run(t, args...); got != cli.Trouble || strings.Count(s.err.String(), "\n") != 1 || s.out.Len() > 0 {
			t.Errorf("%v: exit status %d, %q, %q", args, got, s.out.String(), s.err.String())
		}
	}
}

func TestReadingCommandsNeverAskToAct(t *testing.T) {
	t.Parallel()
	s := newSession(t, engine.Viewer, driven)
	for _, args := range [][]string{
		{"list"}, {"show", "12345678"}, {"resources"}, {"kinds"}, {"backup", "x"}, {"__complete", "launch", ""}, {"__complete", "cancel", ""},
	} {
		s.opened = nil
		s.run(t, args...)
		if len(s.opened) != 1 || s.opened[0].Access == cli.Act {
			t.Errorf("%v opened %+v", args, s.opened)
		}
	}
}

func TestAViewerChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSession(t, engine.Viewer, driven)
	for _, args := range [][]string{
		{"launch", "echo"}, {"freeze", "--reason", "x"}, {"thaw"}, {"orphans", "adopt", "1"}, {"orphans", "delete", "1", "--yes"}, {"launch", "forget_resource", "resource=dns_record/1"},
	} {
		if got := s.run(t, args...); got != cli.Trouble || !strings.Contains(s.err.String(), "not permitted") {
			t.Errorf("%v: exit status %d: %s", args, got, s.err.String())
		}
	}
	if s.run(t, "list", "-o", "json"); s.out.String() != "[]\n" {
		t.Errorf("listed %s", s.out.String())
	}
}

// The wait for a saga at rest is over before the engine has begun, which is then no interruption.
func TestAWaitThatIsOverAtOnceIsNotInterrupted(t *testing.T) {
	t.Parallel()
	s := newSession(t, engine.Operator, driven)
	s.run(t, "launch", "echo")
	s.run(t, "list", "-o", "name")
	id := strings.TrimSpace(s.out.String())
	s.host = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	if got := s.run(t, "watch", id); got != cli.Done || s.err.Len() > 0 {
		t.Errorf("exit status %d: %s", got, s.err.String())
	}
}

// When the engine stops because the store has failed, a command that waits does not wait on.
func TestAStoreThatFailsEndsTheWait(t *testing.T) {
	t.Parallel()
	s := newSession(t, engine.Operator, undriven)
	s.host = func(context.Context) error { return errors.New("write the ledger: no space left on device") }
	if got := s.run(t, "launch", "echo"); got != cli.Trouble || s.err.String() != "arcadia: write the ledger: no space left on device\n" {
		t.Errorf("exit status %d: %s", got, s.err.String())
	}
}

// A reader that has gone away ends the command and not with a message about it.
func TestBrokenPipeIsQuiet(t *testing.T) {
	t.Parallel()
	s := newSession(t, engine.Operator, driven)
	s.env.Out = brokenPipe{}
	for _, args := range [][]string{{"kinds"}, {"list", "-o", "json"}, {"version"}, {"launch", "echo"}} {
		if got := s.run(t, args...); got != cli.Trouble || s.err.Len() > 0 {
			t.Errorf("%v: exit status %d, %q", args, got, s.err.String())
		}
	}
}
