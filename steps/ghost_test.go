package steps_test

import (
	"net/http"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// The answer is lost, the reading lags, and somebody cancels: it has happened, so the saga goes forward.
func TestADeletionWithoutAnAnswerIsNotCalledUndoneBecauseTheReadingLags(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, after := range []time.Duration{0, time.Second, 20 * time.Second} {
			r := newRig(t)
			id := r.orphan()
			r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: 5, Delay: 40 * time.Second})
			r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultResetAfter, Count: 1})
			saga := r.launch("delete_snapshot", "snapshot", id)
			r.until(saga, "deleted", func(*engine.Saga) bool { return r.snapshots() == 0 })
			time.Sleep(after)
			if err := r.Cancel(t.Context(), saga, engine.Request{}); err != nil {
				t.Fatal(err)
			}
			if s := r.rest(saga, engine.Completed); s.Passed != "snapshot "+id || r.accounted() != 0 {
				t.Errorf("canceled %s after it: passed %q: %s", after, s.Passed, dump(s))
			}
		}
	})
}
