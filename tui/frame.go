package tui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// The smallest screen that is more than one line of counters, and the widths at which the layout changes.
const (
	minWidth  = 40
	minHeight = 10
	twoLines  = 60  // below: rows of two lines
	sideWidth = 156 // from here on: a preview beside the list
	lowWidth  = 100 // from here on: a preview below the list, where there are lines for it
	lowHeight = 26  // of the body, for a preview below and for the headings of bands
)

// View draws the screen: header, rule, body, rule, footer. The body is that of the last Update.
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
	case a.tiny():
		v.Content = a.tooSmall(w, h)
		return v
	}
	rule := e.Theme.Border.Paint(strings.Repeat(e.Theme.Symbols.Rule, w))
	body := a.drawn
	if body == nil {
		d := a.body(w, h-a.headLines()-2)
		body = &d
	}
	lines := make([]string, 0, h)
	lines = append(append(lines, a.header(w)), a.rule(w)...)
	lines = append(lines, body.Lines...)
	lines = append(lines, rule, a.footer(w))
	v.Content = widget.Isolate(strings.Join(lines, "\n"))
	if body.Cursor != nil {
		c := *body.Cursor
		c.Y += a.headLines()
		v.Cursor = &c
	}
	return v
}

// body draws the screen and what lies over it.
func (a *App) body(w, h int) Drawing {
	d := a.screen().View(&a.env, w, h)
	d.Lines = widget.Lines(d.Lines, w, h)
	for _, o := range a.overlays {
		d.Lines = widget.Dim(d.Lines, a.env.Theme.Below)
		a.lay(&d, o, w, h)
	}
	return d
}

// The box of an overlay: the cells that its border and the air inside it take, how wide it is where there is room, and from which
// height of the body on a blank line stands above and below what is in it.
const (
	boxWide, boxHigh = 6, 2
	boxMost          = 88
	boxAiry          = 16
)

// lay draws an overlay in its box over the middle of a drawing, and takes the cursor. The rows that it covers, and one above and below, are blank beside
// it, so that no half a word sticks out.
func (a *App) lay(below *Drawing, o Overlay, w, h int) {
	e, lines := &a.env, below.Lines
	most, least := w-8, min(w-8, boxMost)
	if w < twoLines {
		most, least = w, w
	}
	air := 0
	if h >= boxAiry {
		air = 1
	}
	high := h - boxHigh - 2*air
	d := o.View(e, most-boxWide, high)
	wide := widget.Width(o.Name(e)) + 4
	for _, l := range d.Lines {
		wide = max(wide, widget.Width(l))
	}
	wide = max(least-boxWide, min(wide, most-boxWide))
	inner := d.Lines[:min(len(d.Lines), high)]
	if air > 0 {
		inner = append(append([]string{""}, inner...), "")
	}
	box := widget.Box(o.Name(e), inner, wide+boxWide, e.Theme.Edges, e.Theme.Border, e.Theme.Strong)
	x, y := (w-wide-boxWide)/2, max(0, (h-len(box))/3)
	for i := max(0, y-1); i < min(len(lines), y+len(box)+1); i++ {
		lines[i] = widget.Spaces(w)
	}
	widget.Over(lines, box, x, y)
	if d.Shown != nil {
		below.Then(d.Shown)
	}
	below.Cursor = d.Cursor
	if d.Cursor == nil {
		return
	}
	c := *d.Cursor
	c.X += x + boxWide/2
	c.Y += y + 1 + air
	below.Cursor = &c
}

// header is our name, the badge beside it, where one is; on the right the counters and the operator. The badge never moves;
// counters leave from the right when cells are missing.
func (a *App) header(w int) string {
	e, t := &a.env, a.env.Theme
	left := "  " + t.Accent.Paint("arcadia") + "  "
	if b := a.badges(); b != "" {
		left += b + "  "
	}
	who := ""
	if e.Operator != "" {
		who = "   " + widget.Cut(e.Operator, 16)
	}
	if by := a.drivenBy(w); by != "" {
		who = "   " + by + "  " + strings.TrimSpace(who)
	}
	crumbs := a.screen().Title(e)
	least := widget.Width(a.crumbs(crumbs))
	room := w - 1 - widget.Width(left) - widget.Width(who)
	if len(e.State.Others) > 0 {
		room -= max(widget.Width(" with 10"), w/4)
	}
	right := a.counters(room-min(least, room/2)-2, false)
	for ; least > room-widget.Width(right)-2 && len(crumbs) > 1; least = widget.Width(a.crumbs(crumbs)) {
		crumbs = crumbs[1:] // where it is says more than where it came from
	}
	left += widget.Cut(a.crumbs(crumbs), max(8, room-widget.Width(right)-2))
	right += who
	if with := a.with(w - widget.Width(left) - widget.Width(right) - 4); with != "" {
		right += " " + with
	}
	return widget.Sides(left, right+" ", w)
}

// crumbs say where one is, the last of them bold.
func (a *App) crumbs(parts []string) string {
	t := a.env.Theme
	var out strings.Builder
	for i, p := range parts {
		if i > 0 {
			out.WriteString(t.Faint.Paint(" " + t.Symbols.Crumb + " "))
		}
		if i == len(parts)-1 {
			p = t.Strong.Paint(p)
		}
		out.WriteString(p)
	}
	return out.String()
}

func (a *App) badges() string {
	c, t := &a.cfg, a.env.Theme
	name, out := c.Env, ""
	if c.Account != nil {
		name = cmp.Or(visible.Text(c.Account()), name)
	}
	if c.Context != "" { // it says whose account it is
		out = t.Badge(c.Color).Paint(" " + visible.Text(c.Context) + " ")
	}
	switch {
	case c.Context != "" && c.Live:
	case name != "":
		if out != "" {
			out += " "
		}
		ink := t.Demo
		if c.Live {
			ink = t.Live
		}
		out += ink.Paint(" " + widget.Cut(name, 20) + " ")
	}
	if c.ReadOnly {
		if out != "" {
			out += " "
		}
		out += t.Quiet.Paint(" READ-ONLY ")
	}
	return out
}

// counters say in words how many sagas need a person, move, wait and are done, as many of them as fit; where there is nothing
// but one line they are brief.
func (a *App) counters(room int, brief bool) string {
	s, t := a.env.State, a.env.Theme
	var out strings.Builder
	used := 0
	put := func(ink widget.Ink, text string) {
		wide := widget.Width(text)
		if used > 0 {
			wide += 2
		}
		if used+wide > room {
			room = 0 // what matters less does not come in place of what matters more
			return
		}
		if used > 0 {
			out.WriteString("  ")
		}
		used += wide
		out.WriteString(ink.Paint(text))
	}
	if s.Frozen != nil && brief { // there is no line for more
		put(t.Danger, "FROZEN")
	}
	if s.Trouble != "" {
		put(t.Danger, t.Symbols.Failed+" engine")
	}
	n, moves := s.NeedsMe(), 0
	if n > 0 {
		put(t.Strong.With(t.Failed), strconv.Itoa(n)+say.Plural(n, " needs you", " need you"))
	}
	for _, x := range []say.Stand{say.Held, say.Undoing, say.AtWork, say.Sleeping, say.Queued, say.Paused} {
		if n := s.Count(x); n > 0 {
			moves++
			put(t.Tone(x.Tone()), strconv.Itoa(n)+" "+x.Word())
		}
	}
	if moves == 0 && n == 0 {
		put(t.Faint, "nothing runs")
	}
	if s.Astray > 0 {
		put(t.Compensating, strconv.Itoa(s.Astray)+" drifted")
	}
	if n := len(s.Nights.Missed); n > 0 {
		put(t.Failed, strconv.Itoa(n)+" missed")
	}
	if n := s.DoneToday(a.env.Clock); n > 0 {
		put(t.Faint, say.Thousands(n)+" done today")
	}
	if in := s.Nights.NextAt.Sub(a.env.Clock.Now); s.Nights.Next != "" && in > 0 && in < soon {
		put(t.Faint, s.Nights.Next+" in "+say.Short(in))
	}
	if b := a.cfg.Budget; b != nil {
		if left := b(); left >= 0 && left < fewCalls {
			put(t.Compensating, "API "+strconv.Itoa(left)+" left")
		}
	}
	return out.String()
}

// fewCalls is how many requests to the provider must be left in this hour that nobody is told of it.
const fewCalls = 500

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
	room := w - widget.Width(right) - 3
	hints := slices.Clone(a.hints())
	if most := mostHints(w); len(hints) > most { // the last is how to learn of all others
		hints = append(hints[:most-1:most-1], hints[len(hints)-1])
	}
	size := func(h keys.Hint) int { return widget.Width(h.Key) + 1 + widget.Width(h.Word) + 2 }
	used := 0
	for i := range hints {
		if a.cfg.ASCII {
			hints[i].Key = arrowWords.Replace(hints[i].Key)
		}
		used += size(hints[i])
	}
	for used-2 > room && len(hints) > 1 {
		used -= size(hints[len(hints)-2])
		hints = slices.Delete(hints, len(hints)-2, len(hints)-1)
	}
	parts := make([]string, len(hints))
	for i, h := range hints {
		parts[i] = t.Strong.With(t.Key).Paint(h.Key) + " " + t.Faint.Paint(h.Word)
	}
	left := "  " + strings.Join(parts, "  ")
	if right == "" {
		right = a.where(w - widget.Width(left) - 4)
	}
	return widget.Sides(left, right, w)
}

// where says where on the screen one is, when nothing else was said and there is room.
func (a *App) where(room int) string {
	p, ok := a.screen().(Placer)
	if !ok || len(a.overlays) > 0 {
		return ""
	}
	text := p.Where(&a.env)
	if text == "" || widget.Width(text)+1 > room {
		return ""
	}
	return a.env.Theme.Faint.Paint(text) + " "
}

// mostHints is how many keys a footer names: more of them nobody reads.
func mostHints(width int) int {
	switch {
	case width >= 160:
		return 9
	case width >= 120:
		return 8
	}
	return 6
}

// arrowWords are the arrow keys where arrows cannot be shown.
var arrowWords = strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right")

func (a *App) hints() []keys.Hint {
	if n := len(a.overlays); n > 0 {
		return a.overlays[n-1].Hints(&a.env)
	}
	if t, ok := a.screen().(Tipper); ok {
		if tips := t.Tips(&a.env); tips != nil {
			return tips
		}
	}
	if t, ok := a.screen().(Typist); ok && t.Typing() {
		return keys.Hints("enter", "done", "esc", "clear")
	}
	all := a.commands()
	names := append(slices.Clone(a.screen().Hints(&a.env)), keys.CmdHelp)
	if a.env.State.Nobody() {
		names = append([]keys.Command{keys.CmdHosts}, names...)
	}
	var out []keys.Hint
	for _, name := range names {
		c, ok := find(all, name)
		if !ok || c.impossible(&a.env) != "" || slices.ContainsFunc(out, func(h keys.Hint) bool { return h.Word == c.Word }) {
			continue // what another key does already is said once
		}
		b, _ := a.env.Keys.In(name, c.Scope)
		if b.Show() != "" { // the settings may have left a command without a key
			out = append(out, keys.Hint{Key: b.Show(), Word: c.Word})
		}
	}
	return out
}
