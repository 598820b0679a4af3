package tui

import (
	"maps"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/say"
)

// Kinds are chosen by what they act on, in each group the most used first; a filter finds the name of a group too.
func TestKindsAreGroupedByWhatTheyActOn(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("n")
		text := s.text()
		last := 0
		for _, want := range []string{"DROPLETS", "snapshot_droplet", "DNS", "upsert_dns_record", "delete_dns_record", "PRACTICE", "snapshot_then_dns"} {
			at := strings.Index(text, want)
			if at < last {
				t.Errorf("%s stands at %d, after %d:\n%s", want, at, last, text)
			}
			last = at
		}
		s.write("practice")
		s.has("snapshot_then_dns")
		s.hasNot("delete_dns_record")
		s.press("enter")
		s.has("new saga › snapshot_then_dns")
	})
}

// A kind is found by its name, also where one before it speaks of it.
func TestAKindIsChosenByItsName(t *testing.T) {
	t.Parallel()
	kinds := []engine.Kind{{Name: "hibernate_droplet", Summary: "sleeps; wake_droplet makes one like it"}, {Name: "wake_droplet_later"}, {Name: "wake_droplet"}, {Name: "a_wake"}}
	for typed, want := range map[string]string{"wake_droplet": "wake_droplet", "wake": "wake_droplet_later", "a_w": "a_wake", "one like": "hibernate_droplet", "": "hibernate_droplet"} {
		var k launchKinds
		k.filter.Set(typed)
		k.find(kinds)
		if got, _ := k.chosen(); got.Name != want {
			t.Errorf("%q chooses %s, want %s", typed, got.Name, want)
		}
	}
}

// What is on its way back shows what is put back, and not what it wanted to be.
func TestASagaOnItsWayBackShowsWhatIsPutBack(t *testing.T) {
	t.Parallel()
	backend := func() Backend {
		x := newExhibit(t)
		c := x.carve("ba0c0001", "upsert_dns_record", "A app2.example.com", "ops2", 5e9, "upsert_dns_record").worth("203.0.113.20", 0)
		c.entries[0].Created.Was = "203.0.113.9"
		c.start(0).done(0, "").cancel("ops2", "").back(0, "canceled").undoing(0).keep()
		return x.session(enginetest.Ops)
	}
	for _, size := range []size{{80, 24}, {120, 40}, {160, 45}} {
		onStage(t, size.w, size.h, backend, nil, func(s *stage) {
			s.has("A app2.example.com ← 203.0.113.9")
			s.goToSaga("ba0c0001")
			if size.w == 80 {
				s.has("A app2.example.com 203.0.113.20 ← 203.0.113.9")
			}
		})
	}
}

// The heading of a band counts the rows below it, also while a saga that has ended still stands where it was.
func TestAHeadingCountsTheRowsBelowIt(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.has("under way 3 ─")
		l := s.list()
		s.press("down")
		ends := *l.current()
		ends.Status, ends.Seq = engine.Completed, ends.Seq+1
		counts := s.app.env.State.Counts
		counts.ByStatus = map[engine.Status]int{}
		maps.Copy(counts.ByStatus, s.app.env.State.Counts.ByStatus)
		counts.ByStatus[engine.Completed]++
		counts.ByStatus[engine.Running]--
		done := s.app.env.State.Done()
		s.send(changesMsg{changed: Fresh{Summaries: []engine.Summary{ends}}, counts: counts})
		s.has("under way 3 ─") // it is still there
		s.has("at rest " + say.Thousands(done) + " ─")
		s.press("down", "up")
		s.has("under way 2 ─")
		s.has("at rest " + say.Thousands(done+1) + " ─")
	})
}
