package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/line"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// launchKinds is the list of what can be launched, grouped by what is acted on. Letters filter it; j and k move, until something is
// typed.
type launchKinds struct {
	filter line.Line
	slash  bool // the filter was begun with /: then j and k are letters too
	shown  []engine.Kind
	at     string // the kind under the cursor, by name
	top    int
}

// grouped are the kinds by their groups, in each the most used first.
func (e *Env) grouped() []engine.Kind { return say.Grouped(e.State.Kinds, e.State.Used) }

func (k *launchKinds) typing() bool { return k.slash || !k.filter.Empty() }

func (k *launchKinds) clear(all []engine.Kind) {
	k.filter.Set("")
	k.slash = false
	k.find(all)
}

// find leaves the kinds that all words of the filter occur in.
func (k *launchKinds) find(all []engine.Kind) {
	passes := list.Words(k.filter.String())
	k.shown = k.shown[:0]
	for _, kind := range all {
		if passes(say.GroupOf(&kind) + " " + kind.Name + " " + kind.Summary + " " + kind.Undo + " " + strings.Join(kind.Steps, " ")) {
			k.shown = append(k.shown, kind)
		}
	}
	if k.cursor() < 0 && len(k.shown) > 0 {
		k.at = k.shown[k.nearest()].Name
	}
}

// nearest is which of the kinds shown is meant by the filter: one of that name, or else one whose name begins with it or has it, before
// those that only speak of it.
func (k *launchKinds) nearest() int {
	text := strings.ToLower(strings.TrimSpace(k.filter.String()))
	for _, like := range []func(name, text string) bool{
		func(name, text string) bool { return name == text }, strings.HasPrefix, strings.Contains,
	} {
		if at := slices.IndexFunc(k.shown, func(x engine.Kind) bool { return like(x.Name, text) }); at >= 0 {
			return at
		}
	}
	return 0
}

func (k *launchKinds) cursor() int {
	return slices.IndexFunc(k.shown, func(x engine.Kind) bool { return x.Name == k.at })
}

func (k *launchKinds) chosen() (engine.Kind, bool) {
	i := k.cursor()
	if i < 0 {
		return engine.Kind{}, false
	}
	return k.shown[i], true
}

// clicked moves to the kind that stands on a line. It reports whether the cursor was there already.
func (k *launchKinds) clicked(line string) (again bool) {
	words := strings.Fields(line)
	for _, x := range k.shown {
		if len(words) > 0 && words[0] == x.Name {
			again = k.at == x.Name
			k.at = x.Name
		}
	}
	return again
}

func (k *launchKinds) move(n int) {
	if len(k.shown) > 0 {
		k.at = k.shown[max(0, min(k.cursor()+n, len(k.shown)-1))].Name
	}
}

// update moves and filters. page is how many lines are shown.
func (k *launchKinds) update(all []engine.Kind, msg tea.Msg, page int) {
	if p, ok := msg.(tea.KeyPressMsg); ok {
		name := p.String()
		if !k.typing() {
			switch name {
			case "j":
				name = "down"
			case "k":
				name = "up"
			case "/":
				k.slash = true
				return
			}
		}
		switch name {
		case "down", "tab":
			k.move(1)
			return
		case "up", "shift+tab":
			k.move(-1)
			return
		case "pgdown":
			k.move(max(1, page/3))
			return
		case "pgup":
			k.move(-max(1, page/3))
			return
		case "home":
			k.move(-len(k.shown))
			return
		case "end":
			k.move(len(k.shown))
			return
		case "space":
			if !k.typing() {
				return
			}
		}
	}
	if changed := k.filter.Update(msg); changed {
		k.slash = k.slash && !k.filter.Empty()
		k.at = ""
		k.find(all)
	}
}

// view draws each kind with what it does and what undo does: side by side where there is room, else below each other.
func (k *launchKinds) view(env *Env, width, height int) Drawing {
	t := env.Theme
	var d Drawing
	if k.typing() {
		text, x := k.filter.View(line.Field(t), min(30, width-5), true)
		d.Lines = append(d.Lines, "  "+t.Key.Paint("/")+" "+text)
		d.Cursor = tea.NewCursor(4+x, 0)
		if height >= 10 {
			d.Lines = append(d.Lines, "")
		}
	}
	if len(k.shown) == 0 {
		text := "no kind matches"
		if !k.typing() {
			text = "the engine has not answered yet"
		}
		d.Lines = append(d.Lines, "  "+t.Faint.Paint(text))
		return d
	}
	name := 4
	for _, x := range env.State.Kinds {
		name = max(name, widget.Width(x.Name))
	}
	name = min(name, width/2)
	what, undo := 0, 0
	for _, x := range env.State.Kinds {
		what, undo = max(what, widget.Width(x.Summary)), max(undo, widget.Width(x.Undo))
	}
	wide := 2+name+2+what+2+undo+1 <= width
	if wide {
		d.Lines = append(d.Lines, t.Faint.Paint("  "+widget.Fit("KIND", name+2)+widget.Fit("WHAT IT DOES", what+2)+"UNDO"))
	}
	each := 1
	switch {
	case width < twoLines:
		each = 3
	case !wide:
		each = 2
	}
	lines, at := k.blocks(t, name, what, width, each)
	room := max(1, height-len(d.Lines))
	top := widget.Window(len(lines), at+each-1, k.top, room) // all of the one under the cursor is in sight
	top = max(0, min(top, at-1, len(lines)-room))
	d.Lines = append(d.Lines, lines[top:min(len(lines), top+room)]...)
	d.Shown = func() { k.top = top }
	return d
}

// blocks are the lines of all kinds that are shown, under the headings of their groups, and where the one under the cursor begins.
func (k *launchKinds) blocks(t *theme.Theme, name, what, width, each int) (lines []string, at int) {
	group := ""
	for i := range k.shown {
		x := &k.shown[i]
		if g := say.GroupOf(x); g != group {
			if group != "" {
				lines = append(lines, "")
			}
			group = g
			lines = append(lines, "  "+t.Faint.Paint(strings.ToUpper(g)))
		}
		if x.Name == k.at {
			at = len(lines)
		}
		lines = append(lines, k.item(t, *x, name, what, width, each)...)
	}
	return lines, at
}

func (k *launchKinds) item(t *theme.Theme, x engine.Kind, name, what, width, each int) []string {
	on := x.Name == k.at
	faint := t.Faint
	if on {
		faint = ""
	}
	var lines []string
	switch each {
	case 1:
		lines = []string{"  " + widget.Fit(x.Name, name) + "  " + widget.Fit(x.Summary, what) + "  " + faint.Paint(x.Undo)}
	case 2:
		pad := widget.Spaces(2 + name + 2)
		lines = []string{
			"  " + widget.Fit(x.Name, name) + "  " + widget.Cut(x.Summary, width-name-5),
			pad + faint.Paint(widget.Cut("undo: "+x.Undo, width-name-5)),
		}
	default:
		lines = []string{
			"  " + t.Strong.Paint(widget.Cut(x.Name, width-3)), "    " + widget.Cut(x.Summary, width-5),
			"    " + faint.Paint(widget.Cut("undo: "+x.Undo, width-5)),
		}
		if on {
			lines[0] = "  " + widget.Cut(x.Name, width-3)
		}
	}
	if on {
		for i, l := range lines {
			lines[i] = t.Bar.Over(l, width)
		}
	}
	return lines
}

// onKinds gives the page of kinds a key.
func (l *launch) onKinds(env *Env, msg tea.Msg) Action {
	if c, ok := msg.(confirm.Clicked); ok {
		if !l.kinds.clicked(c.Line) {
			return nil
		}
		kind, _ := l.kinds.chosen()
		return l.choose(env, kind)
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch name := k.String(); {
		case name == "esc" && l.kinds.typing():
			l.kinds.clear(env.grouped())
			return nil
		case name == "esc", name == "q" && !l.kinds.typing():
			return Back{}
		case name == "enter" || name == "right" && !l.kinds.typing():
			if kind, ok := l.kinds.chosen(); ok {
				return l.choose(env, kind)
			}
			return nil
		case !l.kinds.typing() && (name == "?" || name == ":"):
			c, _ := env.Keys.Find(name, keys.Everywhere)
			return Press{c}
		}
	}
	l.kinds.update(env.grouped(), msg, l.rows)
	return nil
}

// choose goes on with a kind: to the list of steps, or to the form.
func (l *launch) choose(env *Env, kind engine.Kind) Action {
	if kind.Adhoc {
		l.list.begin(kind.Name, env.State.Steps)
		l.page = launchOnSteps
		return nil
	}
	return l.open(env, engine.Launch{Kind: kind.Name, Inputs: l.door.Inputs, Reason: l.door.Reason})
}
