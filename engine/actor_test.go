package engine_test

import (
	"testing"

	"arcadia/engine"
)

func TestRolesAreASetInOneSpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]engine.Role{
		"viewer": engine.Viewer, "operator": engine.Operator, "approver": engine.Approver,
		"operator,approver": "operator,approver", "approver,operator": "operator,approver",
		"viewer,operator": engine.Operator, "approver,viewer": engine.Approver, "viewer,approver,operator": "operator,approver",
	} {
		if got, err := engine.ParseRole(text); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "root", "Operator", "operator,", ",", "operator, approver", "operator,operator", "operator;approver"} {
		if got, err := engine.ParseRole(text); err == nil {
			t.Errorf("%q is %q", text, got)
		}
	}
	both := engine.Role("operator,approver")
	if !both.Has(engine.Operator) || !both.Has(engine.Approver) || both.Has(engine.Viewer) || engine.Role("operators").Has(engine.Operator) {
		t.Error("a set has what is not in it, or lacks what is")
	}
}
