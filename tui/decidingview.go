package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/confirm"
	"arcadia/tui/decide"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// plainTheme is for text that leaves the screen.
var plainTheme = theme.New(theme.Choice{NoColor: true})

// answerAt is the column at which the states, what the answers do and what is typed begin, where there is room.
const answerAt = 20

// part is some lines of a page. Where there is no room for all, those with the least rank leave first.
type part struct {
	lines []string
	rank  int
}

// View draws what has happened, the states, the answers, what follows, and the form; what has to be typed and pressed is always to
// be seen.
func (d *deciding) View(env *Env, width, height int) Drawing {
	about := d.about()
	switch {
	case d.seen.err != "":
		return Drawing{Lines: empty(env, width, height, "this saga cannot be read", d.seen.err)}
	case d.seen.shown() == nil:
		return Drawing{Lines: []string{"", "  " + env.Theme.Faint.Paint("reading its ledger"+env.Theme.Symbols.More)}}
	case about == nil:
		return Drawing{Lines: empty(env, width, height, "Nothing in it has to be decided.", "esc goes back")}
	}
	t := env.Theme
	roomy := height >= lowHeight
	parts := d.head(env, about, width)
	if roomy {
		parts = append([]part{{[]string{""}, 3}}, parts...)
		parts = append(parts, part{[]string{"  " + t.Strong.Paint("What shall happen?"), ""}, 6})
	}
	live := d.Typing()
	answers := part{d.answers(env, about, width, height < 14), 100}
	if live {
		answers.rank = 40
	}
	parts = append(parts, answers)
	var cursor *tea.Cursor
	form := -1
	if a := d.form; a != nil {
		if then := d.then(env, a.answer, width); len(then) > 0 {
			rule := t.Border.Paint(repeat(t.Symbols.Rule, width-3))
			parts = append(parts, part{append([]string{"", "  " + rule}, then...), 7})
		}
		if a.answer.Loses != "" {
			lines := widget.Wrap(a.answer.Loses, width-7)
			parts = append(parts, part{append([]string{""}, t.Final(lines[0], lines[1:], width)...), 85})
		}
		at := answerAt
		if width < twoLines {
			at = 0
		}
		var lines []string
		lines, cursor = a.Form(t, confirm.Zone{At: at, Width: width, Live: live, Airy: height >= 14})
		rank := 30
		if live {
			rank = 200
		}
		parts = append(parts, part{[]string{""}, 5}, part{lines, rank})
		form = len(parts) - 1
	}
	return d.compose(env, parts, form, cursor, width, height)
}

// compose puts the parts on the page, fits the cursor of the form to where it stands, and fills with the log what is left free.
func (d *deciding) compose(env *Env, parts []part, form int, cursor *tea.Cursor, width, height int) Drawing {
	size := func() int {
		n := 0
		for _, p := range parts {
			n += len(p.lines)
		}
		return n
	}
	for size() > height {
		least := -1
		for i, p := range parts {
			if len(p.lines) > 0 && p.rank < 100 && (least < 0 || p.rank < parts[least].rank) {
				least = i
			}
		}
		if least < 0 {
			break
		}
		parts[least].lines = nil
	}
	var lines []string
	for i, p := range parts {
		if i == form && cursor != nil && len(p.lines) > 0 {
			cursor.Y += len(lines)
		}
		lines = append(lines, p.lines...)
	}
	over := max(0, len(lines)-height)
	if cursor != nil {
		cursor.Y -= over
	}
	lines = lines[over:]
	if room := height - len(lines) - 2; room >= 2 {
		lines = append(append(lines, ""), d.lately(env, width, room)...)
	}
	return Drawing{Lines: lines, Cursor: cursor}
}

// then is what follows from an answer.
func (d *deciding) then(env *Env, a decide.Answer, width int) []string {
	t := env.Theme
	var out []string
	lead := t.Faint.Paint(widget.Fit("  AND THEN", answerAt))
	for _, f := range a.Then {
		label := t.Faint.Paint(widget.Fit(f.Label, 8))
		for _, l := range widget.Wrap(f.Text, max(10, width-answerAt-9)) {
			out = append(out, lead+label+l)
			lead, label = widget.Spaces(answerAt), widget.Spaces(8)
		}
	}
	return out
}

// lately is the end of the log, the newest last and wrapped while there is room, and who was told.
func (d *deciding) lately(env *Env, width, room int) []string {
	t, w := env.Theme, d.seen.shown()
	var blocks [][]string
	put := func(at engine.Time, text string, ink widget.Ink) {
		lines := widget.Wrap(text, max(10, width-answerAt-11))
		if len(lines) > room {
			lines = lines[:0]
		}
		for i, l := range lines {
			stamp := ""
			if i == 0 {
				stamp = env.Clock.When(at.Time)
			}
			lines[i] = t.Faint.Paint(widget.Fit(stamp, 10)) + ink.Paint(l)
		}
		room -= len(lines)
		blocks = append(blocks, lines)
	}
	for i := range slices.Backward(w.told) {
		if room > 1 {
			put(w.told[i].at, "told "+w.told[i].target+" "+w.told[i].answer, t.Faint)
		}
	}
	for i := range slices.Backward(w.entries) {
		if room == 0 {
			break
		}
		text, tone := say.Entry(w.saga, &w.entries[i])
		put(w.entries[i].At, text, t.Tone(tone))
	}
	slices.Reverse(blocks)
	lead := t.Faint.Paint(widget.Fit("  LOG", answerAt))
	var out []string
	for _, l := range slices.Concat(blocks...) {
		out = append(out, lead+l)
		lead = widget.Spaces(answerAt)
	}
	return out
}

// text is all of it, for the clipboard.
func (d *deciding) text(env *Env, width int) []string {
	about := d.about()
	if about == nil {
		return nil
	}
	plain := *env
	plain.Theme = plainTheme
	var out []string
	for _, p := range d.head(&plain, about, width) {
		out = append(out, p.lines...)
	}
	return append(out, d.answers(&plain, about, width, false)...)
}

// head is what it is about, what has happened, who asked for it, and the states.
func (d *deciding) head(env *Env, c *decide.Case, width int) []part {
	t, s := env.Theme, &d.seen.shown().saga.Summary
	loud := t.Strong.With(t.Failed)
	right := loud.Paint(t.Symbols.Failed + " needs you")
	if c.More > 0 {
		right = loud.Paint(t.Symbols.Failed + " " + strconv.Itoa(c.More+1) + " rows need you")
	}
	title := part{[]string{widget.Sides("  "+t.Strong.Paint(widget.Cut(c.About, width-widget.Width(right)-5)), right+" ", width)}, 100}
	said := c.What
	if c.Brief != "" && widget.Width(said) > width-3 {
		said = c.Brief
	}
	what := part{indented("  ", widget.Wrap(said, width-3)), 90}
	story := strings.TrimSpace(s.Kind + " " + s.Short)
	if w := say.Why(s, d.turned(env)); w != "" {
		story += " " + t.Symbols.Dot + " " + w
	}
	out := []part{title, what, {indented("  ", painted(t.Faint, widget.WrapTo(story, width-3, 2))), 50}, {[]string{""}, 4}}
	switch {
	case c.States != nil:
		when := []string{"", "", ""}
		if !c.WrittenAt.IsZero() {
			at := env.Clock.When(c.WrittenAt.Time)
			when = []string{"until " + at, at + ", by " + c.WrittenBy, "read at " + env.Clock.When(c.ReadAt.Time)}
		}
		states := stateLines(t, c.States, when, width)
		out = append(out, part{states, 80}, part{[]string{""}, 4})
		if !c.WrittenAt.IsZero() && !c.ReadAt.IsZero() && c.States.Why == "" {
			text := "It was changed after " + env.Clock.When(c.WrittenAt.Time) + " and before " + env.Clock.When(c.ReadAt.Time) + ", not by this saga."
			out = append(out, part{append(indented("  ", painted(t.Faint, widget.Wrap(text, width-3))), ""), 8})
		}
	case c.Detail != "":
		out = append(out, part{indented("  ", painted(t.Failed, widget.Wrap(c.Detail, width-3))), 80}, part{[]string{""}, 4})
	}
	return out
}

// turned is when the saga was told to go back.
func (d *deciding) turned(env *Env) string {
	entries := d.seen.shown().entries
	for i := len(entries) - 1; i >= 0; i-- {
		if e := &entries[i]; e.Type == engine.EntryRollbackStarted {
			return "at " + env.Clock.When(e.At.Time)
		}
	}
	return ""
}

// stateRow is one attribute in three states.
type stateRow [4]string

// stateRows takes the states apart: what a record says, and its TTL.
func stateRows(x *engine.Conflict) []stateRow {
	value, ttl := stateRow{"value"}, stateRow{"ttl"}
	for i, s := range []string{x.Prior, x.Written, x.Live} {
		value[i+1], ttl[i+1], _ = strings.Cut(s, " ttl ")
	}
	if ttl[2] == "" || strings.Contains(ttl[1]+ttl[2]+ttl[3], " ") {
		return []stateRow{{"", x.Prior, x.Written, x.Live}}
	}
	return []stateRow{value, ttl}
}

// stateLines are the three states in columns, what somebody else has changed marked; under each other where columns have no
// room.
func stateLines(t *theme.Theme, x *engine.Conflict, when []string, width int) []string {
	heads, rows := []string{"BEFORE", "WE WROTE", "NOW"}, stateRows(x)
	mark, wide, line := "  "+t.Symbols.Differs+" somebody else", 8, 0
	for _, r := range rows {
		for i, s := range r[1:] {
			wide = max(wide, widget.Width(s))
			if i == 2 {
				line = max(line, widget.Width(s)+widget.Width(mark))
			}
		}
	}
	wide += 3
	whens := slices.MaxFunc(when, func(a, b string) int { return widget.Width(a) - widget.Width(b) })
	if roomy := max(wide, widget.Width(whens)+3, 24); when[0] != "" && answerAt+2*roomy+line < width {
		wide = roomy
	} else {
		when = []string{"", "", ""}
	}
	if answerAt+2*wide+line >= width {
		return statesBelow(t, heads, []string{x.Prior, x.Written, x.Live}, mark, width)
	}
	pad := widget.Spaces(answerAt - 2)
	out := []string{"  " + t.Faint.Paint(pad+widget.Fit(heads[0], wide)+widget.Fit(heads[1], wide)+heads[2])}
	if when[0] != "" {
		out = append(out, "  "+t.Faint.Paint(widget.Fit("when", answerAt-2)+widget.Fit(when[0], wide)+widget.Fit(when[1], wide)+when[2]))
	}
	for _, r := range rows {
		now := r[3]
		if r[3] != r[2] {
			now = t.Failed.With(t.Strong).Paint(r[3]) + t.Failed.Paint(mark)
		}
		out = append(out, "  "+t.Faint.Paint(widget.Fit(r[0], answerAt-2))+widget.Fit(r[1], wide)+widget.Fit(r[2], wide)+now)
	}
	return out
}

func statesBelow(t *theme.Theme, heads, texts []string, mark string, width int) []string {
	var out []string
	for i, s := range texts {
		ink := widget.Ink("")
		if i == 2 {
			ink = t.Failed.With(t.Strong)
		}
		for n, l := range widget.Wrap(s, max(10, width-13)) {
			label := ""
			if n == 0 {
				label = heads[i]
			}
			out = append(out, "  "+t.Faint.Paint(widget.Fit(label, 10))+ink.Paint(l))
		}
	}
	return append(out, widget.Spaces(10)+t.Failed.Paint(mark))
}

// answers are the ways to go on, each with what it does: beside its name, or below it where there is no room; when it is tight
// only that under the cursor says so.
func (d *deciding) answers(env *Env, c *decide.Case, width int, tight bool) []string {
	t := env.Theme
	at := d.at
	at.GoTo(at.At, len(c.Answers))
	var out []string
	for i, a := range c.Answers {
		on := i == at.At
		lead := "  "
		ask := ""
		if a.Phrase != "" {
			ask = "; asks for the name"
		}
		does := a.Does + ask
		if room := width - answerAt - 1; a.Brief != "" && widget.Width(does) > room {
			does = a.Brief + ask
			if widget.Width(does) > room {
				does = a.Brief // its line says so
			}
		}
		if tight && !on {
			does = ""
		}
		var block []string
		if width < twoLines {
			block = append(block, lead+a.Name)
			if does != "" {
				block = append(block, indented("    ", widget.WrapTo(does, width-5, 2))...)
			}
		} else {
			for n, l := range widget.Wrap(does, width-answerAt-1) {
				name := ""
				if n == 0 {
					name = a.Name
				} else {
					lead = "  "
				}
				name = widget.Fit(name, answerAt-2)
				if on {
					name = t.Strong.Paint(name)
				} else {
					l = t.Faint.Paint(l)
				}
				block = append(block, lead+name+l)
			}
		}
		for _, l := range block {
			if on {
				l = d.bar(t).Over(l, width)
			}
			out = append(out, l)
		}
	}
	return out
}

// bar is what lies below the answer under the cursor; its edge is faint while the form has the focus.
func (d *deciding) bar(t *theme.Theme) widget.Bar {
	b := t.Shade
	if d.Typing() {
		b.Edge = t.BarRest.Edge
	}
	return b
}
