package crashtest

import (
	"context"
	"strconv"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
)

// midway has the point of no return in its middle: a record, then a snapshot that is deleted for good, then a wait. Before that
// point it goes back whole, after it only forward.
func midway() *scenario {
	return &scenario{
		name: "a record, the point of no return, a wait", kind: "adhoc", steps: []string{"upsert_dns_record", "delete_snapshot", "wait_until"}, places: "app",
		inputs: with(with(dns("type=A data=192.0.2.1 ttl=600"), "snapshot", "$snapshot"), "for", "5s"), final: true,
		after: list(rec("A", "app", "192.0.2.1", 600)),
		first: &prologue{launches: []engine.Launch{{Kind: "snapshot_droplet", Inputs: fields("droplet_id=$droplet")}}},
	}
}

// unaware deletes the snapshot like the shipped step, and tells the engine neither that this is final nor that it has happened.
type unaware struct {
	steps.DeleteSnapshot
	cloud steps.Cloud
}

// step leaves out what the shipped step can do besides.
func (u unaware) step() engine.Step {
	return struct {
		engine.Step
		engine.Describer
		engine.Compensator
	}{u, u.DeleteSnapshot, u}
}

func (u unaware) Execute(ctx context.Context, s *engine.State) error {
	id, err := strconv.ParseInt(s.Input("snapshot"), 10, 64)
	if err != nil {
		return err
	}
	s.Put("deletes", id)
	if err := s.Save(ctx); err != nil {
		return err
	}
	if err := u.cloud.DeleteSnapshot(ctx, id); err != nil && steps.ClassOf(err) != steps.NotFound {
		return engine.Retryable(err, 0)
	}
	s.Withdraw("droplet_snapshot", s.Input("snapshot"))
	return nil
}

func (unaware) Compensate(context.Context, *engine.State) error { return nil }

func TestNobodyTurnsRoundPastThePointOfNoReturn(t *testing.T) {
	t.Parallel()
	for _, e := range endings() {
		if e == fails {
			continue // nothing that may fail for good stands behind the point of no return
		}
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			var y tally
			step, cancels := 4, 3
			if torture() {
				step, cancels = 1, 1
			}
			course{scenario: midway(), ending: e}.singles(t, scratch(t), 0, step, cancels, &y)
			y.figure(t, "a kind with the point of no return in its middle, "+string(e))
		})
	}
	t.Run("control", func(t *testing.T) {
		t.Parallel()
		dir := scratch(t)
		c := course{scenario: midway(), ending: canceled, rig: rig{steps: func(cloud steps.Cloud, all []engine.Step) []engine.Step {
			for i := range all {
				if d, is := all[i].(steps.DeleteSnapshot); is {
					all[i] = unaware{d, cloud}.step()
				}
			}
			return all
		}}}
		whole := c
		whole.ending = completes
		base := baseline(t, &whole, dir)
		tried, found := 0, 0
		for _, c.cancelAt = range cancelPoints(&base) {
			out := inBubble(t, &c, dir)
			tried++
			if len(out.wrong) > 0 {
				found++
			}
		}
		t.Logf("figure | control: an engine that does not know the point of no return | %d courses | found wrong in %d", tried, found)
		if found == 0 {
			t.Errorf("it was found right in %d courses: the harness proves nothing", tried)
		}
	})
}
