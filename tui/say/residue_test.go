package say_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/tui/say"
)

// TestARowSaysWhyItCouldNotBeUndone compares the texts of sagas that need a person, the longest first.
func TestARowSaysWhyItCouldNotBeUndone(t *testing.T) {
	t.Parallel()
	row := func(c *engine.Conflict, left ...engine.LeftBehind) engine.Row {
		return engine.Row{Status: engine.RowCompensationFailed, Compensation: &engine.Compensation{Conflict: c}, Left: left}
	}
	theirs, kept := &engine.Conflict{Subject: "A shop.example.com"}, &engine.Conflict{Why: "it is protected"}
	shot := engine.LeftBehind{Type: "snapshot", ID: "1", MonthlyUSD: 1.1}
	for name, x := range map[string]struct {
		rows []engine.Row
		want []string
	}{
		"nothing is left":        {[]engine.Row{{Status: engine.RowCompensated}}, nil},
		"somebody else's change": {[]engine.Row{row(theirs, engine.LeftBehind{Type: "dns_record"})}, []string{"somebody else changed it", "changed since", "not ours now"}},
		"kept for a reason":      {[]engine.Row{row(kept)}, []string{"1 step could not be undone", "1 not undone", "1 left"}},
		"a snapshot that costs":  {[]engine.Row{row(nil, shot)}, []string{"1 snapshot left, $1.10 a month", "1 snapshot left", "1 left"}},
		"two of a sort":          {[]engine.Row{row(nil, shot), row(nil, shot)}, []string{"2 snapshots left, $2.20 a month", "2 snapshots left", "2 left"}},
		"two sorts":              {[]engine.Row{row(nil, shot), row(nil, engine.LeftBehind{Type: "dns_record"})}, []string{"2 steps could not be undone", "2 not undone", "2 left"}},
	} {
		if diff := cmp.Diff(x.want, say.Unable(&engine.Saga{Rows: x.rows})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// TestARunningRowSaysHowMuchOfTheUsualTimeIsOver compares the longest text of a saga of one step.
func TestARunningRowSaysHowMuchOfTheUsualTimeIsOver(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{
		0: "[0] 0 %, usually 2 m", 82 * time.Second: "[68] 68 %, usually 2 m", 119 * time.Second: "[99] 99 %, usually 2 m", 2 * time.Minute: "longer than usually 2 m",
	} {
		s := &engine.Summary{Status: engine.Running, StepNames: []string{"create_droplet_snapshot"}, StartedAt: engine.At(time.Unix(1e9, 0))}
		n := say.Now{
			Clock: say.Clock{Now: s.StartedAt.Add(after)}, Usual: func(*engine.Summary) time.Duration { return 2 * time.Minute },
			Gauge: func(part, _ int) string { return "[" + strconv.Itoa(part) + "]" },
		}
		if texts, _ := n.Texts(s); len(texts) == 0 || texts[0] != want {
			t.Errorf("after %s it says %q, want %q first", after, texts, want)
		}
	}
}
