package cli_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/tui/cli"
)

// TestWhatTakesLongShowsHowFarItIs has a check, a backup and a removal of old sagas take three seconds, and then no time.
func TestWhatTakesLongShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"check"}, "\rexamining the store, 2s"},
		{[]string{"backup", "x"}, "\rcopying the store and checking the copy, 2s"},
		{[]string{"prune", "--older-than", "1d"}, "\rremoving old sagas: 0 so far, 2s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSession(t, engine.Operator, undriven)
			long := 3 * time.Second
			work := func(ctx context.Context) error {
				time.Sleep(long)
				return ctx.Err()
			}
			s.env.Lively = true
			s.env.Check = func(ctx context.Context, _ cli.Store) (cli.Verdict, error) { return cli.Verdict{}, work(ctx) }
			open := s.env.Open
			s.env.Open = func(ctx context.Context, want cli.Want) (*cli.Place, error) {
				p, err := open(ctx, want)
				p.Backup = func(ctx context.Context, _ string) error { return work(ctx) }
				p.Prune = func(ctx context.Context, _ time.Time) (int, error) { return 0, work(ctx) }
				return p, err
			}
			if got := s.run(t, c.args...); got != cli.Done || !strings.Contains(s.err.String(), c.says) {
				t.Errorf("%v: exit status %d, %q", c.args, got, s.err.String())
			}
			if last := s.err.String()[strings.LastIndex(s.err.String(), "\r"):]; strings.Trim(last, "\r\b ") != "" {
				t.Errorf("%v: %q is left on the line", c.args, last)
			}
			long = 0
			if s.run(t, c.args...); s.err.Len() > 0 {
				t.Errorf("%v: %q though it took no time", c.args, s.err.String())
			}
			long, s.env.Lively = 3*time.Second, false
			if s.run(t, c.args...); s.err.Len() > 0 {
				t.Errorf("%v: %q where nobody looks", c.args, s.err.String())
			}
		})
	}
}
