// Package widget draws: text cut to cells, tables, gauges, timelines, boxes. Everything in it is a pure function of its
// arguments. It knows no engine, keeps no state, and expects text that is safe to show.
package widget

// Ink is how text looks: the sequence that switches the look on. The zero Ink is the terminal's own foreground.
type Ink string

// Paint gives s the look, and the terminal's own look to what follows.
func (i Ink) Paint(s string) string {
	if i == "" || s == "" {
		return s
	}
	return string(i) + s + "\x1b[m"
}

// With is the look of i and j together; j wins where they differ.
func (i Ink) With(j Ink) Ink { return i + j }
