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

// What is deleted may be read for a while: it is looked at until it is gone, and not called left behind.
func TestADropletThatIsDeletedAndStillReadIsNotCalledLeftBehind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.launch("create_droplet", r.newDroplet("web-03")...)
		r.rest(id, engine.Completed)
		r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Path: "/v2/droplets/*", Kind: dosim.FaultGhost, Times: 3, Delay: 10 * time.Second})
		r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Path: "/v2/droplets/*", Kind: dosim.FaultResetAfter, Count: 1})
		r.rollback(id)
		if s := r.rest(id, engine.RolledBack); s.Verified.IsZero() || len(r.named("web-03")) > 0 {
			t.Errorf("%s", dump(s))
		}
	})
}
