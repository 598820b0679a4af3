package cli_test

import (
	"context"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/tui/cli"
)

// TestKindsWithoutAWayBackSaySo guards what a launch insists on: it looks for a point of no return only where a kind says of
// itself that it cannot be undone.
func TestKindsWithoutAWayBackSaySo(t *testing.T) {
	t.Parallel()
	catalog, kinds := steps.Catalog(nil, nil, nil)
	final := map[string]bool{}
	for _, s := range catalog {
		_, final[s.Name()] = s.(engine.Final)
	}
	found := 0
	for _, k := range kinds {
		want := false
		for _, s := range k.Steps {
			want = want || final[s]
		}
		if says := strings.Contains(k.Undo, "cannot be undone"); says != want {
			t.Errorf("%s says %q, and has a step without a way back: %v", k.Name, k.Undo, want)
		}
		if want {
			found++
		}
	}
	if found == 0 {
		t.Error("no kind has a step without a way back")
	}
}

// final is an engine whose plans have a point of no return.
type final struct{ cli.Engine }

func (e final) Plan(ctx context.Context, l engine.Launch) (engine.Plan, error) {
	p, err := e.Engine.Plan(ctx, l)
	p.Steps[0].Change.Final = "what is said is said"
	return p, err
}

func TestWhatCannotBeUndoneIsTypedOnATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, typed string
		screen      bool
		flags       []string
		status      int
		asks        bool
	}{
		{name: "no", typed: "\n", screen: true, status: cli.Misuse, asks: true},
		{name: "yes is not enough", typed: "yes\n", screen: true, status: cli.Misuse, asks: true},
		{name: "typed", typed: "echo\n", screen: true, status: cli.Done, asks: true},
		{name: "nobody to ask", typed: "echo\n", status: cli.Misuse},
		{name: "said before", flags: []string{"--yes"}, status: cli.Done},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, engine.Operator, driven)
			s.env.Screen, s.env.In = c.screen, strings.NewReader(c.typed)
			open := s.env.Open
			s.env.Open = func(ctx context.Context, want cli.Want) (*cli.Place, error) {
				p, err := open(ctx, want)
				p.Engine = final{p.Engine}
				return p, err
			}
			got := s.run(t, append([]string{"launch", "adhoc", "--steps", "echo"}, c.flags...)...)
			asked := strings.Contains(s.err.String(), "point of no return: step 0 echo: what is said is said\ntype echo to do it")
			if got != c.status || asked != c.asks {
				t.Errorf("exit status %d, %q", got, s.err.String())
			}
			if s.run(t, "list", "-o", "name"); (s.out.Len() > 0) != (c.status == cli.Done) {
				t.Errorf("launched %q", s.out.String())
			}
		})
	}
}
