package enginetest

import (
	"context"
	"errors"
	"testing"

	"arcadia/engine"
)

// Ops is an operator for tests.
var Ops = engine.Actor{Name: "ops1", Role: engine.Operator}

// Kind is an ad-hoc kind, so that a launch can name any list of steps.
var Kind = engine.Kind{Name: "adhoc", Summary: "any list of steps", Adhoc: true}

// Host is Drive for a test that acts as one operator, Ops.
func Host(t testing.TB, store engine.Store, cfg engine.Config) (s *engine.Session, stop func() error) {
	t.Helper()
	e, stop := Drive(t, store, cfg)
	return e.As(Ops), stop
}

// Drive runs an engine over a store until the test ends or stop is called, and then checks every invariant. stop waits
// for the engine and returns what Run returned.
func Drive(t testing.TB, store engine.Store, cfg engine.Config) (e *engine.Engine, stop func() error) {
	t.Helper()
	if len(cfg.Kinds) == 0 {
		cfg.Kinds = []engine.Kind{Kind}
	}
	e, err := engine.New(store, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	select {
	case <-e.Ready():
	case err := <-done:
		t.Fatalf("the engine does not run: %v", err)
	}
	var result error
	stopped := false
	stop = func() error {
		if !stopped {
			stopped = true
			cancel()
			result = <-done
		}
		return result
	}
	t.Cleanup(func() {
		_ = stop() // a test that cares for Run's answer has asked for it
		Sound(t, store)
	})
	return e, stop
}

// Sound fails the test when an invariant of the store is broken.
func Sound(t testing.TB, store engine.Store) {
	t.Helper()
	found, err := engine.Check(context.Background(), store)
	if err != nil {
		t.Errorf("check: %v", err)
	}
	for _, v := range found {
		t.Errorf("violation: %s", v)
	}
}

// Rest waits until the saga is at rest and returns it.
func Rest(t testing.TB, s *engine.Session, id engine.ID) *engine.Saga {
	t.Helper()
	return Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status.Terminal() })
}

// Until waits until the saga is as wanted, watching the feed and reading what is new in its ledger, and returns it. What is not
// stored of a saga is not in it: Session.Saga has that.
func Until(t testing.TB, s *engine.Session, id engine.ID, ok func(*engine.Saga) bool) *engine.Saga {
	t.Helper()
	feed := s.Watch()
	defer feed.Close()
	sg := &engine.Saga{}
	for {
		news, err := s.Entries(t.Context(), id, sg.Seq)
		for i := range news {
			err = errors.Join(err, sg.Apply(&news[i]))
		}
		if err != nil {
			t.Fatal(err)
		}
		if ok(sg) {
			return sg
		}
		select {
		case <-feed.Ready():
			feed.Take()
		case <-t.Context().Done():
			t.Fatalf("saga %s is %s at the test's end", sg.Short, sg.Status)
		}
	}
}

// Launch starts an ad-hoc saga of the given steps.
func Launch(t testing.TB, s *engine.Session, steps ...string) engine.ID {
	t.Helper()
	sg, err := s.Start(t.Context(), engine.Launch{Kind: Kind.Name, Steps: steps})
	if err != nil {
		t.Fatal(err)
	}
	return sg.ID
}
