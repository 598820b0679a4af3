package tui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/list"
)

// list is the sagas screen of a stage.
func (s *stage) list() *sagas {
	s.tb.Helper()
	x, ok := s.app.stacks[0][0].(*sagas)
	if !ok {
		s.tb.Fatal("the home screen is not the list of sagas")
	}
	return x
}

// TestTheCursorStaysOnItsSagaUnderChurn lets a thousand sagas change, appear and leave the filter around a cursor.
func TestTheCursorStaysOnItsSagaUnderChurn(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 1000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		rng := rand.New(rand.NewPCG(1, 2))
		l := s.list()
		for range 30 {
			s.press("down")
		}
		for round := range 200 {
			id := l.cursor
			line := l.index() - l.top
			var fresh []engine.Summary
			for range rng.IntN(20) { // some change
				i := rng.IntN(c.n)
				x := c.saga(i)
				x.Seq++
				x.Status = engine.Statuses()[rng.IntN(6)]
				c.over[i] = x
				fresh = append(fresh, x)
			}
			for range rng.IntN(4) { // some are new
				c.n++
				fresh = append(fresh, c.saga(c.n-1))
			}
			s.send(changesMsg{changed: Fresh{Summaries: fresh}})
			if l.cursor != id || l.current() == nil || l.current().ID != id {
				t.Fatalf("round %d: the cursor moved from %s to %s", round, id.Short(), l.cursor.Short())
			}
			if l.top > 0 && l.index()-l.top != line && line < l.tall-1 {
				t.Fatalf("round %d: the row under the cursor moved on the screen from line %d to %d", round, line, l.index()-l.top)
			}
			if n := len(l.pages.Rows); n > list.MaxRows {
				t.Fatalf("round %d: %d sagas in memory, want at most %d", round, n, list.MaxRows)
			}
			s.has(id.Short())
			s.press([]string{"down", "up", "pgdown", "pgup", "ctrl+d"}[rng.IntN(5)])
			ordered(t, l)
		}
	})
}

// ordered fails the test when a roll is not strictly descending.
func ordered(t *testing.T, l *sagas) {
	t.Helper()
	for i := 1; i < len(l.pages.Rows); i++ {
		if l.pages.Rows[i-1].ID <= l.pages.Rows[i].ID {
			t.Fatalf("row %d (%s) does not come after row %d (%s)", i, l.pages.Rows[i].Short, i-1, l.pages.Rows[i-1].Short)
		}
	}
}

func TestARowThatLeavesTheFilterHandsTheCursorToItsNeighbor(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 10_000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		s.press("/")
		s.write("status:failed")
		s.press("enter", "down", "down")
		l := s.list()
		gone, next := *l.current(), *l.at(l.index() + 1)
		gone.Status, gone.Seq = engine.RolledBack, gone.Seq+1
		s.send(changesMsg{changed: Fresh{Summaries: []engine.Summary{gone}}})
		if l.cursor != next.ID {
			t.Errorf("the cursor is on %s, want the neighbor %s", l.cursor.Short(), next.Short)
		}
		if _, have := l.pages.Find(gone.ID); have {
			t.Error("the saga that left the filter is still shown")
		}
	})
}

// TestTheRollHoldsEveryNeighbor walks through the whole list in random moves and compares what is in memory with the list.
func TestTheRollHoldsEveryNeighbor(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 5000)
	onStage(t, 80, 24, func() Backend { return c }, nil, func(s *stage) {
		rng := rand.New(rand.NewPCG(3, 4))
		l := s.list()
		for range 150 {
			s.press([]string{"pgdown", "pgdown", "pgdown", "pgup", "G", "g", "down", "up"}[rng.IntN(8)])
			ordered(t, l)
			rows := l.pages.Rows
			for i := 1; i < len(rows); i++ {
				var hi, a, b int
				scan(t, rows[i-1].ID, &hi, &a)
				scan(t, rows[i].ID, &hi, &b)
				if a != b+1 {
					t.Fatalf("saga %d is missing between %d and %d", b+1, a, b)
				}
			}
		}
	})
}

func TestJumpsGoToTheEndsOfAListThatIsNotInMemory(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 1_000_000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		s.press("o") // newest first, without bands
		s.press("G")
		s.has(crowdID(0).Short())
		if l := s.list(); l.cursor != crowdID(0) {
			t.Errorf("the cursor is on %s, want the oldest", l.cursor.Short())
		}
		s.press("g")
		if l := s.list(); l.cursor != crowdID(c.n-1) {
			t.Errorf("the cursor is on %s, want the newest", l.cursor.Short())
		}
		s.press("o")
		s.press("g")
		if l := s.list(); l.cursor != crowdID(0) {
			t.Errorf("turned round, the first is %s, want the oldest", l.cursor.Short())
		}
		if c.made > 5000 {
			t.Errorf("%d headers were read for four screens", c.made)
		}
	})
}

// TestASearchBringsItsFirstHitsAfterABoundedRead looks for text that few of a million sagas have.
func TestASearchBringsItsFirstHitsAfterABoundedRead(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 1_000_000)
	none := func(string, string) bool { return false }
	p := list.From(list.Parse("needle", sagaFields).Sift(none, sagaField)).Read(context.Background(), c)
	if c.made < list.Scan || c.made > list.Scan+1000 {
		t.Errorf("one read looked at %d headers, want about %d", c.made, list.Scan)
	}
	if p.End {
		t.Error("the read says that it is at the end: it must go on from where it stopped")
	}
	onStage(t, 120, 40, func() Backend { return newCrowd(t, 40_000) }, nil, func(s *stage) {
		s.press("/")
		s.write("needle")
		s.press("enter")
		s.has("6 hits")
		s.has("a needle")
	})
}

func TestFiltersByStatusAndKindGoToTheStore(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 1_000_000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		c.made = 0
		s.press("/")
		s.send(tea.PasteMsg{Content: "status:failed kind:snapshot"})
		s.press("enter")
		if c.made > 1000 {
			t.Errorf("%d headers were read to show failed sagas", c.made)
		}
		rows := s.list().pages.Rows
		if len(rows) < 50 {
			t.Errorf("%d sagas are shown", len(rows))
		}
		for i := range rows {
			if rows[i].Status != engine.Failed {
				t.Fatalf("%s is %s", rows[i].Short, rows[i].Status)
			}
		}
	})
}

func TestAFrozenListDoesNotMove(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 1000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		s.press("f")
		c.n++
		s.send(changesMsg{changed: Fresh{Summaries: []engine.Summary{c.saga(c.n - 1)}}})
		if _, have := s.list().pages.Find(crowdID(c.n - 1)); have {
			t.Error("a new saga moved the frozen list")
		}
		s.has("held still, 1 change")
		s.press("f")
		s.press("g")
		s.has(crowdID(c.n - 1).Short())
	})
}

func TestAnotherOrderIsMadeOfTheNewestAndSaysSo(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 100_000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		s.press(">", ">") // age, by, status
		s.has("of the newest 1000")
		l := s.list()
		if l.order.By != byStatus || l.at(0).Status != engine.Failed {
			t.Errorf("ordered by %d the first is %s, want failed before completed", l.order.By, l.at(0).Status)
		}
		s.press("o")
		if l.at(0).Status != engine.Completed {
			t.Errorf("turned round the first is %s", l.at(0).Status)
		}
	})
}

func scan(t *testing.T, id engine.ID, hi, lo *int) {
	t.Helper()
	if _, err := fmt.Sscanf(string(id), "01930000-%04x-7000-8000-0000%08x", hi, lo); err != nil {
		t.Fatal(err)
	}
}
