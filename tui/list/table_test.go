package list

import (
	"testing"

	"arcadia/tui/keys"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

func TestAListMayShrinkUnderItsCursor(t *testing.T) {
	t.Parallel()
	g := &Table{Columns: []widget.Column{{Title: "NAME"}}, Fields: []string{"name"}}
	take := func(names ...string) {
		var rows []Row
		for _, n := range names {
			rows = append(rows, Row{Key: n, Cells: []string{n}})
		}
		g.Set(rows)
	}
	take("a", "b", "c", "d")
	g.GoTo(3)
	take("a", "b", "c")
	if g.cursor != "c" {
		t.Errorf("the last row has left and the cursor is on %q, want its neighbor c", g.cursor)
	}
	g.GoTo(0)
	take("x", "b")
	if g.cursor != "b" {
		t.Errorf("the first row has left and the cursor is on %q, want b", g.cursor)
	}
	take()
	take("a")
	if g.Current() != nil && g.cursor != "a" {
		t.Errorf("the cursor is on %q", g.cursor)
	}
}

// A list that grows at its end follows it until the cursor leaves it, and says how much has come since.
func TestAListFollowsItsEndUntilTheOperatorScrolls(t *testing.T) {
	t.Parallel()
	look := theme.New(theme.Choice{})
	g := &Table{Columns: []widget.Column{{Title: "NAME", Width: 8}}, Fields: []string{"name"}, Fixed: true}
	g.Follow()
	grow := func(n int) widget.Drawing {
		rows := make([]Row, n)
		for i := range rows {
			name := string(rune('a' + i))
			rows[i] = Row{Key: name, Cells: []string{name}}
		}
		g.Set(rows)
		d := g.View(look, 40, 5, nil)
		d.Shown()
		return d
	}
	if grow(8); g.cursor != "h" {
		t.Errorf("the cursor is on %q, want the end", g.cursor)
	}
	if grow(10); g.cursor != "j" {
		t.Errorf("the cursor is on %q, want the new end", g.cursor)
	}
	g.Do(keys.CmdUp)
	if grow(14); g.cursor != "i" || len(g.shown)-1-g.at(g.last) != 4 {
		t.Errorf("scrolled up the cursor is on %q, and %d are new", g.cursor, len(g.shown)-1-g.at(g.last))
	}
	g.Do(keys.CmdOldest)
	if grow(15); g.cursor != "o" {
		t.Errorf("at the end again the cursor is on %q", g.cursor)
	}
}

func TestAWindowFollowsItsEndUntilTheCursorLeavesIt(t *testing.T) {
	t.Parallel()
	w := Window{Follow: true}
	w.Grow(100)
	w, _ = w.Fit(100, 10)
	w.Press(keys.CmdUp, 100)
	w.Follow = false
	w.Grow(142)
	w, _ = w.Fit(142, 10)
	if w.At != 98 || w.Fresh(142) != 42 {
		t.Errorf("scrolled up the cursor is at %d, with %d new", w.At, w.Fresh(142))
	}
}
