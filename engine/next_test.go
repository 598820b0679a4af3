package engine

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// history folds entries given by type, so that a table can name a saga's past in a few words.
func history(t *testing.T, steps int, entries ...Entry) *Saga {
	t.Helper()
	names := strings.Fields(strings.Repeat("s ", steps))
	all := append([]Entry{{Type: EntryCreated, Created: &Created{ID: "01890000-0000-7000-8000-00000000abcd", Kind: "k", StepNames: names}}}, entries...)
	for i := range all {
		all[i].V, all[i].Seq, all[i].At = entryVersion, uint64(i+1), At(time.Unix(int64(1000+i), 0))
	}
	s, err := Fold(all)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNextFollowsItsRules(t *testing.T) {
	t.Parallel()
	start := func(i int) Entry { return Entry{Type: EntryStepStarted, Idx: i, Attempt: 1, Undoable: true} }
	done := func(i int) Entry { return Entry{Type: EntryStepCompleted, Idx: i} }
	failed := func(i int) Entry { return Entry{Type: EntryStepFailed, Idx: i, Error: "e"} }
	saved := func(i int) Entry { return Entry{Type: EntryStepSaved, Idx: i} }
	cancel := Entry{Type: EntryCancelRequested}
	back := func(from int) Entry { return Entry{Type: EntryRollbackStarted, From: &from, Reason: "r"} }
	undoing := func(i int) Entry { return Entry{Type: EntryCompensating, Idx: i, Attempt: 1} }
	undone := func(i int) Entry { return Entry{Type: EntryCompensated, Idx: i} }
	stuck := func(i int) Entry { return Entry{Type: EntryCompensationFailed, Idx: i, Error: "e"} }
	soon := At(time.Unix(5000, 0))
	later := func(i int) Entry { return Entry{Type: EntryAttemptFailed, Idx: i, Error: "e", Next: &soon} }
	free := World{Now: time.Unix(4000, 0), Knows: func(string) bool { return true }, Looks: func(string) bool { return false }}
	held, poor, due, looks := free, free, free, free
	looks.Looks = func(string) bool { return true }
	lookDue, lookFrozen := looks, looks
	lookDue.Now, lookFrozen.Frozen = soon.Time, true
	unseen := Entry{Type: EntryVerified, Error: "503", Next: &soon}
	dark := Waiting{For: ForProvider, Because: BecauseUnseen, N: 1, Text: "503", Until: soon}
	held.Holder, poor.Knows, due.Now = "cafe0001", func(string) bool { return false }, soon.Time

	for name, tc := range map[string]struct {
		past []Entry
		w    World
		want Move
	}{
		"a new saga starts its first step":         {nil, free, Move{Do: DoExecute, Attempt: 1}},
		"a lock held by another is waited for":     {nil, held, Move{Do: DoWait, Waiting: []Waiting{{For: ForSaga, Because: BecauseLocked, Saga: "cafe0001"}}}},
		"an unknown step is waited for":            {nil, poor, Move{Do: DoWait, Waiting: []Waiting{{For: ForBuild, Because: BecauseUnknown, Step: "s"}}}},
		"a canceled new saga turns round":          {[]Entry{cancel}, free, Move{Do: DoRollback, From: -1, Reason: "canceled"}},
		"after a step the next one starts":         {[]Entry{start(0), done(0)}, free, Move{Do: DoExecute, Idx: 1, Attempt: 1}},
		"after the last step it is completed":      {[]Entry{start(0), done(0), start(1), done(1)}, free, Move{Do: DoEnd, Status: Completed}},
		"an interrupted step runs again":           {[]Entry{start(0)}, free, Move{Do: DoExecute, Attempt: 2, Resumed: true}},
		"a retry waits for its time":               {[]Entry{start(0), later(0)}, free, Move{Do: DoWait, Until: soon.Time}},
		"a retry starts when it is due":            {[]Entry{start(0), later(0)}, due, Move{Do: DoExecute, Attempt: 2}},
		"a cancel fails the unfinished row":        {[]Entry{start(0), cancel}, free, Move{Do: DoFailRow, Reason: "canceled"}},
		"no step starts after a cancel":            {[]Entry{start(0), done(0), cancel}, free, Move{Do: DoRollback, From: 0, Reason: "canceled"}},
		"a clean failure undoes the rows below":    {[]Entry{start(0), done(0), start(1), failed(1)}, free, Move{Do: DoRollback, From: 0, Reason: "step_failed:e"}},
		"a dirty failure undoes itself too":        {[]Entry{start(0), done(0), start(1), saved(1), failed(1)}, free, Move{Do: DoRollback, From: 1, Reason: "step_failed:e"}},
		"the walk starts at the top":               {[]Entry{start(0), done(0), start(1), done(1), back(1)}, free, Move{Do: DoCompensate, Idx: 1, Attempt: 1}},
		"the walk goes down":                       {[]Entry{start(0), done(0), start(1), done(1), back(1), undoing(1), undone(1)}, free, Move{Do: DoCompensate, Idx: 0, Attempt: 1}},
		"the walk goes past what gave up":          {[]Entry{start(0), done(0), start(1), done(1), back(1), undoing(1), stuck(1)}, free, Move{Do: DoCompensate, Idx: 0, Attempt: 1}},
		"an orderly shutdown is no death":          {[]Entry{start(0), {Type: EntryInterrupted}}, free, Move{Do: DoExecute, Attempt: 2}},
		"nothing to undo waits for nobody":         {[]Entry{back(-1)}, held, Move{Do: DoEnd, Status: RolledBack}},
		"an interrupted compensation runs again":   {[]Entry{start(0), done(0), back(0), undoing(0)}, free, Move{Do: DoCompensate, Idx: 0, Attempt: 2, Resumed: true}},
		"a clean failed row has nothing to undo":   {[]Entry{start(0), failed(0), back(0)}, free, Move{Do: DoEnd, Status: RolledBack}},
		"with all undone it is rolled back":        {[]Entry{start(0), done(0), back(0), undoing(0), undone(0)}, free, Move{Do: DoEnd, Status: RolledBack}},
		"what is undone is looked at again":        {[]Entry{start(0), done(0), back(0), undoing(0), undone(0)}, looks, Move{Do: DoVerify}},
		"a look in vain is made again":             {[]Entry{start(0), done(0), back(0), undoing(0), undone(0), unseen}, looks, Move{Do: DoWait, Until: soon.Time, Waiting: []Waiting{dark}}},
		"when its time has come":                   {[]Entry{start(0), done(0), back(0), undoing(0), undone(0), unseen}, lookDue, Move{Do: DoVerify}},
		"a look is not made while all is frozen":   {[]Entry{start(0), done(0), back(0), undoing(0), undone(0), unseen}, lookFrozen, Move{Do: DoHold}},
		"a retry looks now":                        {[]Entry{start(0), done(0), back(0), undoing(0), undone(0), unseen, {Type: EntryRetryRequested}}, looks, Move{Do: DoVerify}},
		"without a look it ends":                   {[]Entry{start(0), done(0), back(0), undoing(0), undone(0), unseen, {Type: EntryVerified, Error: "503"}}, looks, Move{Do: DoEnd, Status: RolledBack}},
		"it is looked at once":                     {[]Entry{start(0), done(0), back(0), undoing(0), undone(0), {Type: EntryVerified}}, looks, Move{Do: DoEnd, Status: RolledBack}},
		"a paused saga waits":                      {[]Entry{start(0), done(0), {Type: EntryPaused}}, free, Move{Do: DoWait, Waiting: []Waiting{{For: ForOperator, Because: BecausePaused}}}},
		"a cancel goes past a pause":               {[]Entry{start(0), done(0), {Type: EntryPaused}, cancel}, free, Move{Do: DoRollback, From: 0, Reason: "canceled"}},
		"with something left it is failed":         {[]Entry{start(0), done(0), back(0), undoing(0), stuck(0)}, free, Move{Do: DoEnd, Status: Failed}},
		"a step this build lacks is given up":      {[]Entry{start(0), done(0), back(0)}, poor, Move{Do: DoGiveUp, Reason: "this build has no step s: undo it with a build that has it, or resolve the row"}},
		"a rollback waits for its locks":           {[]Entry{start(0), done(0), back(0)}, held, Move{Do: DoWait, Waiting: []Waiting{{For: ForSaga, Because: BecauseLocked, Saga: "cafe0001"}}}},
		"a completed saga rests":                   {[]Entry{start(0), done(0), start(1), done(1), {Type: EntrySagaCompleted}}, free, Move{Do: DoRest}},
		"a failed saga rests":                      {[]Entry{start(0), done(0), back(0), undoing(0), stuck(0), {Type: EntrySagaFailed}}, free, Move{Do: DoRest}},
		"a resolved failed saga is rolled back":    {[]Entry{start(0), done(0), back(0), undoing(0), stuck(0), {Type: EntrySagaFailed}, {Type: EntryResolved}}, free, Move{Do: DoEnd, Status: RolledBack}},
		"a retried failed saga undoes what's left": {[]Entry{start(0), done(0), back(0), undoing(0), stuck(0), {Type: EntrySagaFailed}, {Type: EntryRetryRequested}}, free, Move{Do: DoCompensate, Idx: 0, Attempt: 2}},
	} {
		if got := Next(history(t, 2, tc.past...), tc.w); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestRetryPolicyGrowsIsBoundedAndObeysTheServer(t *testing.T) {
	t.Parallel()
	full := func() float64 { return 1 }
	p := RetryPolicy{First: time.Second, Factor: 2, Most: 10 * time.Second, Attempts: 8, Within: time.Hour}
	for failures, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 5: 10 * time.Second, 7: 10 * time.Second} {
		if got, ok := p.Next(failures, 0, 0, full); !ok || got != want {
			t.Errorf("after %d failures: %s %v, want %s", failures, got, ok, want)
		}
	}
	if got, ok := p.Next(1, 0, time.Minute, full); !ok || got != time.Minute {
		t.Errorf("the server asked for a minute: %s %v", got, ok)
	}
	if got, _ := p.Next(3, 0, 0, func() float64 { return 0 }); got != 0 {
		t.Errorf("full jitter reaches down to zero, got %s", got)
	}
	if _, ok := p.Next(8, 0, 0, full); ok {
		t.Error("the attempts are spent")
	}
	if _, ok := p.Next(2, time.Hour, 0, full); ok {
		t.Error("the time is spent")
	}
}

func TestFoldRefusesWhatDoesNotFollow(t *testing.T) {
	t.Parallel()
	s := history(t, 1)
	for name, e := range map[string]Entry{
		"a gap":            {V: 1, Seq: 3, Type: EntryWaiting},
		"a repetition":     {V: 1, Seq: 1, Type: EntryWaiting},
		"a newer form":     {V: entryVersion + 1, Seq: 2, Type: EntryWaiting},
		"an unknown type":  {V: 1, Seq: 2, Type: "vanished"},
		"a row not there":  {V: 1, Seq: 2, Type: EntryStepCompleted, Idx: 4},
		"a second created": {V: 1, Seq: 2, Type: EntryCreated},
	} {
		if err := s.Apply(&e); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if s.Seq != 1 {
		t.Errorf("the saga moved to %d", s.Seq)
	}
}
