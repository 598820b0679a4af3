package estate_test

import (
	"testing"

	"arcadia/engine/estate"
)

// TestCleaningChangesNothingThatOthersHaveRead: an account is read once for several screens, which clean it side by side.
func TestCleaningChangesNothingThatOthersHaveRead(t *testing.T) {
	t.Parallel()
	tags, rules := []string{"a\x1bb"}, []string{"tcp\x07 22"}
	wall := estate.Wall{Tags: tags, Rules: rules}
	e := estate.Estate{Machines: []estate.Machine{{Tags: tags, Walls: []estate.Wall{wall}}}, Walls: []estate.Wall{wall}}
	e.Clean()
	if tags[0] != "a\x1bb" || rules[0] != "tcp\x07 22" {
		t.Errorf("cleaned for others as well: %q, %q", tags, rules)
	}
	if got := e.Machines[0].Tags[0]; got == tags[0] {
		t.Errorf("not clean: %q", got)
	}
	if got := e.Walls[0].Rules[0]; got == rules[0] {
		t.Errorf("not clean: %q", got)
	}
}
