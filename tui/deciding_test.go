package tui

import (
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// carveConflict adds a saga whose undo has found somebody else's change.
func carveConflict(x *exhibit) {
	c := x.carve("8a4be790", "upsert_dns_record", "A shop.example.com", "ops1", 20*time.Second, "upsert_dns_record").start(0).
		done(0, `{"outcome":"updated"}`).end(engine.EntrySagaCompleted)
	from := 0
	c.add(engine.Entry{Type: engine.EntryRollbackStarted, From: &from, Reason: "rollback_requested", By: &engine.Actor{Name: "ops1"}, Why: "it moves next week after all"}).undoing(0).
		add(engine.Entry{Type: engine.EntryCompensationFailed, Idx: 0, Attempt: 1, Error: "conflict", Conflict: &engine.Conflict{
			Subject: "A shop.example.com", Prior: "203.0.113.77 ttl 1800", Written: "203.0.113.20 ttl 300", Live: "198.51.100.7 ttl 300", Overwritable: true,
		}}).end(engine.EntrySagaFailed).keep()
}

func TestADecisionLooksAsDrawn(t *testing.T) {
	t.Parallel()
	for name, way := range map[string][]string{"decide-conflict": {"!", "!"}, "decide-anyway": {"!", "!", "j", "enter"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, name)
			for _, size := range sizes {
				backend := func() Backend {
					x := newExhibit(t)
					carveConflict(x)
					return x.session(enginetest.Ops)
				}
				onStage(t, size.w, size.h, backend, nil, func(s *stage) {
					s.press(way...)
					if name == "decide-anyway" {
						s.write("shop")
					}
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

// From "1 needs you" to decided it takes four keys, and nothing but what the footer says.
func TestAConflictIsDecidedWithFourKeys(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, b *counted) {
		c.bars.Store(true)
		id := atRest(s, b, "dns_then_fail")
		s.status(b, id, engine.Failed)
		s.has("1 needs you")
		for _, k := range []struct{ key, footer string }{{"!", "! needs me"}, {"enter", "enter keep theirs"}, {"tab", "tab next"}, {"enter", "enter keep theirs"}} {
			lines := strings.Split(s.text(), "\n")
			if foot := lines[len(lines)-1]; !strings.Contains(foot, k.footer) && k.key != "!" {
				s.tb.Errorf("the footer does not say %q: %s", k.footer, foot)
			}
			s.press(k.key)
		}
		enginetest.Rest(s.tb, b.Session, id)
		s.settle()
		s.status(b, id, engine.RolledBack)
		sg, err := b.Session.Saga(s.app.ctx, id)
		if err != nil || sg.Rows[0].Status != engine.RowResolved || sg.Rows[0].Compensation.Reason != "keep theirs" {
			s.tb.Errorf("row 0 is %+v (%v)", sg.Rows[0].Compensation, err)
		}
	})
}

// What cannot be taken back wants the name of the thing, a reason, and is done to what was shown only.
func TestUndoingAnywayIsTypedAndRecorded(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, c *cloud, b *counted) {
		c.bars.Store(true)
		c.yields.Store(true)
		id := atRest(s, b, "dns_then_fail")
		s.press("!")
		s.has("198.51.100.7 ttl 60")
		s.press("j", "enter", "tab", "enter")
		s.has("type app first")
		s.write("app")
		s.press("enter", "enter", "tab", "enter")
		s.has("say why: it is recorded")
		s.write("they asked me to")
		c.bars.Store(false)
		s.press("enter", "enter")
		enginetest.Rest(s.tb, b.Session, id)
		s.settle()
		s.status(b, id, engine.RolledBack)
		entries, err := b.Entries(s.app.ctx, id, 0)
		if err != nil {
			s.tb.Fatal(err)
		}
		said := false
		for _, e := range entries {
			said = said || e.Type == engine.EntryRetryRequested && e.Conflict != nil && e.Why == "they asked me to" && e.Conflict.Live == "198.51.100.7 ttl 60"
		}
		if !said {
			s.tb.Error("the ledger does not say who wrote over what, and why")
		}
	})
}
