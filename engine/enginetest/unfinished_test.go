package enginetest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// BenchmarkUnfinished asks an engine with n unfinished sagas on a file for the pages of a list, and gives verbs to one of them. What
// that takes must not grow with n, which is ARCADIA_SCALE.
func BenchmarkUnfinished(b *testing.B) {
	for _, n := range []int{50, population(b)} {
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) {
			s, one := unfinished(b, n)
			for name, statuses := range map[string][]engine.Status{"newest": nil, "pending": {engine.Pending, engine.Running}} {
				b.Run("page="+name, func(b *testing.B) {
					for b.Loop() {
						if _, err := s.List(b.Context(), engine.Query{Statuses: statuses, Limit: 50}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run("counts", func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Counts(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("verbs=2", func(b *testing.B) {
				for b.Loop() {
					for _, ask := range []func(context.Context, engine.ID, engine.Request) error{s.Pause, s.Resume} {
						if err := ask(b.Context(), one, engine.Request{}); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
	}
}

// unfinished is a session of an engine that drives n sagas, which a freeze holds, and one of them.
func unfinished(b *testing.B, n int) (s *engine.Session, one engine.ID) {
	b.Helper()
	store := open(b)
	s, _ = enginetest.Host(b, store, engine.Config{Steps: []engine.Step{enginetest.Echo()}})
	if err := s.Freeze(b.Context(), engine.Request{Reason: "nothing shall end"}); err != nil {
		b.Fatal(err)
	}
	ids := make([]engine.ID, n)
	var all sync.WaitGroup
	for first := range min(n, 256) {
		all.Go(func() {
			for i := first; i < n; i += 256 {
				ids[i] = enginetest.Launch(b, s, "echo")
			}
		})
	}
	all.Wait()
	return s, ids[n/2]
}
