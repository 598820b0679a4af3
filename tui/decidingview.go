package tui

import (
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/decide"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// plainTheme is for text that leaves the screen.
var plainTheme = theme.New(theme.Choice{NoColor: true})

// answerAt is the column at which the states and what the answers do begin, where there is room.
const answerAt = 20

// View draws what has happened, the states, and the answers; the answers are always to be seen.
func (d *deciding) View(env *Env, width, height int) Drawing {
	about := d.about()
	switch {
	case d.seen.err != "":
		return Drawing{Lines: empty(env, width, height, "this saga cannot be read", d.seen.err)}
	case d.seen.shown() == nil:
		return Drawing{Lines: []string{"", "  " + env.Theme.Faint.Paint("reading its ledger"+env.Theme.Symbols.More)}}
	case about == nil:
		return Drawing{Lines: empty(env, width, height, "nothing in it has to be decided", "esc goes back")}
	}
	answers := d.answers(env, about, width, height < 14)
	lines := d.head(env, about, width)
	if height >= 26 {
		lines = append([]string{""}, lines...)
		answers = append([]string{"  " + env.Theme.Strong.Paint("What shall happen?"), ""}, answers...)
	}
	if over := len(lines) + len(answers) - height; over > 0 { // air goes first, then what is below
		lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
		lines = lines[:max(0, min(len(lines), height-len(answers)))]
	}
	return Drawing{Lines: append(lines, answers...)}
}

// lines are all of it, for the clipboard.
func (d *deciding) lines(env *Env, width int) []string {
	about := d.about()
	if about == nil {
		return nil
	}
	return append(d.head(env, about, width), d.answers(env, about, width, false)...)
}

// head is what it is about, what has happened, who asked for it, and the states.
func (d *deciding) head(env *Env, c *decide.Case, width int) []string {
	t, s := env.Theme, &d.seen.shown().saga.Summary
	right := t.Failed.Paint(t.Symbols.Failed + " needs you")
	if c.More > 0 {
		right = t.Failed.Paint(t.Symbols.Failed + " " + strconv.Itoa(c.More+1) + " rows need you")
	}
	out := []string{widget.Sides("  "+t.Strong.Paint(widget.Cut(c.About, width-widget.Width(right)-5)), right+" ", width)}
	for _, l := range widget.Wrap(c.What, width-3) {
		out = append(out, "  "+l)
	}
	story := strings.TrimSpace(s.Kind + " " + s.Short)
	if w := say.Why(s, ""); w != "" {
		story += " " + t.Symbols.Dot + " " + w
	}
	out = append(out, "  "+t.Faint.Paint(widget.Cut(story, width-3)), "")
	switch {
	case c.States != nil:
		out = append(out, stateLines(t, c.States, width)...)
	case c.Detail != "":
		for _, l := range widget.Wrap(c.Detail, width-3) {
			out = append(out, "  "+t.Failed.Paint(l))
		}
	}
	return append(out, "")
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
func stateLines(t *theme.Theme, x *engine.Conflict, width int) []string {
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
	if answerAt+2*wide+line >= width {
		return statesBelow(t, heads, []string{x.Prior, x.Written, x.Live}, mark, width)
	}
	pad := widget.Spaces(answerAt - 2)
	out := []string{"  " + t.Faint.Paint(pad+widget.Fit(heads[0], wide)+widget.Fit(heads[1], wide)+heads[2])}
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
	d.at.GoTo(d.at.At, len(c.Answers))
	var out []string
	for i, a := range c.Answers {
		on := i == d.at.At
		lead := "  "
		if on {
			lead = "  "
		}
		does := a.Does
		if a.Phrase != "" {
			does += "; asks for the name"
		}
		if tight && !on {
			does = ""
		}
		var block []string
		if width < twoLines {
			block = append(block, lead+a.Name)
			if does != "" {
				block = append(block, indented("    ", widget.Wrap(does, width-5))...)
			}
		} else {
			for n, l := range widget.Wrap(does, width-answerAt-1) {
				name := ""
				if n == 0 {
					name = a.Name
				} else {
					lead = "  "
				}
				block = append(block, lead+widget.Fit(name, answerAt-2)+l)
			}
		}
		for _, l := range block {
			if on {
				l = t.Shade.Over(l, width)
			}
			out = append(out, l)
		}
	}
	return out
}
