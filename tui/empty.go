package tui

import (
	"strings"

	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// empty says where the first rows would stand that there is nothing, and behind it what could be done about it.
func empty(env *Env, width, height int, what, hint string) []string {
	t := env.Theme
	var lines []string
	if height > 4 {
		lines = []string{"", ""}
	}
	said := say.Sentence(strings.TrimSuffix(what, "."))
	if what == "" {
		said = ""
	}
	if hint != "" && !strings.HasSuffix(hint, ".") {
		hint += "."
	}
	if text := "  " + said; said != "" && widget.Width(text)+2+widget.Width(hint)+1 <= width {
		return append(lines, text+"  "+t.Faint.Paint(hint))
	}
	for _, l := range widget.Wrap(said, width-3) {
		if l != "" {
			lines = append(lines, "  "+l)
		}
	}
	return append(lines, painted(t.Faint, indented("  ", widget.Wrap(hint, width-3)))...)
}
