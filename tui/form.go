package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/line"
)

// The stops of a form that are no inputs. Inputs have their own names, which hold no #.
const (
	formValues = "#values" // whether each step has values of its own
	formPlan   = "#plan"
	formBack   = "#back"
)

// formEvent is what a form wants from the screen that it is on.
type formEvent int

const (
	formStays formEvent = iota
	formSubmits
	formLeaves
)

// form asks for the inputs of one launch. It lives until the launch: leaving and coming back finds what was typed.
type form struct {
	kind   string
	steps  []string
	reads  [][]engine.Field // what each step declares
	fields []*formField
	given  engine.Inputs // what the door brought
	apart  bool          // each step has values of its own
	adhoc  bool          // the launch names its steps
	choice bool          // whether each step has its own can be chosen here
	focus  string
	token  string // the launch's key: however often it is sent, it launches once
	reason line.Line
	page   int // rows of a list that fit at the last drawing
}

// newForm makes the form of a launch. token is its key.
func newForm(l engine.Launch, steps []string, reads [][]engine.Field, adhoc bool, token string) *form {
	f := &form{kind: l.Kind, steps: steps, reads: reads, given: l.Inputs, adhoc: adhoc, choice: adhoc && sharing(reads), token: token}
	f.reason.Set(visible.Text(l.Reason))
	for k := range l.Inputs {
		f.apart = f.apart || f.choice && strings.Contains(k, ":")
	}
	f.build(func(fd *formField) (string, bool) {
		v, ok := l.Inputs[fd.key]
		if !ok {
			v, ok = l.Inputs[fd.field().Name]
		}
		return v, ok
	})
	f.focus = formPlan
	for _, fd := range f.fields {
		if fd.shown && fd.value() == "" && fd.required() {
			f.focus = fd.key
			break
		}
	}
	if f.focus == formPlan && !f.complete() {
		f.focus = f.stops()[0]
	}
	return f
}

// complete reports whether the door brought something and nothing is left to ask for.
func (f *form) complete() bool { return len(f.given) > 0 && f.firstBad() == nil }

func (f *form) build(value func(*formField) (string, bool)) {
	f.fields = formFields(f.reads, f.apart)
	for _, fd := range f.fields {
		if v, ok := value(fd); ok {
			fd.put(v, "")
			fd.given = true
		} else if d := fd.field().Default; d != "" {
			fd.put(d, "")
		}
	}
	f.settle()
}

// regroup changes between values for all steps and values for each, and carries over what there is.
func (f *form) regroup() {
	old := f.fields
	f.apart = !f.apart
	f.build(func(fd *formField) (string, bool) {
		for _, o := range old {
			if o.key == fd.key || o.field().Name == fd.field().Name && (o.step == everyStep || fd.step == everyStep) {
				return o.value(), o.value() != ""
			}
		}
		return "", false
	})
	f.focus = formValues
}

// settle finds out which fields apply to the values as they are. A field may depend on another that depends on a third.
func (f *form) settle() {
	for range len(f.fields) + 1 {
		in, moved := f.inputs(), false
		for _, fd := range f.fields {
			if on := fd.applies(in); on != fd.shown {
				fd.shown, moved = on, true
			}
		}
		if !moved {
			break
		}
	}
	for _, fd := range f.fields {
		fd.was = fd.was || fd.shown
	}
	if !slices.Contains(f.stops(), f.focus) && f.focus != "" {
		f.focus = f.stops()[0]
	}
}

// inputs are what a launch would get: the values of the fields that apply, and what the door brought for those that never
// did.
func (f *form) inputs() engine.Inputs {
	in := engine.Inputs{}
	for _, fd := range f.fields {
		if v := fd.value(); v != "" && (fd.shown || fd.given && !fd.was) {
			in[fd.key] = v
		}
	}
	return in
}

// launch is what the form says so far.
func (f *form) launch() engine.Launch {
	l := engine.Launch{Kind: f.kind, Inputs: f.inputs(), Key: f.token, Reason: strings.TrimSpace(f.reason.String())}
	if f.adhoc {
		l.Steps = slices.Clone(f.steps)
	}
	return l
}

func (f *form) find(key string) *formField {
	if i := slices.IndexFunc(f.fields, func(fd *formField) bool { return fd.key == key }); i >= 0 {
		return f.fields[i]
	}
	return nil
}

// stops are what tab goes through.
func (f *form) stops() []string {
	var out []string
	if f.choice {
		out = append(out, formValues)
	}
	for _, fd := range f.fields {
		if fd.shown {
			out = append(out, fd.key)
		}
	}
	return append(out, formPlan, formBack)
}

// enter brings the focus to a stop. A field with a list asks for it.
func (f *form) enter(to Receiver, stop string) Action {
	f.focus = stop
	fd := f.find(stop)
	if fd == nil {
		return nil
	}
	// What was not typed is there to be replaced: one who types 300 over a default of 1800 does not mean 1800300.
	preset := fd.field().Default != "" && fd.value() == fd.field().Default
	fd.line.Enter(preset || fd.pick != nil)
	if fd.pick == nil {
		return nil
	}
	fd.pick.typed, fd.pick.moved = false, false
	f.narrow(fd)
	return f.load(to, fd)
}

// leave is what happens as the focus leaves a field: an empty one gets its default back, because that is what would be
// launched, and every field that has been left once is checked again with the others as they are now.
func (f *form) leave() {
	fd := f.find(f.focus)
	if fd == nil {
		return
	}
	fd.line.Leave()
	fd.touched = true
	if d := fd.field().Default; d != "" && fd.value() == "" {
		fd.put(d, "")
	}
	f.settle()
	f.recheck()
}

func (f *form) recheck() {
	in := f.inputs()
	for _, fd := range f.fields {
		fd.err = ""
		if fd.touched && fd.shown {
			if err := fd.check(in, fd.value()); err != nil {
				fd.err = visible.Text(err.Error())
			}
		}
	}
}

// firstBad is the first field whose value is not taken.
func (f *form) firstBad() *formField {
	in := f.inputs()
	for _, fd := range f.fields {
		if fd.shown && fd.check(in, fd.value()) != nil {
			return fd
		}
	}
	return nil
}

// submit checks everything; the first field that is wrong gets the focus.
func (f *form) submit(to Receiver) (Action, formEvent) {
	f.settle()
	for _, fd := range f.fields {
		fd.touched = true
	}
	f.recheck()
	if bad := f.firstBad(); bad != nil {
		return f.enter(to, bad.key), formStays
	}
	return nil, formSubmits
}

// refuse puts what the engine says of an input under its field. It reports false when the form has no such field.
func (f *form) refuse(to Receiver, e *engine.InputError) (Action, bool) {
	_, bare, scoped := strings.Cut(e.Name, ":")
	if !scoped {
		bare = e.Name
	}
	for _, match := range []func(*formField) bool{
		func(fd *formField) bool { return fd.key == e.Name },
		func(fd *formField) bool {
			return fd.field().Name == bare && slices.ContainsFunc(fd.readers, func(r formReader) bool { return r.idx == e.Idx })
		},
		func(fd *formField) bool { return fd.field().Name == bare },
	} {
		i := slices.IndexFunc(f.fields, func(fd *formField) bool { return fd.shown && match(fd) })
		if i < 0 {
			continue
		}
		fd := f.fields[i]
		fd.touched = true
		do := f.enter(to, fd.key)
		fd.refused = visible.Text(e.Err.Error())
		return do, true
	}
	return nil, false
}

// update does what a key or a paste asks for. to is the screen, for what has to be loaded.
func (f *form) update(to Receiver, msg tea.Msg) (Action, formEvent) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if _, paste := msg.(tea.PasteMsg); paste {
			f.edit(msg)
		}
		return nil, formStays
	}
	fd := f.find(f.focus)
	switch name := k.String(); name {
	case "esc":
		f.leave()
		return nil, formLeaves
	case "tab":
		return f.step(to, 1, false), formStays
	case "shift+tab":
		return f.step(to, -1, false), formStays
	case "enter":
		switch f.focus {
		case formPlan:
			return f.submit(to)
		case formBack:
			return nil, formLeaves
		}
		return f.step(to, 1, true), formStays
	case "down", "up", "pgdown", "pgup":
		n := map[string]int{"down": 1, "up": -1, "pgdown": max(1, f.page), "pgup": -max(1, f.page)}[name]
		if fd != nil && fd.pick != nil && len(fd.pick.shown) > 0 {
			fd.pick.move(n)
			return nil, formStays
		}
		return f.step(to, max(-1, min(n, 1)), false), formStays
	case "?":
		if f.button(f.focus) {
			return Press{keys.CmdHelp}, formStays
		}
	case "left", "right", "space":
		if n := map[string]int{"left": -1, "right": 1, "space": 1}[name]; f.turn(fd, n) {
			return nil, formStays
		}
	}
	f.edit(k)
	return nil, formStays
}

// turn moves along what is chosen on one line: choices, the values switch, the buttons.
func (f *form) turn(fd *formField, n int) bool {
	switch {
	case f.focus == formValues:
		f.regroup()
	case f.focus == formPlan, f.focus == formBack:
		f.focus = confirm.Around([]string{formPlan, formBack}, f.focus, n)
	case fd != nil && fd.field().Type == engine.ChoiceField:
		fd.next(n, "")
		f.settle()
	default:
		return false
	}
	return true
}

// step leaves a field for the next one. What stands under the cursor of its list is taken when it was asked for: by
// enter, or by having typed or moved.
func (f *form) step(to Receiver, n int, enter bool) Action {
	if fd := f.find(f.focus); fd != nil && fd.pick != nil && (enter || fd.pick.typed || fd.pick.moved) {
		f.choose(fd)
	}
	f.leave()
	return f.enter(to, confirm.Around(f.stops(), f.focus, n))
}

// edit gives a key or a paste to the field with the focus.
func (f *form) edit(msg tea.Msg) {
	fd := f.find(f.focus)
	if fd == nil {
		return
	}
	if fd.field().Type == engine.ChoiceField {
		if k, ok := msg.(tea.KeyPressMsg); ok && k.Text != "" {
			fd.next(0, k.Text)
			f.settle()
		}
		return
	}
	if changed := fd.line.Update(msg); !changed {
		return
	}
	fd.edited()
	f.settle()
	if fd.pick != nil {
		fd.pick.typed = true
		f.narrow(fd)
	}
}

// tips are the keys that work where the focus is.
func (f *form) tips() []keys.Hint {
	tail := keys.Hints("tab", "next", "esc", "back")
	fd := f.find(f.focus)
	switch {
	case f.button(f.focus):
		return append(keys.Hints("enter", "choose"), tail...)
	case f.focus == formValues, fd != nil && fd.field().Type == engine.ChoiceField:
		return append(keys.Hints("← →", "choose"), tail...)
	case fd != nil && fd.pick != nil && len(fd.pick.rows) > 0:
		return append(keys.Hints("↑ ↓", "pick", "enter", "take it", "a-z", "filter"), tail...)
	}
	return append(keys.Hints("enter", "next"), tail[1:]...)
}
