package engine

import "time"

// OnlyTheScreenChecks is an engine that takes every vote: what a product would be whose screens alone know who may approve.
func (e *Engine) OnlyTheScreenChecks() {
	e.objects = func(*Approval, Actor, time.Time) error { return nil }
}
