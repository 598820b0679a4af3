package form

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/line"
	"arcadia/tui/say"
)

// everyStep stands for the steps of a launch together.
const everyStep = -1

// reader is a step that reads an input, with what it says about it.
type reader struct {
	idx   int
	field engine.Field
}

// Field is one input as the form asks for it: once for all the steps that read it, or for one step alone.
type Field struct {
	Key     string // as the launch names it: "text", or "1:text" for one step
	step    int    // the group that it stands in, or everyStep
	readers []reader
	line    line.Line
	raw     string // the picked value, exactly; the line shows it cleaned
	label   string // what the picked value is called
	given   bool   // the door brought a value
	was     bool   // it has been shown
	shown   bool
	touched bool   // it has been left once: from then on it is checked with every change of the others
	err     string // what is wrong with the value
	refused string // what the engine said of it; stands until the value changes
	pick    *pick  // nil: nothing to pick from
}

// field is what the first of its readers says.
func (f *Field) field() *engine.Field { return &f.readers[0].field }

// Value is what goes into the launch.
func (f *Field) Value() string {
	switch {
	case f.raw != "":
		return f.raw
	case f.field().Type == engine.IntField, f.pick != nil:
		return strings.TrimSpace(f.line.String())
	}
	return f.line.String()
}

// Put gives the field a value that was not typed.
func (f *Field) Put(value, label string) {
	f.line.Set(visible.Text(value))
	f.raw, f.label, f.refused = value, label, ""
}

// edited forgets what was true of the value before.
func (f *Field) edited() { f.raw, f.label, f.refused, f.err = "", "", "", "" }

// trouble is what is wrong with the value, as far as that has been found out.
func (f *Field) trouble() string {
	if f.refused != "" {
		return f.refused
	}
	return f.err
}

// applies reports whether one of its readers reads it, with the other inputs as they are.
func (f *Field) applies(in engine.Inputs) bool {
	for _, r := range f.readers {
		if r.field.Applies(in.Step(r.idx)) {
			return true
		}
	}
	return false
}

// check asks every reader whether it takes the value.
func (f *Field) check(in engine.Inputs, value string) error {
	for _, r := range f.readers {
		if err := r.field.Accept(value, in.Step(r.idx)); err != nil {
			return err
		}
	}
	return nil
}

// required reports whether one of its readers needs it.
func (f *Field) required() bool {
	return slices.ContainsFunc(f.readers, func(r reader) bool { return r.field.Required })
}

// next chooses among the choices: the one n places on, or with a letter the next that begins with it.
func (f *Field) next(n int, letter string) {
	all := f.field().Choices
	at := slices.Index(all, f.Value())
	switch {
	case letter != "":
		for i := 1; i <= len(all); i++ {
			if c := all[(at+i+len(all))%len(all)]; strings.HasPrefix(strings.ToLower(c), strings.ToLower(letter)) {
				f.edited()
				f.Put(c, "")
				return
			}
		}
	case len(all) > 0:
		f.edited()
		f.Put(all[max(0, min(at+n, len(all)-1))], "")
	}
}

// formFields makes the fields of a form from what the steps declare. An input that several steps read is asked for once;
// when they mean different things by it, or with apart, each step is asked for its own.
func formFields(fields [][]engine.Field, apart bool) []*Field {
	first, clash := map[string]engine.Field{}, map[string]bool{}
	for _, fs := range fields {
		for _, f := range fs {
			if g, ok := first[f.Name]; !ok {
				first[f.Name] = f
			} else if !sameField(f, g) {
				clash[f.Name] = true
			}
		}
	}
	var out []*Field
	shared := map[string]*Field{}
	for i, fs := range fields {
		for _, f := range fs {
			switch have := shared[f.Name]; {
			case apart || clash[f.Name]:
				out = append(out, newFormField(strconv.Itoa(i)+":"+f.Name, i, i, f))
			case have != nil:
				have.readers = append(have.readers, reader{i, f})
			default:
				shared[f.Name] = newFormField(f.Name, everyStep, i, f)
				out = append(out, shared[f.Name])
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Field) int { return a.step - b.step })
	return out
}

func newFormField(key string, group, idx int, f engine.Field) *Field {
	f.Label, f.Help = visible.Text(f.Label), visible.Text(f.Help)
	if f.Label == "" {
		f.Label = say.Words(visible.Text(f.Name))
	}
	out := &Field{Key: key, step: group, readers: []reader{{idx, f}}, shown: true}
	if f.Options != nil && f.Type != engine.ChoiceField {
		out.pick = &pick{}
	}
	return out
}

// sameField reports whether two steps mean the same by an input, as far as a person can see.
func sameField(a, b engine.Field) bool {
	return a.Label == b.Label && a.Type == b.Type && a.Default == b.Default && reflect.DeepEqual(a.Choices, b.Choices)
}

// sharing reports whether an input is read by more than one step.
func sharing(fields [][]engine.Field) bool {
	seen := map[string]bool{}
	for _, fs := range fields {
		for _, f := range fs {
			if seen[f.Name] {
				return true
			}
			seen[f.Name] = true
		}
	}
	return false
}

// Given are the inputs of the launch with their labels, as they can be shown.
func (f *Form) Given() []say.Input {
	out := say.Inputs(f.Inputs(), say.LabelsOf(f.reads))
	for i := range out {
		out[i].Value = visible.Text(out[i].Value)
	}
	return out
}
