package tui

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/confirm"
	"arcadia/tui/form"
	"arcadia/tui/keys"
	"arcadia/tui/line"
	"arcadia/tui/list"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// The stops of the page on which an ad-hoc launch gets its steps.
const (
	stepsKnown  = "known"
	stepsChosen = "chosen"
	stepsNext   = "next"
	stepsBack   = "back"
)

// launchSteps puts together the steps of an ad-hoc launch: from the list of all, in the order of the operator.
type launchSteps struct {
	kind   string
	focus  string
	filter line.Line
	shown  []string
	at     int // of shown
	top    int
	chosen []string
	on     int // of chosen
	low    int
	err    string
}

func (s *launchSteps) begin(kind string, all []string) {
	if s.kind != kind {
		s.kind, s.focus = kind, stepsKnown
	}
	s.find(all)
}

func (s *launchSteps) find(all []string) {
	passes := list.Words(s.filter.String())
	s.shown = s.shown[:0]
	for _, name := range all {
		if passes(name) {
			s.shown = append(s.shown, name)
		}
	}
	s.at = max(0, min(s.at, len(s.shown)-1))
}

func (s *launchSteps) stops() []string {
	return []string{stepsKnown, stepsChosen, stepsNext, stepsBack}
}

func (s *launchSteps) tips() []keys.Hint {
	switch s.focus {
	case stepsKnown:
		return keys.Hints("enter", "add", "tab", "next", "a-z", "filter", "esc", "back")
	case stepsChosen:
		return keys.Hints("J K", "move the step", "x", "take out", "tab", "next", "esc", "back")
	}
	return keys.Hints("enter", "choose", "tab", "next", "esc", "back")
}

// update adds, takes out and moves steps.
func (s *launchSteps) update(all []string, msg tea.Msg) form.Event {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if s.focus == stepsKnown {
			s.typed(all, msg)
		}
		return form.Stays
	}
	name := k.String()
	s.err = ""
	switch name {
	case "esc":
		if s.focus == stepsKnown && !s.filter.Empty() {
			s.filter.Set("")
			s.find(all)
			return form.Stays
		}
		return form.Leaves
	case "tab":
		s.focus = confirm.Around(s.stops(), s.focus, 1)
		return form.Stays
	case "shift+tab":
		s.focus = confirm.Around(s.stops(), s.focus, -1)
		return form.Stays
	}
	switch s.focus {
	case stepsKnown:
		s.known(all, k)
	case stepsChosen:
		s.arrange(name)
	case stepsNext, stepsBack:
		return s.button(name)
	}
	return form.Stays
}

func (s *launchSteps) button(name string) form.Event {
	switch name {
	case "left", "right":
		s.focus = confirm.Around([]string{stepsNext, stepsBack}, s.focus, 1)
	case "up":
		s.focus = stepsChosen
	case "enter":
		switch {
		case s.focus == stepsBack:
			return form.Leaves
		case len(s.chosen) == 0:
			s.err = "add at least one step"
			s.focus = stepsKnown
		default:
			return form.Submits
		}
	}
	return form.Stays
}

func (s *launchSteps) known(all []string, k tea.KeyPressMsg) {
	switch k.String() {
	case "down":
		s.at = max(0, min(s.at+1, len(s.shown)-1))
	case "up":
		s.at = max(0, s.at-1)
	case "enter":
		if s.at < len(s.shown) {
			s.chosen = append(s.chosen, s.shown[s.at])
			s.on = len(s.chosen) - 1
		}
	case "right":
		if s.filter.Empty() {
			s.focus = stepsChosen
			return
		}
		s.typed(all, k)
	default:
		s.typed(all, k)
	}
}

func (s *launchSteps) typed(all []string, msg tea.Msg) {
	if changed := s.filter.Update(msg); changed {
		s.at = 0
		s.find(all)
	}
}

func (s *launchSteps) arrange(name string) {
	n := len(s.chosen)
	swap := func(to int) {
		if to >= 0 && to < n {
			s.chosen[s.on], s.chosen[to] = s.chosen[to], s.chosen[s.on]
			s.on = to
		}
	}
	switch name {
	case "down", "j":
		s.on = max(0, min(s.on+1, n-1))
	case "up", "k":
		s.on = max(0, s.on-1)
	case "J", "shift+down", "alt+down":
		swap(s.on + 1)
	case "K", "shift+up", "alt+up":
		swap(s.on - 1)
	case "x", "backspace", "delete":
		if n > 0 {
			s.chosen = slices.Delete(s.chosen, s.on, s.on+1)
			s.on = max(0, min(s.on, n-2))
		}
	case "left":
		s.focus = stepsKnown
	case "enter":
		s.focus = stepsNext
	}
}

// view draws what there is on the left and what was chosen on the right.
func (s *launchSteps) view(env *Env, width, height int) Drawing {
	t := env.Theme
	half := (width - 3) / 2
	body := max(1, height-3)
	if height < 8 {
		body = max(1, height-2)
	}
	heads := []string{"STEPS", "THE SAGA"}
	ink := func(on bool) widget.Ink {
		if on {
			return t.Strong
		}
		return t.Faint
	}
	var d Drawing
	left := ink(s.focus == stepsKnown).Paint(heads[0])
	if text := s.filter.String(); text != "" || s.focus == stepsKnown && height >= 8 {
		line, x := s.filter.View(line.Field(t), max(4, min(20, half-len(heads[0])-3)), s.focus == stepsKnown)
		left += "  " + line
		if s.focus == stepsKnown {
			d.Cursor = tea.NewCursor(1+len(heads[0])+2+x, 0)
		}
	}
	right := ink(s.focus == stepsChosen).Paint(heads[1])
	d.Lines = append(d.Lines, " "+widget.Fit(left, half)+"  "+right)
	top, low := widget.Window(len(s.shown), s.at, s.top, body), widget.Window(len(s.chosen), s.on, s.low, body)
	d.Shown = func() { s.top, s.low = top, low }
	rows := body
	if height >= 8 {
		rows = min(body, max(len(s.shown), len(s.chosen), 1))
	}
	for i := range rows {
		l := widget.Spaces(half)
		if n := top + i; n < len(s.shown) {
			l = s.row(t, s.shown[n], n == s.at, s.focus == stepsKnown, half)
		}
		r := ""
		if n := low + i; n < len(s.chosen) {
			r = s.row(t, widget.FitRight(strconv.Itoa(n), 2)+"  "+s.chosen[n], n == s.on, s.focus == stepsChosen, width-half-4)
		} else if n == 0 {
			r = t.Faint.Paint(" no step yet: enter adds one")
		}
		d.Lines = append(d.Lines, " "+l+"  "+widget.Cut(r, width-half-4))
	}
	if height >= 8 {
		d.Lines = append(d.Lines, "")
	}
	line := " " + confirm.Buttons(t, []confirm.Button{{ID: stepsNext, Word: "Next", Off: len(s.chosen) == 0}, {ID: stepsBack, Word: "Back"}}, s.focus)
	switch {
	case s.err != "":
		line += "  " + t.Failed.Paint(s.err)
	case s.focus == stepsChosen && len(s.chosen) > 0:
		line += "  " + t.Faint.Paint("J K move a step, x takes it out")
	}
	d.Lines = append(d.Lines, line)
	return d
}

func (s *launchSteps) row(t *theme.Theme, text string, on, focused bool, width int) string {
	text = widget.Fit(" "+text, width)
	switch {
	case on && focused:
		return t.Bar.Over(text, width)
	case on:
		return t.Strong.Paint(text)
	}
	return text
}
