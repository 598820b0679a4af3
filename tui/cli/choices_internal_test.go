package cli

import (
	"slices"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// quiet is an engine of which only words are asked.
type quiet struct{ Engine }

func (quiet) UndoText(*engine.Saga, int) string { return "takes it back" }

// Plain lines offer what the engine does not refuse, and nothing else, for every verb in every state.
func TestPlainLinesOfferWhatTheEngineDoesNotRefuse(t *testing.T) {
	t.Parallel()
	m := &lineMode{p: &Place{Engine: quiet{}}}
	for state, s := range enginetest.States() {
		offered := m.choices(s)
		for _, v := range m.verbs() {
			is := slices.ContainsFunc(offered, func(c choice) bool { return c.label == v.menu })
			if refusal := s.Refuses(v.verb); is != (refusal == nil) {
				t.Errorf("%s: %s is offered: %v; the engine refuses: %v", state, v.verb, is, refusal)
			}
		}
	}
}
