package form

import (
	"cmp"
	"slices"
	"strings"

	"arcadia/tui/confirm"
)

// word is what stands on a button at the end of the form.
func (f *Form) word(id string) string {
	return map[string]string{PlanStop: cmp.Or(f.Word, "Show the plan"), EveryStop: "Run this every…", BackStop: "Back"}[id]
}

// push presses the button with the focus.
func (f *Form) push() (Load, Event) {
	switch f.Focus {
	case PlanStop:
		return f.submit(Submits)
	case EveryStop:
		return f.submit(Keeps)
	}
	return nil, Leaves
}

// clicked moves the focus to what was clicked; a click on the button that has it presses it.
func (f *Form) clicked(c confirm.Clicked) (Load, Event) {
	all := f.buttons()
	at := slices.IndexFunc(all, func(id string) bool { return f.word(id) == c.Button })
	switch {
	case at >= 0 && all[at] == f.Focus:
		return f.push()
	case at >= 0:
		return f.Enter(all[at]), Stays
	}
	line := strings.TrimSpace(c.Line)
	for _, fd := range f.Fields {
		if fd.shown && fd.Key != f.Focus && strings.HasPrefix(line, fd.field().Label+" ") {
			f.settle()
			return f.Enter(fd.Key), Stays
		}
	}
	return nil, Stays
}
