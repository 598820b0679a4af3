package engine

import (
	"testing"
	"time"
)

// tableRule is one line of Next's table: how it comes to hold, whatever holds already, and what Next says then.
type tableRule struct {
	holds func(s *Saga, w *World)
	do    Do
	why   Because
}

// TestNextTakesTheFirstRuleThatHolds lets the rules of the table hold together, from the last one up: each time the one that came
// last decides.
func TestNextTakesTheFirstRuleThatHolds(t *testing.T) {
	t.Parallel()
	start := Entry{Type: EntryStepStarted, Attempt: 1, Undoable: true}
	done, failed := Entry{Type: EntryStepCompleted}, Entry{Type: EntryStepFailed, Error: "e"}
	from := 0
	back, undoing := Entry{Type: EntryRollbackStarted, From: &from, Reason: "r"}, Entry{Type: EntryCompensating, Attempt: 1}
	later := At(time.Unix(5000, 0))

	isDue := func(s *Saga, _ *World) { s.Rows[0].NextAttemptAt = later }
	isPaused := func(s *Saga, w *World) { s.Paused, w.Holder = true, "cafe0001" }
	isFrozen := func(_ *Saga, w *World) { w.Frozen = true }
	isUnknown := func(_ *Saga, w *World) { w.Knows = func(string) bool { return false } }
	isCopied := func(_ *Saga, w *World) { w.Review = ReviewDue }
	isCanceled := func(s *Saga, _ *World) { s.CancelRequested = true }
	for name, c := range map[string]struct {
		past  []Entry
		free  Do // what it does when none of the rules holds
		rules []tableRule
	}{
		"a step under way": {[]Entry{start}, DoExecute, []tableRule{
			{isDue, DoWait, ""},
			{func(s *Saga, _ *World) { s.Rows[0].deaths = maxDeaths }, DoWait, BecauseDied},
			{isCopied, DoReview, ""},
			{isUnknown, DoWait, BecauseUnknown},
			{isFrozen, DoHold, ""},
			{isPaused, DoWait, BecausePaused},
			{isCanceled, DoFailRow, ""},
		}},
		"a step to come": {nil, DoExecute, []tableRule{
			{func(_ *Saga, w *World) { w.Asks = func(string) bool { return true } }, DoAsk, ""},
			{isCopied, DoReview, ""},
			{isUnknown, DoWait, BecauseUnknown},
			{isFrozen, DoHold, ""},
			{isPaused, DoWait, BecausePaused},
			{func(s *Saga, _ *World) {
				s.Approval = &Approval{Demand: Demand{Need: 1}, Idx: -1, AskedAt: later, Until: later}
			}, DoWait, BecauseUnapproved},
			{func(s *Saga, _ *World) { s.CurrentStepIdx = len(s.StepNames) }, DoEnd, ""},
			{isCanceled, DoRollback, ""},
		}},
		"a step that has failed": {[]Entry{start, failed}, DoRollback, []tableRule{
			{isUnknown, DoRollback, ""},
			{isFrozen, DoRollback, ""},
			{isPaused, DoRollback, ""},
			{func(s *Saga, _ *World) { s.OnFailure = OnFailurePause }, DoWait, BecauseFailed},
			{func(s *Saga, _ *World) { s.Passed = "a snapshot" }, DoWait, BecauseStuck},
		}},
		"an undoing under way": {[]Entry{start, done, back, undoing}, DoCompensate, []tableRule{
			{isDue, DoWait, ""},
			{func(s *Saga, _ *World) { s.Rows[0].Compensation.deaths = maxDeaths }, DoWait, BecauseDied},
			{isUnknown, DoGiveUp, ""},
			{isFrozen, DoHold, ""},
			{func(s *Saga, _ *World) { s.Rows[0].Final, s.Rows[0].Undoable = "gone", false }, DoGiveUp, ""},
			{func(_ *Saga, w *World) { w.Barred = "a later saga" }, DoWithdraw, ""},
			{isPaused, DoWait, BecausePaused},
			{func(s *Saga, _ *World) { s.Rows[0].Final = "" }, DoEnd, ""},
		}},
	} {
		s := history(t, 1, c.past...)
		w := World{Now: time.Unix(4000, 0), Knows: func(string) bool { return true }, Looks: func(string) bool { return false }}
		if m := Next(s, w); m.Do != c.free {
			t.Errorf("%s: %+v, want %d", name, m, c.free)
		}
		for i, r := range c.rules {
			r.holds(s, &w)
			m := Next(s, w)
			why := Because("")
			if len(m.Waiting) > 0 {
				why = m.Waiting[0].Because
			}
			if m.Do != r.do || why != r.why {
				t.Errorf("%s, with the last %d rules: %+v, want %d because %q", name, i+1, m, r.do, r.why)
			}
		}
	}
}
