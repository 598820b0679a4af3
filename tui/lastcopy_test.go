package tui

import (
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// A roll back that would delete the only copy of a droplet that is gone says so before, and its answer is called what it does.
func TestTheLastCopyIsNamedBeforeItIsDeleted(t *testing.T) {
	t.Parallel()
	made := func(x *exhibit, short, snapshot string) {
		c := x.carve(short, "snapshot_droplet", "old-db (482901)", "ops1", 30*day, "create_droplet_snapshot").start(0).done(0, "")
		c.entries[len(c.entries)-1].Resources = []engine.ResourceChange{{After: &engine.Resource{Type: "droplet_snapshot", ExternalID: snapshot}}}
		c.end(engine.EntrySagaCompleted).keep()
	}
	backend := func() Backend {
		x := newExhibit(t)
		made(x, "1a57c0b1", "229305623")
		made(x, "0b0a0c0d", "229305620")
		return x.session(enginetest.Ops)
	}
	for _, size := range []size{{80, 24}, {120, 40}} {
		onStage(t, size.w, size.h, backend, func(c *Config) { c.Inventory = park{} }, func(s *stage) {
			s.goToSaga("1a57c0b1")
			s.press("X")
			s.has("This is the last copy of droplet 482901.")
			s.has("cannot be brought back")
			s.has("$4.92 a month")
			s.has("[ Delete the last copy ]")
			s.press("esc")
			s.goToSaga("0b0a0c0d") // of this droplet there is another
			s.press("X")
			s.hasNot("last copy")
			s.has("[ Roll back ]")
			s.press("esc", "space")
			s.goToSaga("1a57c0b1")
			s.press("space", "X")
			s.has("This is the last copy of droplet 482901.")
		})
	}
}
