package tui

import (
	"strings"

	"arcadia/tui/theme"
)

// formButton is one of the answers at the end of a form, a plan or a dialog.
type formButton struct {
	id     string
	word   string
	danger bool // it changes the world
	off    bool // it cannot be pressed now; pressing it says why
}

// buttons draws answers on one line. The one with the focus is reversed: one cannot press what one does not see.
func buttons(t *theme.Theme, all []formButton, focus string) string {
	parts := make([]string, len(all))
	for i, b := range all {
		text := "[ " + b.word + " ]"
		switch {
		case b.id == focus && b.danger && !b.off:
			parts[i] = t.Danger.With(t.Selection).With(t.Strong).Paint(text)
		case b.id == focus:
			parts[i] = t.Selection.With(t.Strong).Paint(text)
		case b.off:
			parts[i] = t.Faint.Paint(text)
		default:
			parts[i] = t.Faint.Paint("[ ") + b.word + t.Faint.Paint(" ]")
		}
	}
	return strings.Join(parts, "  ")
}

// around is the id that follows at in order, n steps on.
func around(order []string, at string, n int) string {
	if len(order) == 0 {
		return at
	}
	i := 0
	for j, id := range order {
		if id == at {
			i = j
			break
		}
	}
	return order[((i+n)%len(order)+len(order))%len(order)]
}
