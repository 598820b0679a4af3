package say

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Input is what a saga was launched with, with the label that its form has for it.
type Input struct{ Label, Value string }

// Labels are those of the inputs of a kind, in the order in which its steps ask for them.
type Labels struct {
	Order []string // names of inputs
	Of    map[string]string
	Whole bool // the kind makes its list of them: no step was asked for by itself
}

// LabelsOf takes the labels from what the steps of a kind declare.
func LabelsOf(fields [][]engine.Field) Labels {
	out := Labels{Of: map[string]string{}}
	for _, step := range fields {
		for i := range step {
			f := &step[i]
			if _, have := out.Of[f.Name]; !have {
				out.Order = append(out.Order, f.Name)
				out.Of[f.Name] = visible.Text(cmp.Or(f.Label, Words(f.Name)))
			}
		}
	}
	return out
}

// Inputs are what a saga was launched with, in the order of its form; a value that one step alone reads names the step. What no form asks
// for is left out, as long as the labels of one are known: a kind has made it of what was asked for. So is what is empty.
func Inputs(in engine.Inputs, labels Labels) []Input {
	place := func(key string) (int, string) {
		_, name, scoped := strings.Cut(key, ":")
		if !scoped {
			name = key
		}
		if i := slices.Index(labels.Order, name); i >= 0 {
			return i, name
		}
		return len(labels.Order), name
	}
	names := slices.SortedFunc(maps.Keys(in), func(a, b string) int {
		x, _ := place(a)
		y, _ := place(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	var out []Input
	for _, key := range names {
		at, name := place(key)
		step, _, scoped := strings.Cut(key, ":")
		if at == len(labels.Order) && at > 0 || in[key] == "" || scoped && labels.Whole {
			continue
		}
		x := Input{Label: cmp.Or(labels.Of[name], Words(name)), Value: in[key]}
		if scoped {
			if _, err := strconv.Atoi(step); err == nil {
				x.Label += " of step " + step
			}
		}
		out = append(out, x)
	}
	return out
}
