package steps_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

func TestADeletionSaysFirstThatTheDropletIsGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		web := r.droplet("web-01")
		snap := put[int64](t, r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", web), "snapshot_id")
		if c := r.change("delete_snapshot", "snapshot", text(snap)); c.Note != "" || !strings.Contains(c.Fields[1].From, "web-01 (") || !strings.Contains(c.Fields[2].Note, "the size is not final") {
			t.Errorf("while the droplet is there: %+v", c)
		}
		r.destroy(web)
		if c := r.change("delete_snapshot", "snapshot", text(snap)); !strings.HasPrefix(c.Note, "its droplet is gone") || !strings.Contains(c.Fields[1].From, "which is gone") {
			t.Errorf("when it is gone: %+v", c)
		}
		for _, s := range r.sim.Snapshots() {
			if text(s.DropletID) == web && s.ID != snap && s.Type == "snapshot" {
				r.api("DELETE", "/v2/snapshots/"+text(s.ID), "")
			}
		}
		if c := r.change("delete_snapshot", "snapshot", text(snap)); c.Note != "its droplet is gone, and this is the only snapshot of it" {
			t.Errorf("when nothing else is left: %+v", c)
		}
	})
}

func TestAnIDThatNeverExistedIsNotGoneAlready(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		if c := r.change("delete_snapshot", "snapshot", "7"); strings.Contains(c.Note, "gone already") || !strings.Contains(c.Note, "no snapshot in this account has this id") {
			t.Errorf("%+v", c)
		}
		snap := put[int64](t, r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01")), "snapshot_id")
		r.api("DELETE", "/v2/snapshots/"+text(snap), "")
		if c := r.change("delete_snapshot", "snapshot", text(snap)); !strings.Contains(c.Note, "it is gone already") {
			t.Errorf("%+v", c)
		}
	})
}

func TestAdviceIsTrueForTheThing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		snap := put[int64](t, r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01")), "snapshot_id")
		r.api("DELETE", "/v2/snapshots/"+text(snap), "")
		key := r.only().Key()
		for _, kind := range []string{"accept_resource", "restore_resource"} {
			why := refusal(t, r, kind, "resource", key)
			if !strings.Contains(why, "nothing brings it back: stop tracking it with forget_resource") || strings.Contains(why, "with restore_resource") || strings.Contains(why, "with accept_resource") {
				t.Errorf("%s: %s", kind, why)
			}
		}
		for _, c := range []struct {
			kind  string
			state estate.State
			want  []string
		}{
			{"droplet_snapshot", estate.Deleted, []string{"forget"}},
			{"droplet_snapshot", estate.Modified, []string{"accept", "forget"}},
			{"dns_record", estate.Deleted, []string{"restore", "forget"}},
			{"dns_record", estate.Modified, []string{"restore", "accept", "forget"}},
			{"dns_record", estate.InSync, nil},
		} {
			if got := steps.Cures(c.kind, c.state); !slices.Equal(got, c.want) {
				t.Errorf("%s of %s: %v, want %v", c.state, c.kind, got, c.want)
			}
		}
	})
}

// refusal is why a launch of a kind is refused, or its plan.
func refusal(t *testing.T, r *rig, kind string, in ...string) string {
	t.Helper()
	p, err := r.Plan(t.Context(), engine.Launch{Kind: kind, Inputs: inputs(in...)})
	if err != nil {
		return err.Error()
	}
	return p.Steps[0].Error
}

func TestA429SaysUntilWhen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sim := dosim.New()
		cloud, err := digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: sim})
		if err != nil {
			t.Fatal(err)
		}
		sim.Inject(dosim.Fault{Kind: dosim.FaultHourly, RetryAfter: 25 * 60 * 1e9})
		_, err = cloud.Droplets(t.Context())
		var ce *steps.CloudError
		if !errors.As(err, &ce) || !strings.Contains(ce.Text, "asked again after 00:25:00 UTC") {
			t.Errorf("%v", err)
		}
		if _, err = cloud.Domains(t.Context()); err == nil || !strings.Contains(err.Error(), "used up until 00:25:00 UTC") {
			t.Errorf("%v", err)
		}
	})
}
