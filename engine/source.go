package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Output is what a step puts for the steps behind it.
type Output struct {
	Key  string // as in State.Put: a text or a whole number
	What string // for plans: "the address of web-02"
}

// Producer declares what a step has always put when it is completed, so that a kind can give it to a later step. Pure.
type Producer interface {
	Outputs(in Inputs) []Output
}

// Source is where an input comes from that is known only once an earlier step has run.
type Source struct {
	Step int    `json:"step"` // the place of that step
	Key  string `json:"key"`  // what it puts
}

// Sources are the inputs that come from earlier steps, by "4:droplet_id".
type Sources map[string]Source

// of are the sources of one step, by the bare name of the input.
func (from Sources) of(idx int) map[string]Source {
	var out map[string]Source
	own := strconv.Itoa(idx) + ":"
	for name, src := range from {
		if bare, ok := strings.CutPrefix(name, own); ok {
			if out == nil {
				out = map[string]Source{}
			}
			out[bare] = src
		}
	}
	return out
}

// known are the inputs of a step as far as they are known at launch.
func (from Sources) known(in Inputs, idx int) Inputs {
	out := in.Step(idx)
	for name := range from.of(idx) {
		delete(out, name)
	}
	return out
}

// fits refuses sources that no launch records.
func (from Sources) fits(steps int) error {
	for name, src := range from {
		scope, bare, _ := strings.Cut(name, ":")
		idx, err := strconv.Atoi(scope)
		if err != nil || bare == "" || src.Key == "" || idx >= steps || src.Step < 0 || src.Step >= idx {
			return fmt.Errorf("input %.60q cannot come from step %d", name, src.Step)
		}
	}
	return nil
}

// source finds the step before step idx that puts a key last.
func (e *Engine) source(c course, idx int, key string) (Source, Output, error) {
	for j := idx - 1; j >= 0; j-- {
		p, ok := e.steps[c.steps[j]].(Producer)
		if !ok {
			continue
		}
		outputs := p.Outputs(c.known(j))
		at := slices.IndexFunc(outputs, func(o Output) bool { return o.Key == key })
		if at >= 0 {
			return Source{Step: j, Key: key}, outputs[at], nil
		}
	}
	return Source{}, Output{}, fmt.Errorf("no step before it puts %q", key)
}

// takes gives a step of a list the sources of its inputs. Its fields say which of them can be known later.
func (e *Engine) takes(c *course, idx int, from map[string]string, fields []Field) error {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		if at < 0 || !fields[at].Later {
			return fmt.Errorf("input %s is to be known at launch", name)
		}
		src, _, err := e.source(*c, idx, from[name])
		if err != nil {
			return fmt.Errorf("input %s: %w", name, err)
		}
		if c.from == nil {
			c.from = Sources{}
		}
		c.from[strconv.Itoa(idx)+":"+name] = src
	}
	return nil
}

// later says for the plan of a step what is known only once other steps have run.
func (e *Engine) later(c course, idx int) []FieldChange {
	from := c.from.of(idx)
	d, ok := e.steps[c.steps[idx]].(Describer)
	if len(from) == 0 || !ok {
		return nil
	}
	var out []FieldChange
	for _, f := range d.Inputs() { // in the order of the form
		src, ok := from[f.Name]
		if !ok {
			continue
		}
		_, o, err := e.source(c, idx, src.Key)
		if err != nil { // of a step that an older build has known
			o.What = src.Key
		}
		out = append(out, FieldChange{
			Name: f.Name, To: o.What, Note: fmt.Sprintf("known once step %d has run", src.Step),
		})
	}
	return out
}

// errNotPut is why a step cannot start whose input never came to be.
var errNotPut = errors.New("it has not been put")

// value is the input, from the row of its step.
func (src Source) value(rows []Row) (string, error) {
	if src.Step >= len(rows) {
		return "", errNotPut
	}
	raw, ok := rows[src.Step].Output[src.Key]
	if !ok {
		return "", errNotPut
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil {
			return "", errors.New("it is neither a text nor a whole number")
		}
		text = strconv.FormatInt(n, 10)
	}
	if len(text) > MaxName {
		return "", fmt.Errorf("%d bytes: %w: at most %d", len(text), ErrTooLarge, MaxName)
	}
	return text, nil
}

// inputsOf are the inputs as a row sees them, those from earlier rows included. The error names the first that cannot be known.
func (s *Saga) inputsOf(idx int) (Inputs, error) {
	in := s.From.known(s.Inputs, idx)
	var missing error
	for name, src := range s.From.of(idx) {
		value, err := src.value(s.Rows)
		if err != nil {
			missing = fmt.Errorf("input %s: %s of step %d: %w", name, src.Key, src.Step, err)
			continue
		}
		in[name] = value
	}
	return in, missing
}

// accepted refuses to start a step with an input from an earlier row that its form would refuse.
func (s *Saga) accepted(step Step, idx int) error {
	from := s.From.of(idx)
	if len(from) == 0 {
		return nil
	}
	in, err := s.inputsOf(idx)
	if err != nil {
		return err
	}
	d, ok := step.(Describer)
	if !ok {
		return nil
	}
	for _, f := range d.Inputs() {
		if _, ok := from[f.Name]; !ok {
			continue
		}
		if err := f.Accept(in[f.Name], in); err != nil {
			return fmt.Errorf("input %s, from step %d: %w", f.Name, from[f.Name].Step, err)
		}
	}
	return nil
}
