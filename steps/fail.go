package steps

import (
	"context"

	"arcadia/engine"
)

// Fail always fails, with the reason "fail". It stands at the end of a saga that shall roll back.
type Fail struct{}

// Name is "fail".
func (Fail) Name() string { return "fail" }

// Local says that it needs no account.
func (Fail) Local() {}

// Execute fails for good.
func (Fail) Execute(context.Context, *engine.State) error { return engine.Reason("fail") }

// Plan says that the step will fail.
func (Fail) Plan(context.Context, engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActRun, Subject: "fail", Note: "fails on purpose: the steps before it are rolled back", Undo: nothingToUndo}, nil
}
