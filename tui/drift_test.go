package tui

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/estate"
)

// beat is a patrol that finds what a test says.
type beat struct {
	mu      sync.Mutex
	found   map[string]estate.Drift
	changed chan struct{}
	asked   [][]string
}

func newBeat() *beat {
	at := engine.At(noon.Add(-3 * time.Minute))
	return &beat{changed: make(chan struct{}), found: map[string]estate.Drift{
		"droplet_snapshot/229305611": {State: estate.Deleted, CheckedAt: at},
		"droplet_snapshot/229305620": {State: estate.Modified, CheckedAt: at, Changes: []engine.FieldChange{
			{Name: "name", From: "arcadia-snap-9ad01c77", To: "kept\u202e"}, {Name: "regions", From: "ams3", To: "ams3 fra1"},
		}},
	}}
}

func (b *beat) Drifts() map[string]estate.Drift {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := map[string]estate.Drift{}
	maps.Copy(out, b.found)
	return out
}

func (b *beat) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func (b *beat) Check(_ context.Context, keys ...string) error {
	outside()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, keys)
	for _, k := range keys {
		b.found[k] = estate.Drift{State: estate.InSync, CheckedAt: engine.At(noon)}
	}
	close(b.changed)
	b.changed = make(chan struct{})
	if len(keys) == 0 {
		return errors.New("503 Service Unavailable")
	}
	return nil
}

func strays(context.Context, func(string) bool) ([]estate.Orphan, error) {
	return []estate.Orphan{
		{ID: 229305500, Droplet: 482913, Name: "arcadia-snap-482913-00000001", Created: noon.Add(-400 * time.Hour), SizeGB: 2.5, MonthlyUSD: 0.15},
		{ID: 229305501, Droplet: 482914, Name: "arcadia-snap-482914-00000002", Created: noon.Add(-40 * time.Hour), SizeGB: 20, MonthlyUSD: 1.2},
	}, nil
}

// onBeat runs f with a console whose resources are looked at.
func onBeat(t *testing.T, f func(*stage, *beat)) {
	t.Helper()
	var b *beat
	onExhibit(t, func(c *Config) { b = newBeat(); c.Drifts, c.Orphans = b, strays }, func(s *stage) { f(s, b) })
}

func TestResourcesShowHowTheyStand(t *testing.T) {
	t.Parallel()
	onBeat(t, func(s *stage, b *beat) {
		s.has("2 drifted")
		s.press("4")
		s.has("2 resources  1 modified  1 deleted")
		s.press("/")
		s.write("drift:modified")
		s.press("enter", "enter")
		s.has(`name     arcadia-snap-9ad01c77  kept\u202e`)
		s.has("regions  ams3                   ams3 fra1")
		s.press("esc", "v")
		s.has("looked at arcadia-snap-9ad01c77")
		s.wait(2 * pace)
		s.has("Nothing matches drift:modified.") // it is in sync now
		s.has("1 drifted")
		s.press("esc", "ctrl+r")
		s.has("look: 503 Service Unavailable")
		if len(b.asked) != 2 || len(b.asked[0]) != 1 || len(b.asked[1]) != 0 {
			t.Errorf("it looked at %v", b.asked)
		}
	})
}

func TestADriftIsDecidedByALaunch(t *testing.T) {
	t.Parallel()
	onBeat(t, func(s *stage, _ *beat) {
		s.press("4", "/")
		s.write("deleted")
		s.press("enter", "t")
		s.has("accept: it is gone: restore creates it again, forget gives it up")
		s.press("a")
		s.has("restore")
		s.has("stop tracking it")
		s.press("esc", "r")
		s.has("restore: this build has no kind that does it")
		s.press("d")
		s.has("forget: this build has no kind that does it")
		s.press("7")
		s.has("2 orphans cost $1.35 a month")
		s.press("d")
		s.has("delete: this build has no kind that does it")
		s.press("t")
		s.has("adopt: this build has no kind that does it")
	})
	onExhibit(t, func(c *Config) { c.ReadOnly, c.Drifts, c.Orphans = true, newBeat(), strays }, func(s *stage) {
		for _, keys := range [][]string{{"4", "r"}, {"d"}, {"7", "t"}, {"d"}} {
			s.press(keys...)
			s.has("this session is read-only")
		}
	})
}

func TestASnapshotOfASagaThatIsNotRolledBackIsNoOrphan(t *testing.T) {
	t.Parallel()
	b := newExhibit(t).session(enginetest.Ops)
	for name, want := range map[string]bool{"arcadia-snap-482977-77e0b1d2": true, "arcadia-snap-482914-e01c93d4": false, "arcadia-snap-1-00000000": false} {
		look := func(_ context.Context, accountedFor func(string) bool) ([]estate.Orphan, error) {
			if accountedFor(name) {
				return nil, nil
			}
			return []estate.Orphan{{Name: name}}, nil
		}
		found, err := estate.Orphans(context.Background(), look, b)
		if got := len(found) == 0; got != want || err != nil {
			t.Errorf("%s: accounted for: %v (%v), want %v", name, got, err, want)
		}
	}
}
