package host_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

var kinds = []engine.Kind{
	enginetest.Kind, {Name: "echo", Steps: []string{"echo", "echo"}}, {Name: "echo_fail", Steps: []string{"echo", "fail"}},
}

// truth counts the sagas of a store one by one.
func truth(t *testing.T, store engine.Store) []sshd.SagaCount {
	t.Helper()
	sums := map[sshd.SagaCount]int{}
	for q := (engine.Query{Limit: 1000}); ; {
		p, err := store.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Items {
			sums[sshd.SagaCount{Kind: p.Items[i].Kind, Status: p.Items[i].Status}]++
		}
		if !p.More {
			break
		}
		q.From = p.Items[len(p.Items)-1].ID
	}
	var out []sshd.SagaCount
	for c, n := range sums {
		c.Count = n
		out = append(out, c)
	}
	return sorted(out)
}

func sorted(all []sshd.SagaCount) []sshd.SagaCount {
	slices.SortFunc(all, func(a, b sshd.SagaCount) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Status, b.Status))
	})
	return all
}

// Sagas are launched, fail, and are rolled back when they were done, while they are counted: whoever counts meets each of them
// before, during and after.
func TestTheCountByKindIsTheTruthWhateverHappensMeanwhile(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := storagetest.NewMemory()
				meter := host.NewMeter(store)
				s, stop := enginetest.Host(t, meter, engine.Config{Steps: []engine.Step{enginetest.Echo(), enginetest.Fail()}, Kinds: kinds})
				counting, end := context.WithCancel(t.Context())
				var group sync.WaitGroup
				work := func(n int) {
					for i := range n {
						sg, err := s.Start(t.Context(), engine.Launch{Kind: kinds[1+i%2].Name})
						if err != nil {
							t.Error(err)
							return
						}
						enginetest.Rest(t, s, sg.ID)
						if i%3 == 0 && i%2 == 0 {
							if err := s.Rollback(t.Context(), sg.ID, engine.Request{}); err != nil {
								t.Error(err)
							}
							enginetest.Rest(t, s, sg.ID)
						}
						if round%2 == 1 && i == 20 {
							meter.Recount()
						}
					}
				}
				work(10 + 180*round) // there before anybody counts
				for range 4 {
					group.Go(func() { work(30) })
				}
				if _, whole := meter.Counted(); whole {
					t.Error("counted before anybody has")
				}
				var counter sync.WaitGroup
				counter.Go(func() {
					if err := meter.Count(counting); err != nil {
						t.Error(err)
					}
				})
				group.Wait()
				time.Sleep(time.Minute) // of the bubble: whoever counts is done
				have, whole := meter.Counted()
				if want := truth(t, store); !whole || !slices.Equal(sorted(have), want) {
					t.Errorf("whole %v\nhave %v\nwant %v", whole, have, want)
				}
				end()
				counter.Wait()
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestAttemptsAreTimedByStepDirectionAndOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := enginetest.Step("slow", func(ctx context.Context, s *engine.State) error {
			time.Sleep(3 * time.Second)
			if s.Attempt() == 1 {
				return engine.Retryable(errors.New("not now"), 0)
			}
			return nil
		}, func(context.Context, *engine.State) error { time.Sleep(time.Second); return nil })
		meter := host.NewMeter(storagetest.NewMemory())
		s, stop := enginetest.Host(t, meter, engine.Config{Steps: []engine.Step{slow, enginetest.Fail()}})
		enginetest.Rest(t, s, enginetest.Launch(t, s, "slow", "fail"))
		if err := stop(); err != nil {
			t.Error(err)
		}
		w := httptest.NewRecorder()
		sshd.Metrics(sshd.Sources{Steps: meter.Steps()}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/metrics", nil))
		for _, want := range []string{
			`arcadia_step_seconds_count{direction="forward",outcome="retried",step="slow"} 1`,
			`arcadia_step_seconds_sum{direction="forward",outcome="done",step="slow"} 3`,
			`arcadia_step_seconds_count{direction="forward",outcome="failed",step="fail"} 1`,
			`arcadia_step_seconds_sum{direction="backward",outcome="done",step="slow"} 1`,
		} {
			if !strings.Contains(w.Body.String(), want+"\n") {
				t.Errorf("missing: %s", want)
			}
		}
		if n := strings.Count(w.Body.String(), "arcadia_step_seconds_count"); n != 4 {
			t.Errorf("%d kinds of attempts, want 4:\n%s", n, w.Body.String())
		}
	})
}

func TestWhatIsSaidOfApprovalsIsCountedByEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		two := engine.Actor{Name: "ops2", Role: engine.Approver, Key: "SHA256:two"}
		meter := host.NewMeter(storagetest.NewMemory())
		e, _ := enginetest.Drive(t, meter, engine.Config{
			Steps: []engine.Step{enginetest.Echo()}, Approvers: func() ([]engine.Actor, error) { return []engine.Actor{two}, nil },
			Policy: func() (engine.Policy, error) {
				return engine.Policy{Approvals: []engine.ApprovalRule{{When: engine.When{Step: "echo"}, Demand: engine.Demand{Need: 1, Within: engine.Span(time.Hour)}}}}, nil
			},
		})
		ops := e.As(enginetest.Ops)
		first, second := enginetest.Launch(t, ops, "echo"), enginetest.Launch(t, ops, "echo")
		sg, err := ops.Saga(t.Context(), first)
		if err == nil {
			err = e.As(two).Approve(t.Context(), first, sg.Approval.Hash.Short(), engine.Request{})
		}
		if err == nil {
			err = e.As(two).Refuse(t.Context(), second, engine.Request{Reason: "no"})
		}
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Rest(t, ops, first)
		w := httptest.NewRecorder()
		sshd.Metrics(sshd.Sources{Approvals: meter.Approvals()}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/metrics", nil))
		for event, n := range map[string]string{"approval_requested": "2", "approved": "1", "approval_granted": "1", "approval_refused": "1"} {
			if want := `arcadia_approvals_total{event="` + event + `"} ` + n + "\n"; !strings.Contains(w.Body.String(), want) {
				t.Errorf("missing: %s", want)
			}
		}
	})
}
