package confirm

import (
	"strings"

	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Button is one of the answers at the end of a form, a plan or a dialog.
type Button struct {
	ID, Word string
	Danger   bool // it changes the world
	Off      bool // it cannot be pressed now; pressing it says why
}

// Buttons draws answers on one line. The one with the focus stands out: one cannot press what one does not see.
func Buttons(t *theme.Theme, all []Button, focus string) string {
	parts := make([]string, len(all))
	for i, b := range all {
		text := "[ " + b.Word + " ]"
		switch {
		case b.ID == focus && b.Danger && !b.Off:
			parts[i] = t.Doing.Paint(text)
		case b.ID == focus:
			parts[i] = t.Button.Paint(text)
		case b.Off:
			parts[i] = t.Faint.Paint(text)
		case b.Danger:
			parts[i] = t.Danger.Paint(text)
		default:
			parts[i] = text
		}
	}
	return strings.Join(parts, "   ")
}

// ButtonRows draws answers on as many lines as they need.
func ButtonRows(t *theme.Theme, all []Button, focus string, width int) []string {
	return rows(t, all, focus, width, widget.Cut)
}

// rows draws answers on as many lines as they need, each laid out by fit.
func rows(t *theme.Theme, all []Button, focus string, width int, fit func(string, int) string) []string {
	var out []string
	for len(all) > 0 {
		n := len(all)
		for n > 1 && widget.Width(Buttons(t, all[:n], focus)) > width {
			n--
		}
		out = append(out, fit(Buttons(t, all[:n], focus), width))
		all = all[n:]
	}
	return out
}

// Around is the id that follows at in order, n steps on.
func Around(order []string, at string, n int) string {
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
