package main

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
	"arcadia/storage/transfer"
)

func file(t *testing.T) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "arcadia.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// all is everything that a store answers, but for its freezes.
func all(t *testing.T, s transfer.Source) string {
	t.Helper()
	ctx := t.Context()
	p, err := s.List(ctx, engine.Query{Limit: 1000})
	must(t, err)
	ledgers := map[engine.ID][]engine.Entry{}
	for i := range p.Items {
		ledgers[p.Items[i].ID], err = s.Entries(ctx, p.Items[i].ID, 0)
		must(t, err)
	}
	docs, err := s.Docs(ctx, "schedules")
	must(t, err)
	locks, err := s.Locks(ctx)
	must(t, err)
	return text(t, []any{p, ledgers, docs, locks})
}

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	must(t, err)
	return string(raw)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestACopyIsTheStoreFrozen carries a file's store into etcd and back, with documents, traces, resources and places in queues.
func TestACopyIsTheStoreFrozen(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	from, shared, back := file(t), opened(t, fresh()), file(t)
	n := 60
	if !testing.Short() {
		n = 900
	}
	must(t, enginetest.Population{To: n, Unfinished: 5}.Fill(ctx, from))
	must(t, from.PutDocs(ctx, storagetest.Document("nightly", `{"at":"03:00"}`, 0)))
	must(t, from.PutDocs(ctx, storagetest.Document("nightly", `{"at":"04:00"}`, 1)))
	must(t, from.PutFreeze(ctx, engine.Freeze{N: 1, At: engine.At(time.Now()), Why: "maintenance"}))
	if _, err := transfer.Copy(ctx, from, from, "x"); !errors.Is(err, transfer.ErrNotEmpty) {
		t.Errorf("into a store that is not empty: %v", err)
	}
	copied, err := transfer.Copy(ctx, from, shared, "a copy")
	must(t, err)
	now, err := shared.Now(ctx)
	must(t, err)
	must(t, shared.PutDocs(ctx, storagetest.Document("later", `1`, 0))) // what comes after the moment is not in the copy
	_, err = transfer.Copy(ctx, now, back, "a copy")
	must(t, err)
	if copied != n || all(t, from) != all(t, now) || all(t, from) != all(t, back) {
		t.Errorf("%d of %d sagas copied, or a copy that is another store", copied, n)
	}
	freezes, err := back.Freezes(ctx, 0)
	must(t, err)
	if len(freezes) != 3 || !freezes[0].Copy || !freezes[0].EndedAt.IsZero() || freezes[1].EndedAt.IsZero() || freezes[2].Why != "maintenance" {
		t.Errorf("freezes of the copy: %+v", freezes)
	}
}

// TestPruneTakesWhatAFileWouldTake compares with the store in a file.
func TestPruneTakesWhatAFileWouldTake(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, b := file(t), opened(t, fresh())
	for _, s := range []engine.Store{a, b} {
		must(t, enginetest.Population{To: 80, Unfinished: 3}.Fill(ctx, s))
	}
	for _, age := range []int{20, 50, 100} {
		want, err := a.Prune(ctx, enginetest.MemberCreated(age))
		must(t, err)
		have, err := b.Prune(ctx, enginetest.MemberCreated(age))
		must(t, err)
		if want != have || all(t, a) != all(t, b) {
			t.Errorf("before saga %d: %d pruned, a file prunes %d", age, have, want)
		}
	}
}
