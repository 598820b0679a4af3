package steps_test

import (
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// A person waits for a plan, and again for the launch. All steps of a plan share what is read for it, and read at the same time.
func TestNoPlanAsksTheProviderTwiceForTheSame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithLatency(120*time.Millisecond))
		web := r.droplet("web-01")
		off := engine.Launch{Kind: "offboard_droplet", Inputs: inputs("droplet_id", web, "droplet_name", "web-01", "reserved_ip", "198.51.100.10")}
		once := func(what string, most time.Duration, do func() error) {
			t.Helper()
			r.sim.ResetLog()
			began := time.Now()
			if err := do(); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > most {
				t.Errorf("the %s takes %s, more than %s", what, took, most)
			}
			asked := map[string]bool{}
			for _, q := range r.sim.Requests() {
				name := q.Method + " " + q.Path + "?" + q.Query
				if asked[name] {
					t.Errorf("the %s asks again for %s", what, name)
				}
				asked[name] = true
			}
			if len(asked) < 4 {
				t.Errorf("the %s has looked at nothing: %v", what, asked)
			}
		}
		once("plan", time.Second, func() error {
			_, err := r.Plan(t.Context(), off)
			return err
		})
		once("launch", 700*time.Millisecond, func() error {
			_, err := r.Create(t.Context(), off)
			return err
		})
	})
}
