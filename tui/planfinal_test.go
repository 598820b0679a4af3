package tui

import (
	"context"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// wipe deletes a snapshot for good.
type wipe struct{ engine.Step }

func newWipe() wipe {
	return wipe{enginetest.Step("delete_snapshot", func(_ context.Context, s *engine.State) error { s.Passed("snapshot 7"); return nil }, nil)}
}

func (wipe) Final() string { return "a deleted snapshot cannot be brought back" }

func (wipe) Inputs() []engine.Field {
	return []engine.Field{{Name: "snapshot", Label: "Snapshot", Type: engine.IntField, Required: true, Help: "the id of the snapshot"}}
}

func (wipe) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{
		Action: engine.ActDelete, Subject: "snapshot " + in["snapshot"],
		Fields: []engine.FieldChange{{Name: "size", From: "2.5 GiB, $0.15 a month"}},
	}, nil
}

func TestWhatCannotBeUndoneWantsItsNameTyped(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		s.kind("delete_snapshot")
		s.write("229305609")
		s.press("enter", "enter")
		s.has("cannot be undone: a deleted")
		s.has("Step 0 cannot be undone.")
		s.press("tab", "enter")
		s.has("type 229305609 first")
		s.write("229")
		s.press("tab", "tab", "tab", "enter")
		if n := b.starts.Load(); n != 0 {
			t.Fatalf("%d launches without the name", n)
		}
		s.write("305609")
		s.press("enter", "enter", "enter")
		if n := b.starts.Load(); n != 1 {
			t.Fatalf("%d launches, want 1\n%s", n, s.text())
		}
		s.wait(2 * pace)
		s.press("X")
		s.has("it cannot be undone: a deleted snapshot cannot be brought back")
	})
	live(t, 120, 40, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.fillDNS("203.0.113.20")
		s.press("enter")
		if strings.Contains(s.text(), "cannot be undone") {
			t.Error("a plan that can be undone says that it cannot")
		}
	})
}
