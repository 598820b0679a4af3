package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/say"
)

// TestWhatNeedsAPersonStandsFirst compares the order of the list with one made of all sagas.
func TestWhatNeedsAPersonStandsFirst(t *testing.T) {
	t.Parallel()
	x := newExhibit(t).session(enginetest.Ops)
	page, err := x.List(t.Context(), engine.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	band := func(s *engine.Summary) int {
		switch s.Status {
		case engine.Failed:
			return 0
		case engine.Completed, engine.RolledBack:
			return 2
		case engine.Pending, engine.Running, engine.Compensating:
		}
		return 1
	}
	want := slices.Clone(page.Items)
	slices.SortStableFunc(want, func(a, b engine.Summary) int {
		if d := band(&a) - band(&b); d != 0 {
			return d
		}
		return strings.Compare(string(b.ID), string(a.ID))
	})
	onExhibit(t, nil, func(s *stage) {
		l := s.list()
		for i := range want {
			if got := l.at(i); got.ID != want[i].ID {
				t.Fatalf("row %d is %s, want %s", i, got.Short, want[i].Short)
			}
		}
		s.press("o")
		if got := l.at(0); got.Short != "0c4411aa" {
			t.Errorf("newest first, the first is %s", got.Short)
		}
		s.press("o", "o")
		if got := l.at(0); got.ID != want[0].ID {
			t.Errorf("after three turns the first is %s, want that of the bands", got.Short)
		}
	})
}

// TestARowThatEndsStaysUntilTheCursorMovesOrAWhileHasPassed looks at the rows and at the saga under the cursor.
func TestARowThatEndsStaysUntilTheCursorMovesOrAWhileHasPassed(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(*stage){
		"the cursor moves": func(s *stage) { s.press("down", "up") },
		"a while": func(s *stage) {
			s.app.env.Clock.Now = noon.Add(4 * time.Second)
			s.app.deliver(s.app.screen(), Ticked{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onExhibit(t, nil, func(s *stage) {
				l := s.list()
				s.press("down", "down") // one at work
				ends := *l.current()
				at := l.index()
				ends.Status, ends.Seq = engine.Completed, ends.Seq+1
				s.send(changesMsg{changed: Fresh{Summaries: []engine.Summary{ends}}})
				if l.index() != at || l.cursor != ends.ID || l.bands.Band(at) != say.BandUnderWay {
					t.Fatalf("it went to row %d at once", l.index())
				}
				move(s)
				if l.cursor != ends.ID || l.bands.Band(l.index()) != say.BandAtRest {
					t.Errorf("the cursor is on %s, its row %d", l.cursor.Short(), l.index())
				}
			})
		})
	}
}

// TestNothingIsCutWhileAShorterTextFits draws rows in every width.
func TestNothingIsCutWhileAShorterTextFits(t *testing.T) {
	t.Parallel()
	texts := []string{"goes on in 2 d 3 h, Sat 13:23", "goes on in 2 d 3 h", "2 d 3 h"}
	th := plainTheme
	s := engine.Summary{Target: "web-09"}
	for width := 16; width < 50; width++ {
		got := about(th, &s, texts, "", width)
		if strings.Contains(got, "…") {
			t.Errorf("in %d cells: %q", width, got)
		}
		for _, x := range texts {
			if len("web-09 - ")+len(x) <= width {
				if !strings.HasSuffix(got, x) {
					t.Errorf("in %d cells: %q, want %q", width, got, x)
				}
				break
			}
		}
	}
}

// TestTheCursorStaysOnTheFirstRowUntilSomebodyMovesIt launches sagas over a list that nobody has touched, and over one that somebody has.
func TestTheCursorStaysOnTheFirstRowUntilSomebodyMovesIt(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("o") // newest first
		l := s.list()
		l.chose = false
		first := l.at(0).ID
		next := func(n string) engine.ID {
			x := *l.at(0)
			x.ID, x.Short = engine.ID("ffffffff-0000-7000-8000-0000000000"+n), "000000"+n
			s.run(s.app.tell(Changed{Fresh{Summaries: []engine.Summary{x}}}))
			return x.ID
		}
		if newest := next("a1"); l.cursor != newest || newest == first {
			t.Errorf("the cursor is on %s, want the newest, %s", l.cursor.Short(), newest.Short())
		}
		s.press("down", "up")
		stays := l.cursor
		if next("a2"); l.cursor != stays {
			t.Errorf("the cursor is on %s, want where it was put, %s", l.cursor.Short(), stays.Short())
		}
	})
}
