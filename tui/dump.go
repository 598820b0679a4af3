package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/widget"
)

// dump is the screen as plain text, on the terminal's own screen and without frame, colors or mouse, so that it can be
// selected, and stays in the scrollback. It is nil while the console is shown. Any key goes back.
type dump []string

// takeDump keeps what is on the screen, with what lies over it.
func (a *App) takeDump() {
	e := &a.env
	if a.tiny() {
		return
	}
	lines := a.body(e.Width, e.Height-a.headLines()-2).Lines
	a.plain = dump{strings.Join(append([]string{"arcadia"}, a.screen().Title(e)...), " "), ""}
	for _, l := range lines {
		a.plain = append(a.plain, strings.TrimRight(ansi.Strip(l), " "))
	}
	for n := len(a.plain); n > 0 && a.plain[n-1] == ""; n = len(a.plain) {
		a.plain = a.plain[:n-1]
	}
	a.plain = append(a.plain, "", "any key goes back")
}

// view is the text as far as the terminal, which may have shrunk since, has room for.
func (d dump) view(width, height int) tea.View {
	lines := d[:min(len(d), max(1, height))]
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = widget.Cut(l, width)
	}
	return tea.View{Content: strings.Join(out, "\n")}
}
