package tui

import (
	"testing"

	"arcadia/engine"
	"arcadia/tui/decide"
	"arcadia/tui/keys"
)

// sagaStates are sagas in every state that a verb is asked in.
func sagaStates() map[string]*engine.Saga {
	out := map[string]*engine.Saga{}
	row := func(s engine.RowStatus) engine.Row { return engine.Row{Name: "a", Status: s, Undoable: true} }
	for _, st := range engine.Statuses() {
		out[string(st)] = &engine.Saga{Summary: engine.Summary{Status: st, StepNames: []string{"a", "b"}}}
	}
	change := func(name string, of engine.Status, f func(s *engine.Saga)) {
		s := &engine.Saga{Summary: engine.Summary{Status: of, StepNames: []string{"a", "b"}}}
		f(s)
		out[name] = s
	}
	change("paused", engine.Running, func(s *engine.Saga) { s.Paused = true })
	change("paused on the way back", engine.Compensating, func(s *engine.Saga) { s.Paused = true })
	change("being canceled", engine.Running, func(s *engine.Saga) { s.CancelRequested = true })
	change("waits for another", engine.Pending, func(s *engine.Saga) {
		s.Waiting = []engine.Waiting{{For: engine.ForSaga, Because: engine.BecauseLocked, Saga: "3f9c2a1b"}}
	})
	for name, dirty := range map[string]bool{"undecided": false, "undecided and dirty": true} {
		change(name, engine.Running, func(s *engine.Saga) {
			s.Rows = []engine.Row{row(engine.RowFailed)}
			s.Rows[0].Dirty = dirty
			s.Waiting = []engine.Waiting{{For: engine.ForOperator, Because: engine.BecauseFailed, Step: "a"}}
		})
	}
	change("left behind", engine.Failed, func(s *engine.Saga) { s.Rows, s.Residue = []engine.Row{row(engine.RowCompensationFailed)}, 1 })
	change("for good", engine.Completed, func(s *engine.Saga) {
		s.Rows = []engine.Row{row(engine.RowCompleted)}
		s.Rows[0].Final = "a droplet is destroyed"
	})
	return out
}

// One rule says what can be asked of a saga: the keys, the menus and the decision refuse what the engine refuses, in its words,
// and nothing else. Commands and plain lines ask the engine itself.
func TestTheConsoleRefusesWhatTheEngineRefuses(t *testing.T) {
	t.Parallel()
	env := &Env{State: newState(), Keys: builtIn()}
	compared := 0
	for name, s := range sagaStates() {
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
	if compared < 80 {
		t.Errorf("only %d verbs were compared", compared)
	}
}
