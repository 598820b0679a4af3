package engine

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// TestRandomEntriesAreTakenWholeOrRefusedWhole folds entries that nobody made sense of. None may panic, and one that is refused
// leaves the saga as it was, to the last field.
func TestRandomEntriesAreTakenWholeOrRefusedWhole(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 14))
	taken, refused := 0, 0
	for range 3000 {
		s := history(t, 1+r.IntN(3))
		for range 30 {
			e := randomEntry(r, s)
			before := s.clone()
			if err := s.Apply(&e); err == nil {
				taken++
				continue
			}
			refused++
			if !reflect.DeepEqual(s.clone(), before) {
				t.Fatalf("entry %+v was refused and changed the saga:\n%+v\nwas\n%+v", e, s, before)
			}
		}
		if got := Next(s, World{Now: time.Unix(9000, 0), Knows: func(string) bool { return true }, Looks: func(string) bool { return false }}); got.Do < DoExecute || got.Do > DoRest {
			t.Fatalf("no move: %+v", got)
		}
	}
	if taken < 3000 || refused < 3000 {
		t.Errorf("%d were taken and %d refused: the test proves little", taken, refused)
	}
}

// randomEntry is any entry: often one that fits, often not.
func randomEntry(r *rand.Rand, s *Saga) Entry {
	types := []EntryType{
		EntryCreated, EntryWaiting, EntryCancelRequested, EntryStepStarted, EntryStepSaved, EntryAttemptFailed, EntryStepCompleted,
		EntryStepFailed, EntryInterrupted, EntryRollbackStarted, EntryCompensating, EntryCompensationSaved, EntryCompensationRetried,
		EntryCompensated, EntryCompensationFailed, EntryRetryRequested, EntryPaused, EntryResumed, EntrySkipped, EntryVerified,
		EntryIdle, EntryWaitEnded, EntryWaitMoved, EntryResolved, EntryLogged, EntrySagaCompleted, EntrySagaRolledBack, EntrySagaFailed, "vanished", "",
	}
	e := Entry{V: entryVersion, Seq: s.Seq + 1, At: At(time.Unix(2000+int64(s.Seq), 0)), Type: types[r.IntN(len(types))]}
	e.Idx, e.Attempt = r.IntN(4)-r.IntN(2), r.IntN(3)
	if r.IntN(3) > 0 {
		e.Idx = len(s.Rows) - r.IntN(2)
	}
	if from := r.IntN(12) - 8; r.IntN(2) == 0 {
		e.From = &from
	} else if r.IntN(2) == 0 {
		from := len(s.Rows) - 1
		e.From = &from
	}
	if next := At(time.Unix(5000, 0)); r.IntN(2) == 0 {
		e.Next = &next
	}
	e.Blocked, e.Resumed, e.Undoable = r.IntN(4) == 0, r.IntN(4) == 0, r.IntN(2) == 0
	if r.IntN(3) == 0 {
		e.Put = map[string]json.RawMessage{"snapshot_id": json.RawMessage(`7`), "x_monthly_usd": json.RawMessage(`"no"`)}
	}
	switch r.IntN(30) {
	case 0:
		e.V = r.IntN(5)
	case 1:
		e.Seq = uint64(r.IntN(5))
	case 2:
		e.Resources = []ResourceChange{{}}
	case 3:
		e.Created = &Created{ID: "x"}
	case 4:
		e.On = "an operator: paused"
	}
	return e
}

func TestFoldRefusesWhatNoBuildWrites(t *testing.T) {
	t.Parallel()
	start, far := Entry{Type: EntryStepStarted, Attempt: 1}, -7
	for name, tc := range map[string]struct {
		past []Entry
		e    Entry
	}{
		"no time for the next attempt": {[]Entry{start}, Entry{Type: EntryAttemptFailed, Error: "e"}},
		"no form":                      {nil, Entry{V: -entryVersion, Type: EntryPaused}},
		"a rollback from row -7":       {[]Entry{start, {Type: EntryStepFailed}}, Entry{Type: EntryRollbackStarted, From: &far}},
		"a start after the end":        {[]Entry{start, {Type: EntryStepCompleted}, {Type: EntrySagaCompleted}}, start},
		"an undo going forward":        {[]Entry{start}, Entry{Type: EntryCompensating}},
		"a resource from nowhere":      {[]Entry{start}, Entry{Type: EntryStepCompleted, Resources: []ResourceChange{{}}}},
		"a row out of turn":            {nil, Entry{Type: EntryStepStarted, Idx: 1}},
		"a pause after the end":        {[]Entry{start, {Type: EntryStepCompleted}, {Type: EntrySagaCompleted}}, Entry{Type: EntryPaused}},
		"an end before the end":        {[]Entry{start}, Entry{Type: EntrySagaCompleted}},
	} {
		s := history(t, 1, tc.past...)
		tc.e.V, tc.e.Seq = entryVersion+tc.e.V, s.Seq+1
		if err := s.Apply(&tc.e); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestSentencesOfOlderBuildsAreReadOnce(t *testing.T) {
	t.Parallel()
	for sentence, want := range map[string]Waiting{
		"saga cafe0001": {For: ForSaga, Because: BecauseLocked, Saga: "cafe0001"},
		"an operator: paused; resume lets it go on":                                               {For: ForOperator, Because: BecausePaused},
		"an operator: the process died 10 times in a row during this step; retry starts it again": {For: ForOperator, Because: BecauseDied, N: 10},
		"an operator: step 1 fail failed: out of luck: retry, skip or cancel":                     {For: ForOperator, Because: BecauseFailed, Text: "step 1 fail failed: out of luck"},
		"step gone, which this build does not have":                                               {For: ForBuild, Because: BecauseUnknown, Step: "gone"},
		"the token is refused: 401 Unable to authenticate you":                                    {For: ForProvider, Because: BecauseRefused, Text: "the token is refused: 401 Unable to authenticate you"},
	} {
		s := history(t, 1, Entry{Type: EntryWaiting, On: sentence})
		if len(s.Waiting) != 1 || s.Waiting[0] != want {
			t.Errorf("%q is read as %+v, want %+v", sentence, s.Waiting, want)
		}
	}
}

func TestAPausedSagaThatWaitsForALockSaysBoth(t *testing.T) {
	t.Parallel()
	by := &Actor{Name: "ops1"}
	s := history(t, 1, Entry{Type: EntryPaused, By: by})
	m := Next(s, World{Holder: "cafe0001", Knows: func(string) bool { return true }})
	want := []Waiting{{For: ForOperator, Because: BecausePaused, By: "ops1"}, {For: ForSaga, Because: BecauseLocked, Saga: "cafe0001"}}
	if m.Do != DoWait || !reflect.DeepEqual(m.Waiting, want) {
		t.Errorf("it does %+v", m)
	}
	undecided := history(t, 1, Entry{Type: EntryStepStarted, Attempt: 1}, Entry{Type: EntryStepFailed, Error: "e"}, Entry{Type: EntryPaused, By: by})
	undecided.OnFailure = OnFailurePause
	if m := Next(undecided, World{}); len(m.Waiting) != 2 || m.Waiting[0].Because != BecauseFailed || m.Waiting[1].Because != BecausePaused {
		t.Errorf("paused and undecided, it does %+v", m)
	}
	undecided.Waiting = m.Waiting
	if err := undecided.Refuses(VerbRetry); err == nil {
		t.Error("a paused saga is retried")
	}
}
