package enginetest_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
)

// absurd is a text that nobody in his right mind gives.
func absurd(r *rand.Rand) string {
	texts := []string{
		"", "x", "\x00", "a\x00b", "\xff", "a\xc3", "\u202e", "\x1b[2J", "\r\n", strings.Repeat("x", engine.MaxName), strings.Repeat("x", engine.MaxName+1),
		strings.Repeat("k", 40<<10), strings.Repeat("é", engine.MaxInputs), "{}", "00000000-0000-0000-0000-000000000000", "adhoc", "echo", "name",
	}
	return texts[r.IntN(len(texts))]
}

// TestNoVerbEndsTheHost gives every verb and every question of a session absurd values over a running engine on a real
// file, and then a saga that has to go well.
func TestNoVerbEndsTheHost(t *testing.T) {
	t.Parallel()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "arcadia.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r, err := store.Verify(context.Background()); err != nil || !r.OK() {
			t.Errorf("the file: %v %v", err, r.Problems)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	locked := lockStep{enginetest.Echo()}
	eng, stop := enginetest.Drive(t, store, engine.Config{Steps: []engine.Step{locked, enginetest.Fail()}})
	s := eng.As(enginetest.Ops)
	r := rand.New(rand.NewPCG(13, 3))
	ids := []engine.ID{enginetest.Launch(t, s, "echo")}
	ctx := t.Context()
	launched := 0
	for range 4000 {
		id := ids[r.IntN(len(ids))]
		if r.IntN(4) == 0 {
			id = engine.ID(absurd(r))
		}
		who := s
		if r.IntN(8) == 0 {
			who = eng.As(engine.Actor{Name: absurd(r), Role: engine.Operator, Key: absurd(r), From: absurd(r)})
		}
		v := engine.Request{Reason: absurd(r)}
		if r.IntN(3) == 0 {
			v.IfSeq = r.Uint64()
		}
		verbs := []func() error{
			func() error {
				l := engine.Launch{Kind: "adhoc", Steps: []string{"echo"}, Inputs: engine.Inputs{"name": absurd(r)}}
				for _, text := range []*string{&l.Kind, &l.Steps[0], &l.Key, &l.Reason, &l.PlanHash} {
					if r.IntN(4) == 0 {
						*text = absurd(r)
					}
				}
				if r.IntN(6) == 0 {
					l.Inputs[absurd(r)] = absurd(r)
				}
				if r.IntN(6) == 0 {
					l.OnFailure = engine.OnFailure(absurd(r))
				}
				if r.IntN(10) == 0 {
					l.Steps = make([]string, 100+r.IntN(200))
					for i := range l.Steps {
						l.Steps[i] = "echo"
					}
				}
				if r.IntN(2) == 0 {
					_, err := who.Plan(ctx, l)
					return err
				}
				saga, err := who.Start(ctx, l)
				if err == nil {
					ids = append(ids, saga.ID)
					launched++
				}
				return err
			},
			func() error { return who.Cancel(ctx, id, v) },
			func() error { return who.Rollback(ctx, id, v) },
			func() error { return who.Retry(ctx, id, v) },
			func() error { return who.RetryRow(ctx, id, r.IntN(5)-2, v) },
			func() error { return who.Resolve(ctx, id, int(r.Int64())-r.IntN(3), v) },
			func() error { return who.Skip(ctx, id, v) },
			func() error { return errors.Join(who.Pause(ctx, id, v), who.Resume(ctx, id, engine.Request{})) },
			func() error { return errors.Join(who.Freeze(ctx, v), who.Thaw(ctx, v), s.Thaw(ctx, engine.Request{})) },
			func() error { _, err := who.Find(ctx, absurd(r)); return err },
			func() error {
				_, err := who.List(ctx, engine.Query{Statuses: []engine.Status{engine.Status(absurd(r))}, Kind: absurd(r), By: absurd(r), From: engine.ID(absurd(r)), Limit: int(r.Int64())})
				return err
			},
			func() error { _, err := who.Entries(ctx, id, r.Uint64()); return err },
			func() error { _, err := who.Summaries(ctx, id, engine.ID(absurd(r))); return err },
		}
		err := verbs[r.IntN(len(verbs))]()
		if s.Err() != nil {
			t.Fatalf("the host is gone after %v: %v", err, s.Err())
		}
	}
	if launched < 10 {
		t.Errorf("%d sagas were launched: the values are all too absurd", launched)
	}
	if sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "echo")); sg.Status != engine.Completed {
		t.Errorf("the last saga is %s", sg.Status)
	}
	for _, id := range ids {
		if err := s.Resume(ctx, id, engine.Request{}); err != nil && !errors.Is(err, engine.ErrRefused) {
			t.Error(err)
		}
		enginetest.Rest(t, s, id)
	}
	if err := stop(); err != nil {
		t.Errorf("the engine: %v", err)
	}
}

// lockStep takes a lock named by its input, as most steps do.
type lockStep struct{ engine.Step }

func (l lockStep) Inputs() []engine.Field {
	return []engine.Field{{Name: "name", Type: engine.TextField}}
}

func (l lockStep) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"thing:" + in["name"]}, nil
}

func (l lockStep) Target(_ context.Context, in engine.Inputs) (string, error) {
	return "thing " + in["name"] + "\xff", nil
}

func (l lockStep) Compensate(context.Context, *engine.State) error { return nil }

// TestWhatAStoreDoesNotTakeFailsTheStep lets a store refuse what comes of an attempt, for a reason of its own. The engine
// does not stop, and the row says why.
func TestWhatAStoreDoesNotTakeFailsTheStep(t *testing.T) {
	t.Parallel()
	inner, err := bolt.Open(filepath.Join(t.TempDir(), "arcadia.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inner.Close() })
	store := enginetest.Wrap(inner)
	store.Before(func(_ int, b engine.Batch) error {
		for _, e := range b.Entries {
			if len(e.Put) > 0 {
				return engine.ErrTooLarge
			}
		}
		return nil
	})
	s, _ := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{enginetest.Echo()}})
	saga := enginetest.Rest(t, s, enginetest.Launch(t, s, "echo"))
	if saga.Status != engine.RolledBack || !strings.Contains(saga.Rows[0].Error, "too large") {
		t.Errorf("saga is %s, row 0: %q", saga.Status, saga.Rows[0].Error)
	}
	if s.Err() != nil {
		t.Errorf("the engine has stopped: %v", s.Err())
	}
}
