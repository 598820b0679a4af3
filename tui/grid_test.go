package tui

import (
	"testing"

	"arcadia/tui/widget"
)

func TestAListMayShrinkUnderItsCursor(t *testing.T) {
	t.Parallel()
	g := &grid{columns: []widget.Column{{Title: "NAME"}}, fields: []string{"name"}}
	take := func(names ...string) {
		m := gridMsg{}
		for _, n := range names {
			m.rows = append(m.rows, gridRow{key: n, cells: []string{n}})
		}
		g.update(m, nil)
	}
	take("a", "b", "c", "d")
	g.goTo(3)
	take("a", "b", "c")
	if g.cursor != "c" {
		t.Errorf("the last row has left and the cursor is on %q, want its neighbour c", g.cursor)
	}
	g.goTo(0)
	take("x", "b")
	if g.cursor != "b" {
		t.Errorf("the first row has left and the cursor is on %q, want b", g.cursor)
	}
	take()
	take("a")
	if g.current() != nil && g.cursor != "a" {
		t.Errorf("the cursor is on %q", g.cursor)
	}
}
