package steps_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
)

func TestAHibernationAsksOtherPeopleAndGoesBackWithoutThem(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		before := r.stock()
		id := r.there("hibernate_droplet", "droplet_id", r.droplet("web-01"), "droplet_name", "web-01")
		s := r.until(id, "asked", func(s *engine.Saga) bool { return s.CurrentStepIdx == 3 && len(s.Waiting) > 0 })
		if s.StepNames[3] != "approve" || s.Waiting[0].For != engine.ForApproval {
			t.Fatalf("%s", dump(s))
		}
		time.Sleep(24 * time.Hour)
		r.rest(id, engine.RolledBack)
		if d := cmp.Diff(before, r.stock()); d != "" {
			t.Errorf("(-before +after):\n%s", d)
		}
	})
}
