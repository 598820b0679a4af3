package engine_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func rows(s *engine.Saga) string {
	var out []string
	for _, r := range s.Rows {
		out = append(out, string(r.Status))
	}
	return strings.Join(out, " ")
}

func wantSaga(t *testing.T, s *engine.Saga, status engine.Status, rowStatuses string) {
	t.Helper()
	if s.Status != status || rows(s) != rowStatuses {
		t.Fatalf("saga is %s [%s], want %s [%s]; error %+v", s.Status, rows(s), status, rowStatuses, s.Error)
	}
}

func TestHappyPathTakesFourCommitsAndFailurePathSix(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		steps   []string
		commits int
		status  engine.Status
		rows    string
	}{
		{[]string{"echo", "echo", "echo"}, 4, engine.Completed, "completed completed completed"},
		{[]string{"echo", "echo", "fail"}, 6, engine.RolledBack, "compensated compensated failed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := enginetest.Wrap(storagetest.NewMemory())
			s, _ := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{enginetest.Echo(), enginetest.Fail()}})
			sg := enginetest.Rest(t, s, enginetest.Launch(t, s, tc.steps...))
			wantSaga(t, sg, tc.status, tc.rows)
			if n := store.Appends(); n != tc.commits {
				t.Errorf("%v took %d commits, want %d", tc.steps, n, tc.commits)
			}
		})
	}
}

func TestFailureNamesItsReasonAndWhereUndoingBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo(), enginetest.Fail()}})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "echo", "echo", "fail"))
		if sg.Error == nil || sg.Error.Reason != "step_failed:fail" || sg.Error.CompensateFromIdx != 1 {
			t.Errorf("error = %+v", sg.Error)
		}
		sg = enginetest.Rest(t, s, enginetest.Launch(t, s, "fail"))
		wantSaga(t, sg, engine.RolledBack, "failed")
		if sg.Error.CompensateFromIdx != -1 {
			t.Errorf("nothing to undo, error = %+v", sg.Error)
		}
	})
}

func TestAFailedStepThatSavedItsIntentIsCompensated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.NewWorld()
		half := enginetest.Step("half", func(ctx context.Context, s *engine.State) error {
			s.Put("thing", "x")
			if err := s.Save(ctx); err != nil {
				return err
			}
			w.Create("x")
			return errors.New("and then it broke")
		}, func(_ context.Context, s *engine.State) error {
			var thing string
			if _, err := s.Saved("thing", &thing); err != nil {
				return err
			}
			w.Delete(thing)
			return nil
		})
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{half, w.Make("make")}})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "make", "half"))
		wantSaga(t, sg, engine.RolledBack, "compensated compensated")
		if sg.Error.CompensateFromIdx != 1 {
			t.Errorf("compensate_from_idx = %d, want 1: the failed step was dirty", sg.Error.CompensateFromIdx)
		}
		if left := w.Things(); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestPanicAndGoexitCompensateAndTheProcessLives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.NewWorld()
		steps := []engine.Step{
			w.Make("make"),
			enginetest.Step("panics", func(context.Context, *engine.State) error {
				panic("index out of range")
			}, nil),
			enginetest.Step("exits", func(context.Context, *engine.State) error { runtime.Goexit(); return nil }, nil),
		}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: steps})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "make", "panics"))
		wantSaga(t, sg, engine.RolledBack, "compensated failed")
		if !strings.Contains(sg.Rows[1].Error, "index out of range") || sg.Rows[1].Stack == "" {
			t.Errorf("row shows %q, stack %d bytes", sg.Rows[1].Error, len(sg.Rows[1].Stack))
		}
		wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "make", "exits")), engine.RolledBack, "compensated failed")
		if left := w.Things(); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestRetryableIsTriedAgainAndTheServersWaitWins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		flaky := enginetest.Step("flaky", func(context.Context, *engine.State) error {
			if at = append(at, time.Now()); len(at) < 3 {
				return engine.Retryable(errors.New("503"), 90*time.Second)
			}
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{flaky}})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "flaky"))
		wantSaga(t, sg, engine.Completed, "completed")
		if sg.Rows[0].Attempts != 3 {
			t.Errorf("attempts = %d, want 3", sg.Rows[0].Attempts)
		}
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < 90*time.Second {
				t.Errorf("attempt %d came after %s, the server had asked for 90 s", i+1, d)
			}
		}
	})
}

func TestRetryBudgetEndsAfterFiveFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		never := enginetest.Step("never", func(context.Context, *engine.State) error {
			n++
			return engine.Unknown(errors.New("timeout"))
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{never}})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "never"))
		wantSaga(t, sg, engine.RolledBack, "failed")
		if n != 5 {
			t.Errorf("%d attempts, want 5", n)
		}
	})
}

// TestARetryBudgetCountsTimeAwake lets hours go by between two attempts: while no process runs, and while everything is frozen. That is not
// trying; an attempt that takes long is.
func TestARetryBudgetCountsTimeAwake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes    time.Duration
		asleep   bool // nobody runs for hours
		frozen   bool
		attempts int
	}{
		"nothing happens":      {attempts: 5},
		"nobody runs":          {asleep: true, attempts: 5},
		"everything is frozen": {frozen: true, attempts: 5},
		"attempts take long":   {takes: 8 * time.Minute, attempts: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				never := enginetest.Step("never", func(context.Context, *engine.State) error {
					n++
					time.Sleep(c.takes)
					return engine.Unknown(errors.New("timeout"))
				}, nil)
				store, cfg := storagetest.NewMemory(), engine.Config{Steps: []engine.Step{never}}
				s, stop := enginetest.Host(t, store, cfg)
				id := enginetest.Launch(t, s, "never")
				for failed := 1; failed < 3; failed++ {
					enginetest.Until(t, s, id, func(sg *engine.Saga) bool {
						return len(sg.Rows) > 0 && sg.Rows[0].Attempts >= failed && !sg.Rows[0].NextAttemptAt.IsZero()
					})
					if c.frozen {
						if err := s.Freeze(t.Context(), engine.Request{Reason: "a break"}); err != nil {
							t.Fatal(err)
						}
						time.Sleep(2 * time.Hour)
						if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
							t.Fatal(err)
						}
					}
					if c.asleep {
						if err := stop(); err != nil {
							t.Fatal(err)
						}
						time.Sleep(2 * time.Hour)
						s, stop = enginetest.Host(t, store, cfg)
					}
				}
				wantSaga(t, enginetest.Rest(t, s, id), engine.RolledBack, "failed")
				if n != c.attempts {
					t.Errorf("%d attempts, want %d", n, c.attempts)
				}
			})
		})
	}
}

func TestBlockedSpendsNoBudgetAndSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var refused atomic.Bool
		refused.Store(true)
		needs := enginetest.Step("needs", func(context.Context, *engine.State) error {
			if refused.Load() {
				return engine.Blocked(errors.New("the token is refused"), 0)
			}
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{needs}})
		id := enginetest.Launch(t, s, "needs")
		sg := enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return len(sg.Rows) > 0 && sg.Rows[0].Attempts > 8 && len(sg.Waiting) > 0 })
		if sg.Status != engine.Running || len(sg.Waiting) != 1 || sg.Waiting[0].For != engine.ForProvider || sg.Waiting[0].Text != "the token is refused" {
			t.Errorf("after 8 refusals it is %s, waiting on %+v", sg.Status, sg.Waiting)
		}
		refused.Store(false)
		sg = enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Completed, "completed")
		if len(sg.Waiting) > 0 {
			t.Errorf("it still waits on %+v", sg.Waiting)
		}
	})
}

func TestDeadlineFailsTheStepWithACauseThatSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		endless := enginetest.Step("endless", func(ctx context.Context, _ *engine.State) error {
			<-ctx.Done()
			return context.Cause(ctx)
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{endless}})
		start := time.Now()
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "endless"))
		wantSaga(t, sg, engine.RolledBack, "failed")
		if d := time.Since(start); d != engine.DefaultDeadline {
			t.Errorf("it took %s", d)
		}
		if !strings.Contains(sg.Rows[0].Error, "deadline passed") {
			t.Errorf("row says %q", sg.Rows[0].Error)
		}
	})
}

func TestAStepThatIgnoresItsEndIsGivenUpAndCanRecordNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		late := make(chan error, 1)
		deaf := enginetest.Step("deaf", func(ctx context.Context, s *engine.State) error {
			<-release
			s.Put("late", true)
			late <- s.Save(ctx)
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{deaf}})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "deaf"))
		wantSaga(t, sg, engine.RolledBack, "failed")
		if !strings.Contains(sg.Rows[0].Error, "given up") {
			t.Errorf("row says %q", sg.Rows[0].Error)
		}
		close(release)
		if err := <-late; !errors.Is(err, engine.ErrStopped) {
			t.Errorf("a save after the engine gave the step up: %v, want ErrStopped", err)
		}
	})
}

func TestOversizedOutputAndContextFailTheStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		big := enginetest.Step("big", func(_ context.Context, s *engine.State) error {
			s.Put("blob", strings.Repeat("x", engine.MaxOutput))
			return nil
		}, nil)
		grows := enginetest.Step("grows", func(_ context.Context, s *engine.State) error {
			s.Put("blob"+string(rune('a'+s.Idx())), strings.Repeat("x", engine.MaxOutput-100))
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{big, grows}})
		sg := enginetest.Rest(t, s, enginetest.Launch(t, s, "big"))
		wantSaga(t, sg, engine.RolledBack, "failed")
		if !strings.Contains(sg.Rows[0].Error, "too large") {
			t.Errorf("row says %q", sg.Rows[0].Error)
		}
		sg = enginetest.Rest(t, s, enginetest.Launch(t, s, "grows", "grows", "grows", "grows", "grows"))
		wantSaga(t, sg, engine.RolledBack, "completed completed completed completed failed")
	})
}

func TestWorkersBoundWhatGoesForwardAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most int
		gate := make(chan struct{}, 1)
		gate <- struct{}{}
		count := func(d int) {
			<-gate
			now += d
			most = max(most, now)
			gate <- struct{}{}
		}
		slow := enginetest.Step("slow", func(context.Context, *engine.State) error {
			count(1)
			time.Sleep(time.Second) // bubble time
			count(-1)
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{slow}, Workers: 3})
		var ids []engine.ID
		for range 10 {
			ids = append(ids, enginetest.Launch(t, s, "slow"))
		}
		for _, id := range ids {
			wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed")
		}
		if most != 3 {
			t.Errorf("%d went forward at once, want 3", most)
		}
	})
}

func TestPuttingAKeyAgainCountsItOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		again := enginetest.Step("again", func(ctx context.Context, s *engine.State) error {
			for range 5 {
				s.Put("blob", strings.Repeat("x", engine.MaxOutput-100))
				if err := s.Save(ctx); err != nil {
					return err
				}
			}
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{again}})
		wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "again")), engine.Completed, "completed")
	})
}

func TestRunThatIsStoppedBeforeItBeginsEndsInOrder(t *testing.T) {
	t.Parallel()
	e, err := engine.New(storagetest.NewMemory(), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Run(ctx); err != nil {
		t.Errorf("Run returned %v", err)
	}
}
