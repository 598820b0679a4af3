package steps_test

import (
	"net/http"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

func TestADeletionWithoutAnAnswerIsNotCalledUndoneBecauseTheReadingLags(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.orphan()
		r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: 5})
		r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultResetAfter, Count: 1})
		saga := r.launch("delete_snapshot", "snapshot", id)
		r.until(saga, "cut off", func(s *engine.Saga) bool { return len(s.Rows) > 0 && s.Rows[0].Error != "" })
		if err := r.Cancel(t.Context(), saga, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		s := r.rest(saga, engine.Failed)
		if c := s.Rows[0].Compensation; c == nil || !strings.Contains(c.Error, "cannot be brought back") {
			t.Errorf("the row does not say that the snapshot is gone: %s", dump(s))
		}
	})
}
