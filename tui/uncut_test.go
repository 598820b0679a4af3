package tui

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/theme"
)

// red are the colors of what needs a person, has failed or cannot be undone, in the dark theme.
var red = []string{"255;123;114", "255;179;172"}

// cutRed are the red texts on the screen that end in an ellipsis, and how many lines of the body are free below all others.
func (s *stage) cutRed() (cut []string, free int) {
	a := s.app
	a.cfg.Theme, a.profile = theme.Dark, colorprofile.TrueColor
	a.restyle()
	lines := strings.Split(a.View().Content, "\n")
	blank := 0
	for y, l := range lines {
		text, looks := looksOf(l)
		cells := []rune(text)
		if len(cells) != len(looks) {
			continue // wide characters: none of them are ours
		}
		for x, r := range cells {
			if string(r) == a.env.Theme.Symbols.More && slices.ContainsFunc(red, func(c string) bool { return strings.Contains(looks[x], c) }) {
				cut = append(cut, strings.TrimSpace(text))
				break
			}
		}
		if y >= a.headLines() && y < len(lines)-2 {
			if strings.Trim(text, " "+a.env.Theme.Symbols.Bar) == "" { // a pane's edge is nothing that is said
				blank++
			} else {
				blank = 0
			}
		}
	}
	return cut, blank
}

// On no screen, in no dialog and at no size from 80 columns up is a red sentence cut while there are lines below that nothing stands on.
func TestNoRedSentenceIsCutWhileLinesAreFree(t *testing.T) {
	t.Parallel()
	ways := maps.Clone(walks)
	maps.Copy(ways, scenes)
	long := "DELETE /v2/snapshots/229305611: 503 Service Unavailable (request 5f2d9c): the provider has been asked ten times in nine minutes, has answered alike each time, and gives no reason for it"
	for name, way := range ways {
		for _, size := range []size{{80, 24}, {120, 40}, {160, 45}} {
			if slices.ContainsFunc(way, func(k string) bool { return strings.HasPrefix(k, "#") }) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				backend := func() Backend {
					x := newExhibit(t)
					x.forWalks()
					x.carve("10e60001", "snapshot_droplet", "db-09 (482999)", "ops1", 8*60e9, "create_droplet_snapshot", "fail").start(0).
						done(0, `{"snapshot_id":229305699}`).start(1).failed(1, long).back(0, "step_failed:fail").undoing(0).
						add(engine.Entry{Type: engine.EntryCompensationFailed, Idx: 0, Attempt: 10, Error: long}).end(engine.EntrySagaFailed).keep()
					return x.session(enginetest.Ops)
				}
				open := func(c *Config) {
					c.Inventory, c.Drifts, c.Orphans, c.Hosting, c.Kept = park{}, newBeat(), strays, true, &notes{}
				}
				onStage(t, size.w, size.h, backend, open, func(s *stage) {
					s.walk(way)
					if cut, free := s.cutRed(); len(cut) > 0 && free > 0 {
						t.Errorf("%dx%d: cut although %d lines are free:\n%s\n\n%s", size.w, size.h, free, strings.Join(cut, "\n"), s.text())
					}
				})
			})
		}
	}
}
