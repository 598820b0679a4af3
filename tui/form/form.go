// Package form asks for the inputs of a launch: fields from what steps declare, checked as they are left, picked from lists that
// are read elsewhere. It does no input or output: what has to be read it hands to its caller as a Load.
package form

import (
	"context"
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
	PlanStop   = "#plan"
	EveryStop  = "#every" // where Every says that there is one
	BackStop   = "#back"
)

// Event is what a form wants from the screen that it is on.
type Event int

// The events.
const (
	Stays Event = iota
	Submits
	Keeps // what it says shall be launched again and again
	Leaves
	Helps
)

// Load reads what can be picked, away from the screen. Its answer goes to Loaded. Nil: there is nothing to read.
type Load func(ctx context.Context) tea.Msg

// Form asks for the inputs of one launch. It lives until the launch: leaving and coming back finds what was typed.
type Form struct {
	Kind   string
	steps  []string
	reads  [][]engine.Field // what each step declares
	Fields []*Field
	given  engine.Inputs // what the door brought
	apart  bool          // each step has values of its own
	Adhoc  bool          // the launch names its steps
	Every  bool          // what it says can be launched again and again
	Word   string        // of the button that submits; empty: that of a launch
	choice bool          // whether each step has its own can be chosen here
	Focus  string
	Token  string // the launch's key: however often it is sent, it launches once
	Reason line.Line
	page   int // rows of a list that fit at the last drawing
}

// New makes the form of a launch. token is its key.
func New(l engine.Launch, steps []string, reads [][]engine.Field, adhoc bool, token string) *Form {
	f := &Form{Kind: l.Kind, steps: steps, reads: reads, given: l.Inputs, Adhoc: adhoc, choice: adhoc && sharing(reads), Token: token}
	f.Reason.Set(visible.Text(l.Reason))
	for k := range l.Inputs {
		f.apart = f.apart || f.choice && strings.Contains(k, ":")
	}
	f.build(func(fd *Field) (string, bool) {
		v, ok := l.Inputs[fd.Key]
		if !ok {
			v, ok = l.Inputs[fd.field().Name]
		}
		return v, ok
	})
	f.Focus = PlanStop
	for _, fd := range f.Fields {
		if fd.shown && fd.Value() == "" && fd.required() {
			f.Focus = fd.Key
			break
		}
	}
	if f.Focus == PlanStop && !f.Complete() {
		f.Focus = f.stops()[0]
	}
	return f
}

// Start puts the focus on an input, or on the button behind the last.
func (f *Form) Start(at string) {
	f.Focus = PlanStop
	for _, fd := range f.Fields {
		if fd.shown && fd.field().Name == at {
			f.Focus = fd.Key
			return
		}
	}
}

// Last puts the focus on the button that keeps the launch, when nothing is left to ask for.
func (f *Form) Last() {
	if f.Focus == PlanStop && f.Every {
		f.Focus = EveryStop
	}
}

// Complete reports whether the door brought something and nothing is left to ask for.
func (f *Form) Complete() bool { return len(f.given) > 0 && f.firstBad() == nil }

func (f *Form) build(value func(*Field) (string, bool)) {
	f.Fields = formFields(f.reads, f.apart)
	for _, fd := range f.Fields {
		if v, ok := value(fd); ok {
			fd.Put(v, "")
			fd.given = true
		} else if d := fd.field().Default; d != "" {
			fd.Put(d, "")
		}
	}
	f.settle()
}

// regroup changes between values for all steps and values for each, and carries over what there is.
func (f *Form) regroup() {
	old := f.Fields
	f.apart = !f.apart
	f.build(func(fd *Field) (string, bool) {
		for _, o := range old {
			if o.Key == fd.Key || o.field().Name == fd.field().Name && (o.step == everyStep || fd.step == everyStep) {
				return o.Value(), o.Value() != "" && (o.shown || o.given)
			}
		}
		return "", false
	})
	f.Focus = formValues
}

// settle finds out which fields apply to the values as they are. A field may depend on another that depends on a third.
func (f *Form) settle() {
	for range len(f.Fields) + 1 {
		in, moved := f.Inputs(), false
		for _, fd := range f.Fields {
			if on := fd.applies(in); on != fd.shown {
				fd.shown, moved = on, true
			}
		}
		if !moved {
			break
		}
	}
	for _, fd := range f.Fields {
		fd.was = fd.was || fd.shown
	}
	if !slices.Contains(f.stops(), f.Focus) && f.Focus != "" {
		f.Focus = f.stops()[0]
	}
}

// Inputs are what a launch would get: the values of the fields that apply, and what the door brought for those that never
// did.
func (f *Form) Inputs() engine.Inputs {
	in := engine.Inputs{}
	for _, fd := range f.Fields {
		if v := fd.Value(); v != "" && (fd.shown || fd.given && !fd.was) {
			in[fd.Key] = v
		}
	}
	return in
}

// Launch is what the form says so far.
func (f *Form) Launch() engine.Launch {
	l := engine.Launch{Kind: f.Kind, Inputs: f.Inputs(), Key: f.Token, Reason: strings.TrimSpace(f.Reason.String())}
	if f.Adhoc {
		l.Steps = slices.Clone(f.steps)
	}
	return l
}

// Find is the field of a key, or nil.
func (f *Form) Find(key string) *Field {
	if i := slices.IndexFunc(f.Fields, func(fd *Field) bool { return fd.Key == key }); i >= 0 {
		return f.Fields[i]
	}
	return nil
}

// stops are what tab goes through.
func (f *Form) stops() []string {
	var out []string
	if f.choice {
		out = append(out, formValues)
	}
	for _, fd := range f.Fields {
		if fd.shown {
			out = append(out, fd.Key)
		}
	}
	return append(out, f.buttons()...)
}

// buttons are the stops behind the last field.
func (f *Form) buttons() []string {
	if f.Every {
		return []string{PlanStop, EveryStop, BackStop}
	}
	return []string{PlanStop, BackStop}
}

// Enter brings the focus to a stop. A field with a list asks for it.
func (f *Form) Enter(stop string) Load {
	f.Focus = stop
	fd := f.Find(stop)
	if fd == nil {
		return nil
	}
	// What was not typed is there to be replaced: one who types 300 over a default of 1800 does not mean 1800300.
	preset := fd.field().Default != "" && fd.Value() == fd.field().Default
	fd.line.Enter(preset || fd.pick != nil)
	if fd.pick == nil {
		return nil
	}
	fd.pick.typed, fd.pick.moved = false, false
	f.narrow(fd)
	return f.load(fd)
}

// leave is what happens as the focus leaves a field: an empty one gets its default back, because that is what would be
// launched, and every field that has been left once is checked again with the others as they are now.
func (f *Form) leave() {
	fd := f.Find(f.Focus)
	if fd == nil {
		return
	}
	fd.line.Leave()
	fd.touched = true
	if d := fd.field().Default; d != "" && fd.Value() == "" {
		fd.Put(d, "")
	}
	f.settle()
	f.recheck()
}

func (f *Form) recheck() {
	in := f.Inputs()
	for _, fd := range f.Fields {
		fd.err = ""
		if fd.touched && fd.shown {
			if err := fd.check(in, fd.Value()); err != nil {
				fd.err = visible.Text(err.Error())
			}
		}
	}
}

// firstBad is the first field whose value is not taken.
func (f *Form) firstBad() *Field {
	in := f.Inputs()
	for _, fd := range f.Fields {
		if fd.shown && fd.check(in, fd.Value()) != nil {
			return fd
		}
	}
	return nil
}

// submit checks everything; the first field that is wrong gets the focus.
func (f *Form) submit(as Event) (Load, Event) {
	f.settle()
	for _, fd := range f.Fields {
		fd.touched = true
	}
	f.recheck()
	if bad := f.firstBad(); bad != nil {
		return f.Enter(bad.Key), Stays
	}
	return nil, as
}

// Update does what a key or a paste asks for. What has to be loaded is its caller's to run.
func (f *Form) Update(msg tea.Msg) (Load, Event) {
	if c, click := msg.(confirm.Clicked); click {
		return f.clicked(c)
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if _, paste := msg.(tea.PasteMsg); paste {
			f.edit(msg)
		}
		return nil, Stays
	}
	fd := f.Find(f.Focus)
	switch name := k.String(); name {
	case "esc":
		f.leave()
		return nil, Leaves
	case "tab":
		return f.step(1, false), Stays
	case "shift+tab":
		return f.step(-1, false), Stays
	case "enter":
		if f.button(f.Focus) {
			return f.push()
		}
		return f.step(1, true), Stays
	case "down", "up", "pgdown", "pgup":
		n := map[string]int{"down": 1, "up": -1, "pgdown": max(1, f.page), "pgup": -max(1, f.page)}[name]
		if fd != nil && fd.pick != nil && len(fd.pick.shown) > 0 {
			fd.pick.move(n)
			return nil, Stays
		}
		return f.step(max(-1, min(n, 1)), false), Stays
	case "?":
		if f.button(f.Focus) {
			return nil, Helps
		}
	case "left", "right", "space":
		if n := map[string]int{"left": -1, "right": 1, "space": 1}[name]; f.turn(fd, n) {
			return nil, Stays
		}
	}
	f.edit(k)
	return nil, Stays
}

// turn moves along what is chosen on one line: choices, the values switch, the buttons.
func (f *Form) turn(fd *Field, n int) bool {
	switch {
	case f.Focus == formValues:
		f.regroup()
	case f.button(f.Focus):
		f.Focus = confirm.Around(f.buttons(), f.Focus, n)
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
func (f *Form) step(n int, enter bool) Load {
	if fd := f.Find(f.Focus); fd != nil && fd.pick != nil && (enter || fd.pick.typed || fd.pick.moved) {
		f.choose(fd)
	}
	f.leave()
	return f.Enter(confirm.Around(f.stops(), f.Focus, n))
}

// edit gives a key or a paste to the field with the focus.
func (f *Form) edit(msg tea.Msg) {
	fd := f.Find(f.Focus)
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

// Tips are the keys that work where the focus is.
func (f *Form) Tips() []keys.Hint {
	tail := keys.Hints("tab", "next", "esc", "back")
	fd := f.Find(f.Focus)
	switch {
	case f.button(f.Focus):
		return append(keys.Hints("enter", "choose"), tail...)
	case f.Focus == formValues, fd != nil && fd.field().Type == engine.ChoiceField:
		return append(keys.Hints("← →", "choose"), tail...)
	case fd != nil && fd.pick != nil && len(fd.pick.rows) > 0:
		return append(keys.Hints("↑ ↓", "pick", "enter", "take it", "a-z", "filter"), tail...)
	}
	return append(keys.Hints("enter", "next"), tail[1:]...)
}
