package crashtest

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// badSteps misbehave, each in its own way; says is what the row must show.
func badSteps(release <-chan struct{}) []struct {
	step engine.Step
	says string
} {
	fill := func(n int, parts int) enginetest.Func {
		return func(ctx context.Context, s *engine.State) error {
			for i := range parts {
				s.Put("part"+string(rune('a'+i)), strings.Repeat("x", n))
			}
			return s.Save(ctx)
		}
	}
	undo := func(context.Context, *engine.State) error { return nil }
	return []struct {
		step engine.Step
		says string
	}{
		{enginetest.Step("panics", func(context.Context, *engine.State) error { panic("boom") }, undo), "panic: boom"},
		{enginetest.Step("panics_late", func(ctx context.Context, s *engine.State) error {
			s.Put("k", 1)
			if err := s.Save(ctx); err != nil {
				return err
			}
			none := func() map[string]int { return nil }
			none()["there is no map"]++
			return nil
		}, undo), "panic: assignment to entry in nil map"},
		{enginetest.Step("exits", func(context.Context, *engine.State) error { runtime.Goexit(); return nil }, undo), "ended its goroutine"},
		{enginetest.Step("oversize_output", fill(engine.MaxOutput+1, 1), undo), "too large"},
		{enginetest.Step("oversize_megabytes", fill(10<<20, 1), undo), "too large"},
		{enginetest.Step("endless", func(context.Context, *engine.State) error { <-release; return errors.New("released") }, undo), "was given up"},
	}
}

func TestBadStepIsCompensatedAndTheProcessLives(t *testing.T) {
	t.Parallel()
	for i, k := range badSteps(nil) {
		t.Run(k.step.Name(), func(t *testing.T) {
			bubble(t, func(t *testing.T, dir string) {
				release := make(chan struct{})
				defer close(release)
				bad := badSteps(release)[i]
				s := changes()[2] // an update
				st := newStage(t, dir, s, []engine.Step{bad.step})
				l := s.launch(st.world, "k", true)
				l.Steps = []string{"upsert_dns_record", bad.step.Name(), "echo"}
				id := st.launch(l)
				sg := st.rest(id, engine.RolledBack)
				if !strings.Contains(sg.Rows[1].Error, bad.says) || sg.Rows[1].Status != engine.RowFailed && sg.Rows[1].Status != engine.RowCompensated {
					t.Errorf("the row shows %s %q, want %q", sg.Rows[1].Status, sg.Rows[1].Error, bad.says)
				}
				st.nothing(s)
				st.rest(st.launch(engine.Launch{Kind: "echo"}), engine.Completed)
			})
		})
	}
}

func TestEndlessStepIsNotJoinedBySecondDriver(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		release, inside, most := make(chan struct{}), make(chan int, 100), 0
		step := enginetest.Step("endless", func(context.Context, *engine.State) error {
			inside <- 1
			<-release
			return nil
		}, func(context.Context, *engine.State) error { return nil })
		s := changes()[2]
		st := newStage(t, dir, s, []engine.Step{step})
		id := st.launch(engine.Launch{Kind: "adhoc", Steps: []string{"endless"}})
		time.Sleep(time.Minute)
		if err := st.p.ops.Cancel(context.Background(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		st.rest(id, engine.RolledBack)
		for len(inside) > 0 {
			most += <-inside
		}
		if most != 1 {
			t.Errorf("the step was entered %d times while it had not returned", most)
		}
		began := time.Now()
		st.p.stop()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the shutdown took %s beside a step that does not return", took)
		}
		close(release)
	})
}

// A bubble's clock cannot go back, so the jump is between two bubbles: the clock of the machine moves while no process lives.
func TestClockThatJumpsBetweenTwoProcessesChangesNoOutcome(t *testing.T) {
	t.Parallel()
	s := creations()[0]
	for _, jump := range []struct {
		name          string
		first, second time.Duration // how far the clock is on in each life
	}{{"an hour back", 2 * time.Hour, time.Hour}, {"an hour on", time.Hour, 2 * time.Hour}} {
		for _, e := range []ending{completes, fails} {
			t.Run(jump.name+"/"+string(e), func(t *testing.T) {
				t.Parallel()
				dir := scratch(t)
				for n := 1; ; n++ {
					d := &twoClocks{course: course{scenario: s, ending: e}, dir: filepath.Join(dir, string(e)+strings.Repeat("x", n%7)), fatal: n}
					// The first write gets no answer, so that there is a backoff to die in.
					d.stroke = &stroke{mishap: mishaps()[0], nth: 1}
					synctest.Test(t, func(t *testing.T) { time.Sleep(jump.first); d.first(t) })
					if !d.died {
						return
					}
					synctest.Test(t, func(t *testing.T) { time.Sleep(jump.second); d.second(t) })
					if t.Failed() {
						t.Fatalf("died at %d", n)
					}
				}
			})
		}
	}
}
