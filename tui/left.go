package tui

import (
	"strconv"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// leftLines say what is left; when there is not room for all the last line says how many more.
func (e *Env) leftLines(s *engine.Saga, width, room int) []string {
	t := e.Theme
	var out []string
	all := say.LeftBehind(s)
	for i, l := range all {
		if len(out) >= room-1 && i > 0 {
			return append(out, t.Failed.Paint(widget.Cut(strconv.Itoa(len(all)-i)+say.Plural(len(all)-i, " more is", " more are")+" left", width)))
		}
		lead := t.Symbols.Failed + " "
		for _, part := range widget.Wrap(e.now().Left(l), width-2) {
			out = append(out, t.Failed.Paint(lead+part))
			lead = "  "
		}
	}
	return out
}
