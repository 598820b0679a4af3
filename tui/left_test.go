package tui

import (
	"encoding/json"
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
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	row := func(status engine.RowStatus, out map[string]json.RawMessage, res ...engine.ResourceChange) engine.Row {
		return engine.Row{Name: "step", Status: status, Output: out, Resources: res, FinishedAt: engine.At(noon.Add(-49 * time.Hour))}
	}
	s := &engine.Saga{Rows: []engine.Row{
		row(engine.RowCompensationFailed, map[string]json.RawMessage{"snapshot_id": raw("229305611"), "snapshot_monthly_usd": raw("0.15")}),
		row(engine.RowCompensated, map[string]json.RawMessage{"snapshot_id": raw("1")}),
		row(engine.RowCompensationFailed, nil, engine.ResourceChange{After: &engine.Resource{Type: "dns_record", ExternalID: "7", Name: "A \u202eapp"}}),
		row(engine.RowCompensationFailed, nil),
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
