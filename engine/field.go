package engine

import (
	"context"
	"strconv"
	"strings"
)

// FieldType says which values a field takes.
type FieldType string

// The field types. Values travel as text; the type says how they are checked and asked for.
const (
	TextField   FieldType = "text"
	IntField    FieldType = "int"
	ChoiceField FieldType = "choice" // one of Choices
)

// Field is one input that a step declares: forms, checks, completion, help and documentation are made from it.
type Field struct {
	Name     string    `json:"name"`
	Label    string    `json:"label"` // for forms: "Droplet"
	Type     FieldType `json:"type"`
	Required bool      `json:"required"`
	Default  string    `json:"default,omitempty"`
	Choices  []string  `json:"choices,omitempty"`
	Help     string    `json:"help"`
	// Later says that a kind may give the field what an earlier step puts: Target, Locks and Plan then see no value.
	Later bool `json:"-"`

	// Check refuses a value with a one-line error; in holds the other inputs as given so far. Pure. Nil accepts.
	Check func(value string, in Inputs) error `json:"-"`
	// Options lists what can be picked, by live reads. Nil when there is nothing to pick from.
	Options func(ctx context.Context, in Inputs) ([]Option, error) `json:"-"`
	// When says whether the field applies to the other inputs as given so far (a priority only for MX and SRV). Nil: always. A launch
	// that gives it where no step reads it is refused.
	When func(in Inputs) bool `json:"-"`
	// Unasked says that nobody is asked for it: a kind gives it, or whoever writes a list of steps and knows of it.
	Unasked bool `json:"-"`
}

// Applies reports whether somebody is asked for the field, with the other inputs as given so far.
func (f Field) Applies(in Inputs) bool { return !f.Unasked && (f.When == nil || f.When(in)) }

// Option is one value that can be picked for a field.
type Option struct {
	Value  string // what becomes the input
	Label  string // what a person sees: "web-01"
	Detail string // secondary text: "482913  nyc3  active"
}

// Inputs are what the operator gave, by name; a value for one step only is under "0:name". They never change after creation.
type Inputs map[string]string

// Step gives the inputs as step idx sees them: its own values first, then the saga-wide ones. Keys carry no scope.
func (in Inputs) Step(idx int) Inputs {
	out := make(Inputs, len(in))
	own := strconv.Itoa(idx) + ":"
	for k, v := range in {
		if !strings.Contains(k, ":") {
			if _, scoped := in[own+k]; !scoped {
				out[k] = v
			}
			continue
		}
		if name, ok := strings.CutPrefix(k, own); ok {
			out[name] = v
		}
	}
	return out
}
