package tui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/widget"
)

// The smallest screen that is more than one line of counters, and the widths at which the layout changes.
const (
	minWidth  = 40
	minHeight = 10
	twoLines  = 60  // below: rows of two lines
	sideWidth = 110 // from here on: a preview beside the list
)

// headLines are the lines above the body.
const headLines = 2

// View draws the screen: header, rule, body, rule, footer.
func (a *App) View() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: a.title(), ProgressBar: a.progress()}
	if a.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	e := &a.env
	w, h := e.Width, e.Height
	switch {
	case w <= 0 || h <= 0:
		return v
	case a.plain != nil:
		return a.plain.view(w, h)
	case w < minWidth || h < minHeight:
		v.Content = widget.Cut(a.counters(true), w)
		return v
	}
	rule := e.Theme.Border.Paint(strings.Repeat(e.Theme.Symbols.Rule, w))
	body, cursor := a.body(w, h-headLines-2)
	lines := make([]string, 0, h)
	lines = append(lines, a.header(w), a.rule(w))
	lines = append(lines, body...)
	lines = append(lines, rule, a.footer(w))
	v.Content = widget.Isolate(strings.Join(lines, "\n"))
	if cursor != nil {
		c := *cursor
		c.Y += headLines
		v.Cursor = &c
	}
	return v
}

// body draws the screen and what lies over it.
func (a *App) body(w, h int) ([]string, *tea.Cursor) {
	d := a.screen().View(&a.env, w, h)
	lines := widget.Lines(d.Lines, w, h)
	if len(a.overlays) == 0 {
		return lines, d.Cursor
	}
	lines = widget.Dim(lines, a.env.Theme.Faint)
	var cursor *tea.Cursor
	for i, o := range a.overlays {
		cursor = a.lay(lines, o, w, h)
		if i < len(a.overlays)-1 {
			copy(lines, widget.Dim(lines, a.env.Theme.Faint))
		}
	}
	return lines, cursor
}

// Cells that the border of an overlay takes, and those that stay free beside it.
const (
	boxWide, boxHigh = 6, 2
	besideBox        = 2
)

// lay draws an overlay in its box over the middle of the lines.
func (a *App) lay(lines []string, o Overlay, w, h int) *tea.Cursor {
	e := &a.env
	beside := besideBox
	if w < twoLines {
		beside = 0
	}
	d := o.View(e, w-boxWide-2*beside, h-boxHigh)
	wide := widget.Width(o.Name(e)) + 4
	for _, l := range d.Lines {
		wide = max(wide, widget.Width(l))
	}
	wide = min(wide, w-boxWide-2*beside)
	inner := d.Lines[:min(len(d.Lines), h-boxHigh)]
	box := widget.Box(o.Name(e), inner, wide+boxWide, e.Theme.Edges, e.Theme.Border, e.Theme.Strong)
	x, y := (w-wide-boxWide)/2, max(0, (h-len(box))/3)
	widget.Over(lines, box, x, y)
	if d.Cursor == nil {
		return nil
	}
	c := *d.Cursor
	c.X += x + boxWide/2
	c.Y += y + 1
	return &c
}

// header is the breadcrumb, the badges, the counters and the operator.
func (a *App) header(w int) string {
	e := &a.env
	crumbs := append([]string{"arcadia"}, a.screen().Title(e)...)
	left := a.crumbs(crumbs)
	wide := w >= 100
	right := a.badges() + "   " + a.counters(!wide)
	if e.Config.Operator != "" {
		gap := "  "
		if wide {
			gap = "    "
		}
		right += gap + widget.Cut(e.Config.Operator, 16)
	}
	if with := a.with(w - widget.Width(left) - widget.Width(right) - 6); with != "" {
		right += " " + with
	}
	right += " "
	if widget.Width(left)+widget.Width(right)+1 > w {
		right = a.badges() + "  " + a.counters(true) + " "
	}
	for widget.Width(left)+widget.Width(right)+1 > w && len(crumbs) > 1 {
		crumbs = crumbs[1:] // where it is says more than where it came from
		left = a.crumbs(crumbs)
	}
	if room := w - widget.Width(right) - 1; widget.Width(left) > room {
		left = widget.Cut(left, max(12, room))
	}
	return widget.Sides(left, right, w)
}

func (a *App) crumbs(parts []string) string {
	t := a.env.Theme
	var out strings.Builder
	out.WriteString(" ")
	for i, p := range parts {
		if i > 0 {
			out.WriteString(t.Faint.Paint(" " + t.Symbols.Crumb + " "))
		}
		if p == "arcadia" {
			p = t.Accent.Paint(p)
		}
		out.WriteString(p)
	}
	return out.String()
}

func (a *App) badges() string {
	c, t := &a.env.Config, a.env.Theme
	name, out := c.Env, ""
	if c.Account != nil {
		name = cmp.Or(visible.Text(c.Account()), name)
	}
	if name != "" {
		ink := t.Demo
		if c.Live {
			ink = t.Live
		}
		out = ink.Paint(" " + widget.Cut(name, 20) + " ")
	}
	if c.ReadOnly {
		if out != "" {
			out += " "
		}
		out += t.Quiet.Paint(" READ-ONLY ")
	}
	return out
}

// counters say how many sagas are at work, need a person, are done: in words, or in as little room as possible.
func (a *App) counters(brief bool) string {
	s, t := a.env.State, a.env.Theme
	var parts []string
	add := func(n int, ink widget.Ink, word, sign string) {
		if n == 0 && word != "running" {
			return
		}
		text := strconv.Itoa(n) + " " + word
		if brief {
			text = strconv.Itoa(n) + sign
		}
		if n == 0 {
			ink = t.Faint
		}
		parts = append(parts, ink.Paint(text))
	}
	if s.Frozen != nil && brief && (a.env.Width < minWidth || a.env.Height < minHeight) { // there is no line for more
		parts = append(parts, t.Danger.Paint("FROZEN"))
	}
	if s.Trouble != "" {
		parts = append(parts, t.Danger.Paint(t.Symbols.Failed+" engine"))
	}
	add(max(0, s.Active()-len(s.Waits)), t.Running, "running", "")
	needs := "needs you"
	if s.NeedsMe() > 1 {
		needs = "need you"
	}
	add(s.NeedsMe(), t.Failed, needs, "!")
	if n := s.Astray; n > 0 {
		add(n, t.Compensating, "drifted", "~")
	}
	add(s.Done(), t.Faint, "done", "")
	if b := a.env.Config.Budget; b != nil && !brief {
		if left := b(); left >= 0 {
			parts = append(parts, t.Faint.Paint("API "+strconv.Itoa(left)))
		}
	}
	gap := "  "
	if brief {
		gap = " "
	}
	return strings.Join(parts, gap)
}

// footer is what can be pressed here, and what was said last.
func (a *App) footer(w int) string {
	e := &a.env
	t := e.Theme
	right := ""
	switch {
	case e.State.Trouble != "":
		right = t.Danger.Paint(widget.Cut(e.State.Trouble, w*2/3)) + " "
	case a.notice != "":
		right = t.Compensating.Paint(widget.Cut(a.notice, w*2/3)) + " "
	case a.last != nil:
		right = t.Tone(a.last.Level.Tone()).Paint(widget.Cut(a.last.Text, w*2/3)) + " "
	}
	room := w - widget.Width(right) - 1
	var left strings.Builder
	left.WriteString(" ")
	used := 1
	for i, h := range a.hints() {
		if e.Config.ASCII {
			h.Key = arrowWords.Replace(h.Key)
		}
		n := widget.Width(h.Key) + 1 + widget.Width(h.Word)
		if i > 0 {
			n += 2
		}
		if used+n > room {
			break
		}
		if i > 0 {
			left.WriteString("  ")
		}
		left.WriteString(t.Key.Paint(h.Key) + " " + t.Faint.Paint(h.Word))
		used += n
	}
	return widget.Sides(left.String(), right, w)
}

// arrowWords are the arrow keys where arrows cannot be shown.
var arrowWords = strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right")

func (a *App) hints() []keys.Hint {
	if n := len(a.overlays); n > 0 {
		return a.overlays[n-1].Hints(&a.env)
	}
	if t, ok := a.screen().(Tipper); ok {
		return t.Tips(&a.env)
	}
	if t, ok := a.screen().(Typist); ok && t.Typing() {
		return keys.Hints("enter", "done", "esc", "clear")
	}
	all := a.commands()
	var out []keys.Hint
	for _, name := range append(slices.Clone(a.screen().Hints(&a.env)), keys.CmdHelp) {
		c, ok := find(all, name)
		if !ok || c.impossible(&a.env) != "" {
			continue
		}
		b, _ := a.env.Keys.In(name, c.Scope)
		if b.Show() != "" { // the settings may have left a command without a key
			out = append(out, keys.Hint{Key: b.Show(), Word: c.Word})
		}
	}
	return out
}
