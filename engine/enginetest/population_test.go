package enginetest_test

import (
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// TestPopulationIsSound fills two stores, in two parts: all invariants hold, the file is whole, and the mix is as said.
func TestPopulationIsSound(t *testing.T) {
	t.Parallel()
	file := open(t)
	for _, store := range []engine.Store{storagetest.NewMemory(), file} {
		for _, p := range []enginetest.Population{{To: 200}, {From: 200, To: 500, Unfinished: 20}} {
			if err := p.Fill(t.Context(), store); err != nil {
				t.Fatal(err)
			}
		}
		enginetest.Sound(t, store)
		c, err := store.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.Total != 500 || c.Active() != 20 || c.ByStatus[engine.Completed] != 446 || c.ByStatus[engine.RolledBack] != 29 || c.ByStatus[engine.Failed] != 5 {
			t.Errorf("%+v", c)
		}
	}
	if r, err := file.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("check: %v %v", err, r.Problems)
	}
}
