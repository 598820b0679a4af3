package tui

import (
	"testing"

	"arcadia/engine"
)

func TestAFormAsksWhatAKindThatMakesItsListDeclares(t *testing.T) {
	t.Parallel()
	f := newForm(engine.Launch{Kind: "made", Inputs: engine.Inputs{"zone": "example.org"}}, nil, [][]engine.Field{{
		{Name: "zone", Label: "Zone", Type: engine.TextField, Required: true},
		{Name: "to_address", Label: "To", Type: engine.TextField, Required: true},
	}}, false, "key")
	if len(f.fields) != 2 || f.focus != "to_address" || f.complete() {
		t.Fatalf("%d fields, at %s, complete %v", len(f.fields), f.focus, f.complete())
	}
	f.find("to_address").put("192.0.2.2", "")
	if l := f.launch(); l.Inputs["zone"] != "example.org" || l.Inputs["to_address"] != "192.0.2.2" || len(l.Steps) != 0 || !f.complete() {
		t.Errorf("%+v", l)
	}
}
