package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Launch asks for a saga.
type Launch struct {
	Kind   string
	Steps  []string // for an ad-hoc kind: its steps, in order
	Inputs Inputs
	// Key makes the launch idempotent: the same key with the same kind, steps and inputs returns the saga that exists
	// already, with others it is refused. Empty: no key.
	Key    string
	Reason string // the operator's own words
	// OnFailure says what happens when a step has failed for good.
	OnFailure OnFailure
	// PlanHash refuses the launch with ErrChanged when the hash of a plan made now does not begin like this: the world has
	// moved since the plan was shown. At least 12 digits, see PlanHash.Begins. Empty: any.
	PlanHash string
	// Docs are changed in the transaction that records the saga, as the person who launches it. One that meets a conflict
	// refuses the launch. A launch that is answered by its key changes none.
	Docs []DocChange
	// Under is the definition by which it is launched: where the policy asks for approvals, those of the definition count, and a launch
	// without enough of them is refused. Nil: people are asked about this launch.
	Under *Under
	// RefuseLocked refuses the launch at once when another saga holds what it needs; otherwise it waits its turn.
	RefuseLocked bool
}

// InputError says which input is wrong and why. It is an ErrInput.
type InputError struct {
	Name string // "dns_domain", or "1:dns_domain" for one step
	Idx  int    // the step that reads it, -1 when none does
	Err  error
}

// Error names the input, and what is wrong with it.
func (e *InputError) Error() string { return fmt.Sprintf("input %s: %v", e.Name, e.Err) }

// Unwrap returns what is wrong.
func (e *InputError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrInput) hold.
func (e *InputError) Is(target error) bool { return target == ErrInput }

// Fields returns what each step of a launch asks for, by step; of a kind that makes its list there are no steps, and one
// list of fields. It fails on an unknown kind or step.
func (e *Engine) Fields(kind string, adhoc []string) (steps []string, fields [][]Field, err error) {
	steps, err = e.stepsOf(kind, adhoc)
	if err != nil {
		return nil, nil, err
	}
	if at := slices.IndexFunc(e.kinds, func(k Kind) bool { return k.Name == kind }); e.kinds[at].Make != nil {
		return nil, [][]Field{e.kinds[at].Inputs}, nil
	}
	fields = make([][]Field, len(steps))
	for i, name := range steps {
		if d, ok := e.steps[name].(Describer); ok {
			fields[i] = d.Inputs()
		}
	}
	return steps, fields, nil
}

func (e *Engine) stepsOf(kind string, adhoc []string) ([]string, error) {
	i := slices.IndexFunc(e.kinds, func(k Kind) bool { return k.Name == kind })
	switch {
	case i < 0:
		names := make([]string, len(e.kinds))
		for j, k := range e.kinds {
			names[j] = k.Name
		}
		return nil, fmt.Errorf("%w: unknown kind %.60q%s: the kinds are %s", ErrInput, kind, Meant(kind, names), strings.Join(names, ", "))
	case !e.kinds[i].Adhoc && len(adhoc) > 0:
		return nil, fmt.Errorf("%w: kind %s has its own steps; only an ad-hoc kind takes a list", ErrInput, kind)
	case !e.kinds[i].Adhoc:
		return e.kinds[i].Steps, nil
	case len(adhoc) == 0:
		return nil, fmt.Errorf("%w: kind %s needs a list of steps; the steps are %s", ErrInput, kind, strings.Join(e.StepNames(), ", "))
	case len(adhoc) > MaxSteps:
		return nil, fmt.Errorf("%w: %d steps: at most %d", ErrInput, len(adhoc), MaxSteps)
	}
	for _, s := range adhoc {
		if !e.knows(s) {
			return nil, fmt.Errorf("%w: unknown step %.60q%s: the steps are %s", ErrInput, s, Meant(s, e.StepNames()), strings.Join(e.StepNames(), ", "))
		}
	}
	return slices.Clone(adhoc), nil
}

// check completes the inputs of a launch with the defaults and refuses what its steps do not declare or accept.
func (e *Engine) check(l Launch) (steps []string, in Inputs, err error) {
	if err := l.check(); err != nil {
		return nil, nil, err
	}
	if l.PlanHash != "" {
		if _, err := planDigits(l.PlanHash); err != nil {
			return nil, nil, err
		}
	}
	steps, fields, err := e.Fields(l.Kind, l.Steps)
	if err != nil {
		return nil, nil, err
	}
	if _, err := pivotOf(e.steps, steps); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	in = maps.Clone(l.Inputs)
	if in == nil {
		in = Inputs{}
	}
	if err := undeclared(in, fields, len(steps) > 0); err != nil {
		return nil, nil, err
	}
	if err := complete(in, nil, fields); err != nil {
		return nil, nil, err
	}
	return steps, in, unread(l.Inputs, in, fields)
}

// complete adds the defaults to the inputs, and refuses what the fields, which are given by step, do not accept. What comes from
// an earlier step is looked at when that has run.
func complete(in Inputs, from Sources, fields [][]Field) error {
	for i := range fields {
		if len(fields[i]) == 0 {
			continue
		}
		seen, later := from.known(in, i), from.of(i)
		for _, f := range fields[i] {
			if _, ok := later[f.Name]; ok {
				continue
			}
			if value, ok := f.choice(seen[f.Name]); ok {
				in[nameFor(in, i, f.Name)], seen[f.Name] = value, value
			}
			if f.Default != "" && seen[f.Name] == "" && f.Applies(seen) {
				in[f.Name], seen[f.Name] = f.Default, f.Default
			}
		}
		for _, f := range fields[i] {
			if _, ok := later[f.Name]; ok {
				continue
			}
			if err := f.Accept(seen[f.Name], seen); err != nil {
				return &InputError{Name: nameFor(in, i, f.Name), Idx: i, Err: err}
			}
		}
	}
	n := 0
	for k, v := range in {
		n += len(k) + len(v)
	}
	if n > MaxInputs {
		return fmt.Errorf("%w: inputs of %d bytes: %w: at most %d", ErrInput, n, ErrTooLarge, MaxInputs)
	}
	return nil
}

// Accept refuses a value that the field does not take, with in the inputs as the field's step sees them.
func (f Field) Accept(value string, in Inputs) error {
	if !f.Applies(in) {
		return nil
	}
	if value == "" {
		if f.Required {
			return errors.New("is required: " + f.Help)
		}
		return nil
	}
	switch f.Type {
	case IntField:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", clip(value, 40))
		}
		if text := strconv.FormatInt(n, 10); text != value { // what is locked, compared and shown has one spelling
			return fmt.Errorf("%q is a whole number in another spelling: write %s", clip(value, 40), text)
		}
	case ChoiceField:
		if _, ok := f.choice(value); !ok {
			return fmt.Errorf("%q is not one of %s", clip(value, 40), strings.Join(f.Choices, ", "))
		}
	case TextField:
	}
	if f.Check != nil {
		return f.Check(value, in)
	}
	return nil
}

// choice is the choice that a value means: they are taken in any case, and kept as they are declared.
func (f Field) choice(value string) (string, bool) {
	if f.Type != ChoiceField || value == "" {
		return "", false
	}
	at := slices.IndexFunc(f.Choices, func(c string) bool { return strings.EqualFold(c, value) })
	if at < 0 {
		return "", false
	}
	return f.Choices[at], true
}

// undeclared refuses an input that no field declares. A value for one step only is one when steps are known by number.
func undeclared(in Inputs, fields [][]Field, numbered bool) error {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		var known []string
		declared := false
		scope, bare, scoped := strings.Cut(name, ":")
		if !scoped {
			bare = name
		}
		for i, fs := range fields {
			if scoped && scope != strconv.Itoa(i) {
				continue
			}
			for _, f := range fs {
				declared = declared || f.Name == bare && (numbered || !scoped)
				if !slices.Contains(known, f.Name) {
					known = append(known, f.Name)
				}
			}
		}
		if !declared {
			takes := "it takes none"
			if len(known) > 0 {
				takes = "there are " + strings.Join(known, ", ")
			}
			return &InputError{Name: name, Idx: -1, Err: fmt.Errorf("no such input%s: %s", Meant(bare, known), takes)}
		}
	}
	return nil
}

// unread refuses a value that somebody has given and that no step reads beside the other inputs: it would say what does not happen.
func unread(given, in Inputs, fields [][]Field) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		scope, bare, scoped := strings.Cut(name, ":")
		if !scoped {
			bare = name
		}
		var idle *InputError
		read := given[name] == ""
		for i, fs := range fields {
			at := slices.IndexFunc(fs, func(f Field) bool { return f.Name == bare })
			if at < 0 || scoped && scope != strconv.Itoa(i) {
				continue
			}
			read = read || fs[at].Unasked || fs[at].Applies(in.Step(i))
			idle = &InputError{Name: name, Idx: i, Err: fmt.Errorf("is not used with the other inputs as they are: leave it out, or change them (%s: %s)", fs[at].Label, fs[at].Help)}
		}
		if !read && idle != nil {
			return idle
		}
	}
	return nil
}

// nameFor is the name under which an input reached a step.
func nameFor(in Inputs, idx int, name string) string {
	own := strconv.Itoa(idx) + ":" + name
	if _, ok := in[own]; ok {
		return own
	}
	return name
}

// Meant offers the nearest of the known names, as the tail of an error.
func Meant(name string, known []string) string {
	best, bestDistance := "", 3
	for _, k := range known {
		if d := distance(name, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	if best == "" || name == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// distance is the number of single-character edits between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
