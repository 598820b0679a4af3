package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// lateDrop is a final step that dies, or loses its answer, between what it does for good and the record of it. Its undo looks.
func lateDrop(h *half, fails func() error) engine.Step {
	said := false
	return h.drop(lasting{enginetest.Step("drop", func(ctx context.Context, s *engine.State) error {
		if err := s.Save(ctx); err != nil {
			return err
		}
		gone := !h.Has("old")
		if !gone {
			h.Delete("old")
		}
		if !said {
			said = true
			return fails()
		}
		s.Passed("the old thing")
		return nil
	}, func(_ context.Context, s *engine.State) error {
		if !h.Has("old") {
			s.Passed("the old thing")
			return errors.New("the old thing cannot be brought back")
		}
		return nil
	})})
}

// TestAnUndoThatFindsThatItHasHappenedTurnsTheSagaRound cancels when the final step has done its work and could not say so.
func TestAnUndoThatFindsThatItHasHappenedTurnsTheSagaRound(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]error{
		"its answer was lost":    engine.Retryable(errors.New("connection reset"), time.Hour),
		"it has failed for good": errors.New("garbled"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHalf()
				list := h.steps()
				list[1] = lateDrop(h, func() error { return fails })
				store := storagetest.NewMemory()
				s, _ := enginetest.Host(t, store, engine.Config{Steps: list})
				id := enginetest.Launch(t, s, "make", "drop", "tell")
				time.Sleep(time.Second)
				_ = s.Cancel(t.Context(), id, engine.Request{}) // in time, or too late
				sg := enginetest.Rest(t, s, id)
				wantSaga(t, sg, engine.Completed, "completed completed completed")
				if sg.Passed != "the old thing" || sg.CancelRequested || sg.Error != nil || !h.Has("told") || sg.Residue != 0 {
					t.Errorf("passed %q, cancel %v, error %+v, world %v", sg.Passed, sg.CancelRequested, sg.Error, h.Things())
				}
				if err := s.Rollback(t.Context(), id, engine.Request{}); !errors.Is(err, engine.ErrRefused) {
					t.Errorf("roll back: %v", err)
				}
				entries, err := store.Entries(t.Context(), id, 0)
				if err != nil {
					t.Fatal(err)
				}
				turns := 0
				for _, e := range entries {
					if e.Type == engine.EntryRollbackOvertaken {
						turns++
					}
				}
				if turns != 1 {
					t.Errorf("%d turns: %+v", turns, entries)
				}
			})
		})
	}
}

// TestAnUndoThatFindsThatItHasHappenedTooLateAsksAPerson has undone what came before by then.
func TestAnUndoThatFindsThatItHasHappenedTooLateAsksAPerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHalf()
		list := h.steps()
		dark := true // nobody can look
		inner := h.drop(lasting{enginetest.Step("drop", func(ctx context.Context, s *engine.State) error {
			if err := s.Save(ctx); err != nil {
				return err
			}
			h.Delete("old")
			return errors.New("garbled")
		}, func(_ context.Context, s *engine.State) error {
			if dark {
				return errors.New("it is dark")
			}
			s.Passed("the old thing")
			return errors.New("the old thing cannot be brought back")
		})})
		list[1] = inner
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: list})
		id := enginetest.Launch(t, s, "make", "drop", "tell")
		sg := enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status == engine.Failed })
		if sg.Rows[0].Status != engine.RowCompensated {
			t.Fatalf("row 0 is %s", sg.Rows[0].Status)
		}
		dark = false
		if err := s.Retry(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		sg = enginetest.Until(t, s, id, func(sg *engine.Saga) bool {
			return sg.Status == engine.Failed && sg.Rows[1].Compensation.Error != "it is dark"
		})
		if sg.Passed != "" || sg.Rows[1].Compensation.Error != "the old thing cannot be brought back" {
			t.Errorf("passed %q, row %+v", sg.Passed, sg.Rows[1].Compensation)
		}
	})
}
