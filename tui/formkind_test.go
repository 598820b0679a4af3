package tui

import (
	"testing"

	"arcadia/engine"
	"arcadia/tui/form"
)

func TestAFormAsksWhatAKindThatMakesItsListDeclares(t *testing.T) {
	t.Parallel()
	f := form.New(engine.Launch{Kind: "made", Inputs: engine.Inputs{"zone": "example.org"}}, nil, [][]engine.Field{{
		{Name: "zone", Label: "Zone", Type: engine.TextField, Required: true},
		{Name: "to_address", Label: "To", Type: engine.TextField, Required: true},
	}}, false, "key")
	if len(f.Fields) != 2 || f.Focus != "to_address" || f.Complete() {
		t.Fatalf("%d fields, at %s, complete %v", len(f.Fields), f.Focus, f.Complete())
	}
	f.Find("to_address").Put("192.0.2.2", "")
	if l := f.Launch(); l.Inputs["zone"] != "example.org" || l.Inputs["to_address"] != "192.0.2.2" || len(l.Steps) != 0 || !f.Complete() {
		t.Errorf("%+v", l)
	}
}
