package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Kind is a named recipe: an ordered list of steps, fixed or made at launch. Its inputs are what its steps declare, or, of
// a kind that makes its list, what it declares itself.
type Kind struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"` // one line: what it does
	Undo    string   `json:"undo"`    // one line: what rolling back does
	Steps   []string `json:"steps"`   // empty for a kind whose launch brings its own list, or that makes it
	Adhoc   bool     `json:"adhoc"`   // the launch names the steps

	// On says what the kind acts on. The zero Subject: on nothing in particular.
	On Subject `json:"on,omitzero"`

	// Make makes the list of steps, by live reads and without writing, at plan and at launch. What it gave at launch is
	// recorded with the saga and never changes. At most MaxSteps; an empty list means that there is nothing to do. in holds
	// what Inputs declare, complete and accepted. Safe for concurrent use. Nil: Steps are the list.
	Make func(ctx context.Context, in Inputs) ([]StepCall, error) `json:"-"`
	// Inputs are what a kind with Make asks for. Its steps see them too, beside those of their StepCall.
	Inputs []Field `json:"-"`
}

// StepCall is one step of a list that a kind has made.
type StepCall struct {
	Step   string            // its name
	Inputs map[string]string // for this step only
	From   map[string]string // likewise, by the key under which an earlier step puts them; see Producer and Field.Later
	Why    string            // one line for the plan: "record 12 points at its address"
}

// Subject is the type of the things that a kind acts on. Screens and commands offer the kind on each of them: a thing is a
// set of attributes, and Inputs says which input takes which.
type Subject struct {
	Type   string            `json:"type"`             // "droplet", "dns_record", "snapshot", "resource"
	Verb   string            `json:"verb,omitempty"`   // one word for what is done to it: "delete". Empty: the kind's name says it
	Inputs map[string]string `json:"inputs,omitempty"` // attribute of the thing by name of the input: {"droplet_id": "id"}
}

// Of fills in the inputs of a launch about a thing with these attributes. An attribute that the thing does not have is left
// to be asked for.
func (s Subject) Of(thing map[string]string) Inputs {
	in := Inputs{}
	for input, attribute := range s.Inputs {
		if v, ok := thing[attribute]; ok {
			in[input] = v
		}
	}
	return in
}

const maxWhy = 200 // bytes of a StepCall's Why

// sound refuses a kind that says two things at once, or whose steps do not exist.
func (k Kind) sound(steps map[string]Step) error {
	for _, s := range k.Steps {
		if steps[s] == nil {
			return fmt.Errorf("kind %s has step %s, which does not exist", k.Name, s)
		}
	}
	switch {
	case k.Make != nil && (len(k.Steps) > 0 || k.Adhoc):
		return fmt.Errorf("kind %s makes its list and has one", k.Name)
	case k.Make == nil && len(k.Inputs) > 0:
		return fmt.Errorf("kind %s declares inputs of its own and makes no list: its steps declare them", k.Name)
	}
	if _, err := pivotOf(steps, k.Steps); err != nil {
		return fmt.Errorf("kind %s: %w", k.Name, err)
	}
	return nil
}

// course is what a saga will do: its steps, all inputs, and why each step is there where a kind has made the list.
type course struct {
	steps []string
	in    Inputs
	from  Sources
	why   []string // empty, or one for each step
	first int      // the step from which it is planned, for what has begun
}

// known are the inputs of a step as far as they are known at launch.
func (c course) known(idx int) Inputs { return c.from.known(c.in, idx) }

// course gives a launch, whose steps and inputs were checked, its list.
func (e *Engine) course(ctx context.Context, kind string, steps []string, in Inputs) (course, error) {
	i := slices.IndexFunc(e.kinds, func(k Kind) bool { return k.Name == kind })
	if i < 0 || e.kinds[i].Make == nil {
		return course{steps: steps, in: in}, nil
	}
	calls, err := e.kinds[i].Make(ctx, maps.Clone(in))
	if err != nil {
		return course{}, fmt.Errorf("make the steps of %s: %w", kind, err)
	}
	c, err := e.called(calls, in)
	if err != nil {
		return course{}, fmt.Errorf("make the steps of %s: %w", kind, err)
	}
	return c, nil
}

// called checks a list that a kind has made as a launch is checked.
func (e *Engine) called(calls []StepCall, in Inputs) (course, error) {
	if len(calls) > MaxSteps {
		return course{}, fmt.Errorf("%d steps: %w: at most %d: ask for less at once", len(calls), ErrTooLarge, MaxSteps)
	}
	c := course{in: maps.Clone(in)}
	fields := make([][]Field, len(calls))
	for i, call := range calls {
		if !e.knows(call.Step) {
			return course{}, fmt.Errorf("step %d: this build has no step %s", i, call.Step)
		}
		if d, ok := e.steps[call.Step].(Describer); ok {
			fields[i] = d.Inputs()
		}
		own := strconv.Itoa(i) + ":"
		for name, value := range call.Inputs {
			if !slices.ContainsFunc(fields[i], func(f Field) bool { return f.Name == name }) {
				return course{}, fmt.Errorf("step %d %s has no input %s", i, call.Step, name)
			}
			c.in[own+name] = value
		}
		c.steps, c.why = append(c.steps, call.Step), append(c.why, clip(call.Why, maxWhy))
		if err := e.takes(&c, i, call.From, fields[i]); err != nil {
			return course{}, fmt.Errorf("step %d %s: %w", i, call.Step, err)
		}
	}
	if _, err := pivotOf(e.steps, c.steps); err != nil {
		return course{}, err
	}
	return c, complete(c.in, c.from, fields)
}

// asked are the inputs of a saga that its launch gave: all, or, of a kind that makes its list, those that it declares.
func (e *Engine) asked(s *Saga) Inputs {
	i := slices.IndexFunc(e.kinds, func(k Kind) bool { return k.Name == s.Kind })
	if i < 0 || e.kinds[i].Make == nil {
		return s.Inputs
	}
	in := maps.Clone(s.Inputs)
	maps.DeleteFunc(in, func(name, _ string) bool {
		return strings.Contains(name, ":") || !slices.ContainsFunc(e.kinds[i].Inputs, func(f Field) bool { return f.Name == name })
	})
	return in
}
