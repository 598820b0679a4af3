package say

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
)

// high is the clock of all sentences.
var high = time.Date(2026, 11, 23, 14, 4, 6, 0, time.UTC)

func TestLogLinesAreNoChange(t *testing.T) {
	t.Parallel()
	row := func(s engine.RowStatus) engine.Row { return engine.Row{Status: s, Undoable: true} }
	saga := func(seq uint64, rows ...engine.Row) *engine.Saga {
		return &engine.Saga{Summary: engine.Summary{Status: engine.Running, Seq: seq, StepNames: []string{"a", "b"}}, Rows: rows}
	}
	a, b := saga(4, row(engine.RowCompleted)), saga(9, row(engine.RowCompleted))
	if diff := Changes(a, b); diff != "" {
		t.Errorf("changed: %s", diff)
	}
	b = saga(9, row(engine.RowCompleted), row(engine.RowRunning))
	b.Rows[1].Dirty = true
	if diff := Changes(a, b); diff != "to undo there is also row 1" {
		t.Errorf("changed: %q", diff)
	}
}

func TestManyChangesAtOnceAreSaidInOneLine(t *testing.T) {
	t.Parallel()
	var many []engine.Summary
	for i := range 7 {
		many = append(many, engine.Summary{Short: strconv.Itoa(i), Status: []engine.Status{engine.Completed, engine.RolledBack, engine.Running}[i%3]})
	}
	text, level, _ := AtRest(many)
	if text != "3 completed, 2 rolled back" || level != Warn {
		t.Errorf("it says %q at level %s", text, level)
	}
	if text, _, _ := AtRest(many[2:3]); text != "" {
		t.Error("a saga that runs is no news")
	}
}

func TestNothingLeftIsClaimedOnlyWhenSomebodyHasLooked(t *testing.T) {
	t.Parallel()
	now := Now{Clock: Clock{Now: high, Location: time.UTC}}
	at := engine.At(time.Date(2026, 11, 23, 14, 3, 22, 0, time.UTC))
	sum := engine.Summary{Status: engine.RolledBack}
	for _, c := range []struct {
		verified engine.Time
		left     []string
		want     string
	}{
		{want: "not looked at again"},
		{verified: at, want: "looked at 14:03:22: nothing left"},
		{verified: at, left: []string{"snapshot 7"}, want: "looked at 14:03:22: still there: snapshot 7"},
	} {
		if got := now.Standing(&sum, &engine.Saga{Summary: sum, Verified: c.verified, Left: c.left}); got != c.want {
			t.Errorf("it says %q, want %q", got, c.want)
		}
	}
	if got := now.Standing(&sum, nil); got != "0 left" {
		t.Errorf("without its ledger it says %q", got)
	}
	x := engine.Entry{Type: engine.EntryVerified, Error: "look again at row 0: 503"}
	if got, _ := Entry(&engine.Saga{}, &x); strings.Contains(got, "nothing") {
		t.Errorf("a look that failed says %q", got)
	}
	x.By, x.Why = &engine.Actor{Name: "ops1"}, "looked by hand"
	if got, _ := Entry(&engine.Saga{}, &x); got != `not looked at again: skipped by ops1: "looked by hand"` {
		t.Errorf("a look that was skipped says %q", got)
	}
	x = engine.Entry{Type: engine.EntrySagaRolledBack}
	if got, _ := Entry(&engine.Saga{}, &x); strings.Contains(got, "nothing left") {
		t.Errorf("an end without a look says %q", got)
	}
}

func TestTheVerdictComesFirstBesideTheList(t *testing.T) {
	t.Parallel()
	now := Now{Clock: Clock{Now: high, Location: time.UTC}}
	sum := engine.Summary{Status: engine.RolledBack}
	whole := &engine.Saga{Summary: sum, Verified: engine.At(high)}
	if got := now.InShort(&sum, whole, "·"); got != "0 left · looked 14:04" {
		t.Errorf("it says %q", got)
	}
	whole.Left = []string{"snapshot 7"}
	if got := now.InShort(&sum, whole, "·"); !strings.Contains(got, "still there") {
		t.Errorf("with something left it says %q", got)
	}
	if got := Reason("step_failed:out of luck"); got != "step failed: out of luck" {
		t.Errorf("the reason reads %q", got)
	}
}

func TestWhatAnOperatorHasAcceptedIsNeverToldAsNothingLeft(t *testing.T) {
	t.Parallel()
	now := Now{Clock: Clock{Now: high, Location: time.UTC}}
	whole := &engine.Saga{Verified: engine.At(time.Date(2026, 11, 23, 14, 3, 22, 0, time.UTC))}
	for _, c := range []struct {
		status                engine.Status
		residue, accepted     int
		outcome, news, beside string
	}{
		{engine.RolledBack, 0, 0, "0 left", "7 rolled back, 0 left", "0 left · looked 14:03"},
		{engine.RolledBack, 0, 1, "1 accepted", "7 rolled back, 1 accepted", "1 accepted · looked 14:03"},
		{engine.RolledBack, 0, 2, "2 accepted", "7 rolled back, 2 accepted", "2 accepted · looked 14:03"},
		{engine.Failed, 1, 0, "1 left", "7 failed, 1 left behind", "1 left behind, looked at 14:03:22: nothing left"},
		{engine.Failed, 1, 2, "1 left, 2 accepted", "7 failed, 1 left behind, 2 accepted", "1 left behind, 2 accepted, looked at 14:03:22: nothing else left"},
	} {
		s := engine.Summary{Short: "7", Status: c.status, Residue: c.residue, Accepted: c.accepted}
		if got := Outcome(&s); got != c.outcome {
			t.Errorf("%+v: outcome %q", c, got)
		}
		if got, _, _ := AtRest([]engine.Summary{s}); got != c.news {
			t.Errorf("%+v: news %q", c, got)
		}
		if got := now.InShort(&s, whole, "·"); got != c.beside {
			t.Errorf("%+v: beside a list %q", c, got)
		}
		whole.Summary = s
		for _, typ := range []engine.EntryType{engine.EntryVerified, engine.EntrySagaRolledBack} {
			text, _ := Entry(whole, &engine.Entry{Type: typ, Left: []string{}})
			if c.accepted > 0 && (strings.Contains(text, "nothing left") || strings.Contains(text, "nothing is left") || strings.Contains(text, "0 left")) {
				t.Errorf("%+v: %s is told as %q", c, typ, text)
			}
		}
	}
	s := engine.Summary{Status: engine.RolledBack, Accepted: 1}
	if got := now.Standing(&s, &engine.Saga{Summary: s}); got != "1 accepted, not looked at again" {
		t.Errorf("nobody has looked: %q", got)
	}
}
