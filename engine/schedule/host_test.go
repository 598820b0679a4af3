package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/schedule"
	"arcadia/storage/storagetest"
)

// host is an engine with schedules on it, on the clock of a bubble.
type host struct {
	t     *testing.T
	ops   *engine.Session
	eng   schedule.Engine
	tags  map[string][]string // ids of things by tag
	away  error               // what listing things says
	count int                 // calls so far
	die   int                 // the call at which the process dies; 0: never
	after bool                // it dies when the call has been carried out
}

var errDead = errors.New("the process has died")

func newHost(t *testing.T) *host {
	t.Helper()
	mark := enginetest.Kind
	thing := engine.Kind{Name: "each", Steps: []string{"echo"}, On: engine.Subject{Type: "thing", Inputs: map[string]string{"text": "id"}}}
	ops, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{echo{}, slow{}}, Kinds: []engine.Kind{mark, thing}})
	return &host{t: t, ops: ops, eng: ops, tags: map[string][]string{}}
}

// echo takes one input.
type echo struct{}

func (echo) Name() string                                 { return "echo" }
func (echo) Execute(context.Context, *engine.State) error { return nil }
func (echo) Inputs() []engine.Field {
	return []engine.Field{{Name: "text", Label: "Text", Type: engine.TextField, Help: "a text"}}
}

// slow takes half an hour.
type slow struct{}

func (slow) Name() string { return "slow" }
func (slow) Execute(ctx context.Context, _ *engine.State) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(14 * time.Minute):
		return nil
	}
}

func (h *host) call(do func() error) error {
	h.count++
	if h.count == h.die && !h.after {
		return errDead
	}
	if h.die != 0 && h.count > h.die {
		return errDead
	}
	err := do()
	if h.count == h.die {
		return errDead
	}
	return err
}

func (h *host) Docs(ctx context.Context, collection string, names ...string) (docs []engine.Doc, err error) {
	err = h.call(func() (err error) { docs, err = h.eng.Docs(ctx, collection, names...); return err })
	return docs, err
}

func (h *host) PutDocs(ctx context.Context, changes ...engine.DocChange) error {
	return h.call(func() error { return h.eng.PutDocs(ctx, changes...) })
}

func (h *host) Start(ctx context.Context, l engine.Launch) (s *engine.Saga, err error) {
	err = h.call(func() (err error) { s, err = h.eng.Start(ctx, l); return err })
	return s, err
}

func (h *host) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	return h.eng.Summaries(ctx, ids...)
}
func (h *host) Kinds() []engine.Kind   { return h.eng.Kinds() }
func (h *host) Frozen() *engine.Frozen { return h.eng.Frozen() }

func (h *host) keeper() schedule.Keeper {
	return schedule.Keeper{
		As: func(string) schedule.Engine { return h }, Watch: h.ops.Watch,
		Things: func(_ context.Context, _, tag string) ([]map[string]string, error) {
			var out []map[string]string
			for _, id := range h.tags[tag] {
				out = append(out, map[string]string{"id": id})
			}
			return out, h.away
		},
	}
}

func (h *host) add(s schedule.Schedule) {
	h.t.Helper()
	if err := schedule.Put(h.t.Context(), h.ops, s, 0); err != nil {
		h.t.Fatal(err)
	}
}

// look runs one look of a keeper.
func (h *host) look() {
	h.t.Helper()
	if _, err := h.keeper().Look(h.t.Context(), time.Now()); err != nil {
		h.t.Fatal(err)
	}
}

// outcomes are what was decided, in one line each.
func (h *host) outcomes(name string) []string {
	h.t.Helper()
	v, err := schedule.Get(h.t.Context(), h.ops, name)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, o := range v.State.Outcomes {
		out = append(out, fmt.Sprintf("%s %s %d %s", o.At.Format("02T15:04"), o.Result, len(o.Sagas), o.Why))
	}
	return out
}

func (h *host) sagas() []engine.Summary {
	h.t.Helper()
	page, err := h.ops.List(h.t.Context(), engine.Query{Oldest: true, Limit: 1000})
	if err != nil {
		h.t.Fatal(err)
	}
	return page.Items
}

func hourly(name string) schedule.Schedule {
	return schedule.Schedule{Name: name, Kind: "adhoc", Steps: []string{"echo"}, Inputs: engine.Inputs{"text": name}, Cron: "0 * * * *"}
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("outcomes:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
