package engine_test

import (
	"slices"
	"testing"

	"arcadia/engine"
)

// A saga of a build that did not say what it touched stands under its locks whole, so that the order of undos holds in an old
// store as well.
func TestASagaOfAnOlderBuildTouchesAllUnderItsLocks(t *testing.T) {
	t.Parallel()
	at := engine.At(engine.Time{}.AddDate(2000, 0, 0))
	ledger := func(touched []engine.Touch, end engine.EntryType) []engine.Entry {
		from := -1
		all := []engine.Entry{
			{Type: engine.EntryCreated, Ticket: 2, Created: &engine.Created{ID: "00dc6ad1-8f5a-7020-94d8-d80c91d82fe2", Kind: "adhoc", StepNames: []string{"make"}, Locks: []string{"dns:example.com/www"}}},
			{Type: engine.EntryStepStarted, Attempt: 1, Undoable: true},
			{Type: engine.EntryStepCompleted, Attempt: 1},
			{Type: engine.EntrySagaCompleted, Touched: touched},
		}
		if end == engine.EntryRollbackWithdrawn {
			from = 0
			all = append(all, engine.Entry{Type: engine.EntryRollbackStarted, From: &from, Reason: "rollback_requested", Ticket: 3}, engine.Entry{Type: end, Reason: "rollback_withdrawn:because"})
		}
		for i := range all {
			all[i].V, all[i].Seq, all[i].At = 1, uint64(i+1), at
		}
		return all
	}
	for name, c := range map[string]struct {
		touched []engine.Touch
		end     engine.EntryType
		want    []string
	}{
		"an older build":           {nil, "", []string{"dns:example.com/www", "dns:example.com/www *"}},
		"nothing":                  {[]engine.Touch{}, "", nil},
		"a part":                   {[]engine.Touch{{Name: "dns:example.com/www", Part: "A"}}, "", []string{"dns:example.com/www", "dns:example.com/www A"}},
		"a rollback was withdrawn": {[]engine.Touch{{Name: "x"}}, engine.EntryRollbackWithdrawn, []string{"x", "x *"}},
	} {
		s, err := engine.Fold(ledger(c.touched, c.end))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Standing(); !slices.Equal(got, c.want) || s.Status != engine.Completed || s.Ticket != 0 {
			t.Errorf("%s: stands under %q, want %q; %s with ticket %d", name, got, c.want, s.Status, s.Ticket)
		}
		if withdrawn := s.Withdrawn(); (withdrawn == "because") != (c.end != "") {
			t.Errorf("%s: withdrawn %q", name, withdrawn)
		}
	}
}
