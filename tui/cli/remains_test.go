package cli

import (
	"strings"
	"testing"
	"time"

	"arcadia/engine"
)

// told says what undoing a row would do.
type told struct{ Reader }

func (told) UndoText(*engine.Saga, int) string {
	return "deletes snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)"
}

// TestWhatIsLeftBehindIsNamedWithItsAgeAndCost has a saga with one row that is undone and two that are not.
func TestWhatIsLeftBehindIsNamedWithItsAgeAndCost(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := &engine.Saga{Rows: []engine.Row{
		{
			Idx: 0, Name: "create_droplet_snapshot", Status: engine.RowCompensationFailed, StartedAt: engine.At(began),
			Left:         []engine.LeftBehind{{Type: "droplet_snapshot", ID: "229305609", MonthlyUSD: 1.5}},
			Compensation: &engine.Compensation{Error: "422: not now"},
		},
		{Idx: 1, Name: "echo", Status: engine.RowCompensated},
		{Idx: 2, Name: "echo", Status: engine.RowCompensationFailed, StartedAt: engine.At(began.Add(time.Hour))},
	}}
	left := remainsOf(told{}, s)
	if len(left) != 2 || left[0].Monthly != 1.5 || left[0].Error != "422: not now" || len(left[0].Things) != 1 || left[1].Idx != 2 {
		t.Fatalf("left are %+v", left)
	}
	var b strings.Builder
	if err := writeRemains(&b, left, began.Add(73*time.Hour)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	for at, want := range map[int]string{
		1: `left behind:`,
		2: `#  STEP                     FOR  A MONTH  UNDOING IT`,
		3: `0  create_droplet_snapshot  3d   $1.50    deletes snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)  droplet_snapshot_id=229305609`,
		4: `2  echo                     3d            deletes snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)`,
	} {
		if !strings.HasPrefix(lines[at], want) {
			t.Errorf("line %d is %q, want %q", at, lines[at], want)
		}
	}
}
