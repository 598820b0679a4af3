package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// Whatever a viewer reads, in whatever form it is written, holds no address and no key of an operator.
func TestAViewerSeesNamesAndNeitherAddressesNorKeys(t *testing.T) {
	t.Parallel()
	eng, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.NewWorld().Make("make")}, Kinds: []engine.Kind{enginetest.Kind}})
	if err != nil {
		t.Fatal(err)
	}
	ops := eng.As(engine.Actor{Name: "ops1", Role: engine.Operator, From: "203.0.113.9:4022", Key: "SHA256:secretfinger"})
	saga, err := ops.Start(t.Context(), engine.Launch{Kind: enginetest.Kind.Name, Steps: []string{"make"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := ops.Freeze(t.Context(), engine.Request{Reason: "lunch"}); err != nil {
		t.Fatal(err)
	}
	for role, tells := range map[engine.Role]bool{engine.Operator: true, engine.Viewer: false} {
		s := eng.As(engine.Actor{Name: "x", Role: role})
		read := func() (all []any) {
			entries, err1 := s.Entries(t.Context(), saga.ID, 0)
			freezes, err2 := s.Freezes(t.Context(), 0)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			return []any{entries, freezes, s.Frozen()}
		}
		for _, part := range read() {
			text, err := json.Marshal(part)
			if err != nil {
				t.Fatal(err)
			}
			told := strings.Contains(string(text), "203.0.113.9") || strings.Contains(string(text), "secretfinger")
			if told != tells || !strings.Contains(string(text), "ops1") {
				t.Errorf("%s: %s", role, text)
			}
		}
	}
}
