package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/theme"
)

func TestWhatIsLeftBehindIsNamedWithItsAgeAndItsCost(t *testing.T) {
	t.Parallel()
	then := engine.At(noon.Add(-49 * time.Hour))
	row := func(status engine.RowStatus, left ...engine.LeftBehind) engine.Row {
		return engine.Row{Name: "step", Status: status, Left: left, FinishedAt: then}
	}
	s := &engine.Saga{Rows: []engine.Row{
		row(engine.RowCompensationFailed, engine.LeftBehind{Type: "snapshot", ID: "229305611", Since: then, MonthlyUSD: 0.15}),
		row(engine.RowCompensated, engine.LeftBehind{Type: "snapshot", ID: "1", Since: then}),
		row(engine.RowCompensationFailed, engine.LeftBehind{Type: "dns_record", ID: "7", Name: "A \u202eapp", Since: then}),
		row(engine.RowCompensationFailed),
	}}
	env := &Env{Theme: theme.New(theme.Choice{Dark: true}), Clock: say.Clock{Now: noon}, State: newState()}
	want := []string{"▲ left: what step did, 2d old", `▲ left: dns record 7 A \u202eapp, 2d old`, "▲ left: snapshot 229305611, 2d old, $0.15 a month"}
	if got := ansi.Strip(strings.Join(env.leftLines(s, 100, 5), "\n")); got != strings.Join(want, "\n") {
		t.Errorf("it says\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if got := ansi.Strip(strings.Join(env.leftLines(s, 100, 2), "\n")); got != want[0]+"\n2 more are left" {
		t.Errorf("on two lines it says\n%s", got)
	}
}
