package steps

import (
	"context"
	"strconv"

	"arcadia/engine"
)

// Echo puts its input text into the context. It changes nothing outside.
type Echo struct{}

// Name is "echo".
func (Echo) Name() string { return "echo" }

// Local says that it needs no account.
func (Echo) Local() {}

// Inputs declares text.
func (Echo) Inputs() []engine.Field {
	return []engine.Field{{
		Name: "text", Label: "Text", Type: engine.TextField, Default: "hello",
		Help: "goes into the saga's context, once for each echo step",
	}}
}

// Execute puts echoed_at_step_<idx>.
func (Echo) Execute(_ context.Context, s *engine.State) error {
	s.Put("echoed_at_step_"+strconv.Itoa(s.Idx()), s.Input("text"))
	return nil
}

// Compensate has nothing to undo and succeeds.
func (Echo) Compensate(context.Context, *engine.State) error { return nil }

// Plan says that nothing outside changes.
func (Echo) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActRun, Subject: "echo", Note: "puts the text into the context", Undo: nothingToUndo}, nil
}

// DescribeUndo says that nothing outside changes.
func (Echo) DescribeUndo(*engine.State) string { return nothingToUndo }
