package tui

import (
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/decide"
	"arcadia/tui/keys"
)

// One rule says what can be asked of a saga: the keys, the menus and the decision refuse what the engine refuses, in its words,
// and nothing else. Commands and plain lines ask the engine itself.
func TestTheConsoleRefusesWhatTheEngineRefuses(t *testing.T) {
	t.Parallel()
	env := &Env{State: newState(), Keys: builtIn()}
	compared := 0
	for name, s := range enginetest.States() {
		commands := verbCommands(func() *engine.Summary { return &s.Summary }, func() *engine.Saga { return s }, func(*Env) []engine.Summary { return nil })
		for _, c := range commands {
			verb := asks[c.Command]
			if c.Command == keys.CmdPause && s.Paused { // the key lets a paused one go on
				verb = engine.VerbResume
			}
			want := ""
			if err := s.Refuses(verb); err != nil {
				want = err.Error()
			}
			if got := c.impossible(env); got != want {
				t.Errorf("%s, %s: the console says %q, the engine %q", name, c.Command, got, want)
			}
			compared++
		}
		about := decide.Of(s, func(int) string { return "" })
		if about == nil {
			continue
		}
		for _, a := range about.Answers {
			if err := decide.Refuses(s, a); err != nil {
				t.Errorf("%s: %s is offered, and refused: %v", name, a.Name, err)
			}
		}
	}
	if compared < 150 {
		t.Errorf("only %d verbs were compared", compared)
	}
}
