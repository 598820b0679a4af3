package engine_test

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// What the store refuses has begun nothing: its worker goes to the next saga.
func TestARefusedLaunchKeepsNoWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Workers: 1, Steps: []engine.Step{enginetest.Echo()}})
		l := engine.Launch{Kind: "adhoc", Steps: []string{"echo"}}
		l.Docs = []engine.DocChange{{Doc: engine.Doc{Collection: "things", Name: "one", Body: json.RawMessage("{}")}, IfVersion: 7}}
		if _, err := s.Start(t.Context(), l); !errors.Is(err, engine.ErrConflict) {
			t.Fatalf("%v, want ErrConflict", err)
		}
		next, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if sg, err := s.Saga(t.Context(), next.ID); err != nil || sg.Status != engine.Completed {
			t.Errorf("the next saga is %s, waiting on %+v: %v", sg.Status, sg.Waiting, err)
		}
	})
}
