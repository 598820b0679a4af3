// Package enginetest has what tests and benchmarks of the engine share: scripted steps, a store that fails on demand, a
// world that the steps change, and workloads.
package enginetest

import (
	"context"
	"maps"
	"sync"

	"arcadia/engine"
)

// Func is one direction of a scripted step.
type Func func(ctx context.Context, s *engine.State) error

// Step makes a step of two functions. With a nil undo it has no Compensate.
func Step(name string, do, undo Func) engine.Step {
	if undo == nil {
		return oneWay{name, do}
	}
	return &twoWay{oneWay{name, do}, undo}
}

type oneWay struct {
	name string
	do   Func
}

func (s oneWay) Name() string { return s.name }

func (s oneWay) Execute(ctx context.Context, st *engine.State) error { return s.do(ctx, st) }

type twoWay struct {
	oneWay
	undo Func
}

func (s *twoWay) Compensate(ctx context.Context, st *engine.State) error { return s.undo(ctx, st) }

// World is a tiny provider: a set of things that steps create and delete by name. It counts every effect.
type World struct {
	mu      sync.Mutex // guards the fields below
	things  map[string]int
	created int
	deleted int
}

// NewWorld is empty.
func NewWorld() *World { return &World{things: map[string]int{}} }

// Create adds a thing. Like the real provider it does not mind that there is one of that name already.
func (w *World) Create(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.things[name]++
	w.created++
}

// Delete removes a thing and reports whether it was there.
func (w *World) Delete(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.things[name] == 0 {
		return false
	}
	if w.things[name]--; w.things[name] == 0 {
		delete(w.things, name)
	}
	w.deleted++
	return true
}

// Has reports whether a thing is there.
func (w *World) Has(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.things[name] > 0
}

// Things is a copy of what is there, with how many of each.
func (w *World) Things() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make(map[string]int, len(w.things))
	maps.Copy(out, w.things)
	return out
}

// Make is a step that creates one thing, named for the saga and the row, idempotently and with its intent saved first.
func (w *World) Make(name string) engine.Step {
	return Step(name, func(ctx context.Context, s *engine.State) error {
		thing := thingOf(s)
		s.Put("thing", thing)
		if err := s.Save(ctx, "about to create "+thing); err != nil {
			return err
		}
		if !w.Has(thing) {
			w.Create(thing)
		}
		return nil
	}, func(_ context.Context, s *engine.State) error {
		var thing string
		if ok, err := s.Saved("thing", &thing); err != nil || !ok {
			return err
		}
		w.Delete(thing)
		return nil
	})
}

func thingOf(s *engine.State) string {
	return s.Saga().Short() + "/" + string(rune('a'+s.Idx()%26))
}

// Echo completes and can be undone, and does nothing else: the cheapest step there is.
func Echo() engine.Step {
	return Step("echo", func(_ context.Context, s *engine.State) error {
		s.Put("echoed", "hello")
		return nil
	}, func(context.Context, *engine.State) error { return nil })
}

// Fail always fails, with the reason "fail".
func Fail() engine.Step {
	return Step("fail", func(context.Context, *engine.State) error { return engine.Reason("fail") }, nil)
}
