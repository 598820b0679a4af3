package bolt_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
)

// A ledger that is whole by its checksums and breaks an invariant all the same is found.
func TestCheckFindsBrokenInvariants(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "private", "arcadia.db")
	s, err := bolt.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	eng, err := engine.New(s, engine.Config{Steps: []engine.Step{enginetest.Echo()}, Kinds: []engine.Kind{enginetest.Kind}})
	if err != nil {
		t.Fatal(err)
	}
	saga, err := eng.As(engine.Actor{Name: "ops1", Role: engine.Operator}).Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
	if err != nil {
		t.Fatal(err)
	}
	// The header says completed, and no entry does.
	wrong := saga.Summary
	wrong.Seq, wrong.Status = saga.Seq+1, engine.Completed
	entry := engine.Entry{V: 1, Seq: wrong.Seq, At: saga.CreatedAt, Type: engine.EntryWaiting, On: "nothing"}
	if err := errors.Join(s.Append(t.Context(), engine.Batch{ID: saga.ID, After: saga.Seq, Entries: []engine.Entry{entry}, Summary: wrong}), s.Close()); err != nil {
		t.Fatal(err)
	}
	v, err := bolt.Examine(t.Context(), file)
	if err != nil || v.Sagas != 1 || !slices.ContainsFunc(v.Problems, func(p string) bool { return strings.HasPrefix(p, "I") && strings.Contains(p, saga.Short) }) {
		t.Errorf("found %+v, %v", v, err)
	}
}
