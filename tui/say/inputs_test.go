package say_test

import (
	"slices"
	"testing"

	"arcadia/engine"
	"arcadia/tui/say"
)

func TestWhatNoFormAsksForIsNoInputOfASaga(t *testing.T) {
	t.Parallel()
	form := say.LabelsOf([][]engine.Field{{{Name: "droplet_id", Label: "Droplet"}, {Name: "size"}}})
	made := form
	made.Whole = true
	in := engine.Inputs{"droplet_id": "12", "size": "s-1", "3:is_off": "yes", "force": "yes", "1:size": "s-2", "4:size": ""}
	for name, c := range map[string]struct {
		labels say.Labels
		want   []say.Input
	}{
		"its form is known":       {form, []say.Input{{Label: "Droplet", Value: "12"}, {Label: "size of step 1", Value: "s-2"}, {Label: "size", Value: "s-1"}}},
		"its kind makes its list": {made, []say.Input{{Label: "Droplet", Value: "12"}, {Label: "size", Value: "s-1"}}},
		"its kind is not in this build": {say.Labels{}, []say.Input{
			{Label: "size of step 1", Value: "s-2"}, {Label: "is off of step 3", Value: "yes"}, {Label: "droplet id", Value: "12"}, {Label: "force", Value: "yes"}, {Label: "size", Value: "s-1"},
		}},
	} {
		if got := say.Inputs(in, c.labels); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
