package steps_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// patrol is a patrol of the rig's resources with a hundred thousand requests left, and the way to change that.
func (r *rig) patrol() (*steps.Patrol, *atomic.Int64) {
	left := &atomic.Int64{}
	left.Store(100_000)
	return steps.NewPatrol(steps.NewInventory(r.cloud, r.store), func(ctx context.Context) ([]engine.Resource, error) { return r.store.Resources(ctx) },
		func() int { return int(left.Load()) }), left
}

// walk runs a patrol until the end of the test.
func walk(t *testing.T, p *steps.Patrol) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { defer close(over); p.Run(ctx) }()
	t.Cleanup(func() { stop(); <-over })
	synctest.Wait()
}

func state(t *testing.T, p *steps.Patrol, key string, want estate.State) estate.Drift {
	t.Helper()
	d, ok := p.Drifts()[key]
	if !ok || d.State != want {
		t.Errorf("%s is %q, want %s: %+v", key, d.State, want, d)
	}
	return d
}

func TestThePatrolFindsADriftWithinItsRoundAndForgetsWhatIsGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("A", "app", "203.0.113.9")...)
		p, _ := r.patrol()
		if len(p.Drifts()) != 0 {
			t.Errorf("before it looked: %+v", p.Drifts())
		}
		walk(t, p)
		state(t, p, res.Key(), estate.InSync)
		changed := p.Changed()
		r.sim.PutRecord("example.com", dosim.Record{ID: r.here("A", "app")[0].ID, Data: "203.0.113.10"})
		time.Sleep(14 * time.Minute)
		state(t, p, res.Key(), estate.InSync)
		time.Sleep(2 * time.Minute)
		if d := state(t, p, res.Key(), estate.Modified); len(d.Changes) != 1 || d.Changes[0].Name != "data" {
			t.Errorf("%+v", d)
		}
		select {
		case <-changed:
		default:
			t.Error("nobody was told")
		}
		// A resource that was written since is looked at within a minute, not a quarter of an hour later.
		r.run(engine.Completed, "accept_resource", "resource", res.Key())
		time.Sleep(70 * time.Second)
		state(t, p, res.Key(), estate.InSync)
		r.run(engine.Completed, "forget_resource", "resource", res.Key())
		time.Sleep(70 * time.Second)
		if len(p.Drifts()) != 0 {
			t.Errorf("after it was forgotten: %+v", p.Drifts())
		}
	})
}

func TestThePatrolAsksNobodyWhenThereIsNothingToLookAt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		p, _ := r.patrol()
		walk(t, p)
		time.Sleep(24 * time.Hour)
		if n := len(r.sim.Requests()); n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestThePatrolListsADomainOnceForAllItsRecords(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for i := range 20 {
			r.run(engine.Completed, "upsert_dns_record", record("TXT", fmt.Sprintf("_p%d", i), "x")...)
		}
		gone := r.here("TXT", "_p3")[0].ID
		r.sim.RemoveRecord("example.com", gone)
		p, _ := r.patrol()
		time.Sleep(time.Minute)
		r.sim.ResetLog()
		walk(t, p)
		states := map[estate.State]int{}
		for _, d := range p.Drifts() {
			states[d.State]++
		}
		same(t, "states", map[estate.State]int{estate.InSync: 19, estate.Deleted: 1}, states)
		// The listing, and another look at the one that is not in it.
		if n := len(r.sim.Requests()); n > 3 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestThePatrolListsTheSnapshotsOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for _, d := range []string{"web-01", "web-02", "db-01"} {
			r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet(d))
		}
		p, _ := r.patrol()
		r.sim.ResetLog()
		walk(t, p)
		if n := len(r.sim.Requests()); n != 1 || len(p.Drifts()) != 3 {
			t.Errorf("%d requests, %+v", n, p.Drifts())
		}
		for key := range p.Drifts() {
			state(t, p, key, estate.InSync)
		}
	})
}

// The listing is some seconds old: what it does not show may have been written since.
func TestThePatrolCallsNothingDriftedBecauseOfAnOldListing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		if _, err := r.cloud.AllRecords(t.Context(), "example.com"); err != nil {
			t.Fatal(err)
		}
		other := &rig{t: t, sim: r.sim, store: r.store, cloud: connect(t, r.sim)} // another process's client
		other.start()
		defer other.stop()
		for i := range 3 {
			other.run(engine.Completed, "upsert_dns_record", record("TXT", fmt.Sprintf("_p%d", i), "x")...)
		}
		p, _ := r.patrol()
		walk(t, p)
		for key := range p.Drifts() {
			state(t, p, key, estate.InSync)
		}
		if len(p.Drifts()) != 3 {
			t.Errorf("%+v", p.Drifts())
		}
	})
}

func TestThePatrolLeavesTheLastQuarterOfTheAllowanceToOthersAndSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for i := range 3 {
			r.run(engine.Completed, "upsert_dns_record", record("TXT", fmt.Sprintf("_p%d", i), "x")...)
		}
		p, left := r.patrol()
		walk(t, p)
		left.Store(1249)
		r.sim.ResetLog()
		time.Sleep(20 * time.Minute)
		for key := range p.Drifts() {
			if d := state(t, p, key, estate.NotChecked); !strings.Contains(d.Note, "1249 requests are left this hour") {
				t.Errorf("%+v", d)
			}
		}
		if n := len(r.sim.Requests()); n != 0 {
			t.Errorf("%d requests", n)
		}
		// A person who asks for one is answered.
		all, err := r.Resources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(t.Context(), all[0].Key()); err != nil {
			t.Error(err)
		}
		state(t, p, all[0].Key(), estate.InSync)
		left.Store(1250)
		time.Sleep(6 * time.Minute)
		for key := range p.Drifts() {
			state(t, p, key, estate.InSync)
		}
	})
}

func TestWhatThePatrolCouldNotLookAtIsNotCheckedAnyMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("A", "app", "203.0.113.9")...)
		p, _ := r.patrol()
		walk(t, p)
		state(t, p, res.Key(), estate.InSync)
		remove := r.sim.Inject(dosim.Fault{Kind: dosim.FaultServerError})
		err := p.Check(t.Context())
		if err == nil {
			t.Error("it says that it looked")
		}
		if d := state(t, p, res.Key(), estate.NotChecked); d.Note == "" {
			t.Errorf("%+v", d)
		}
		remove()
		time.Sleep(7 * time.Minute)
		state(t, p, res.Key(), estate.InSync)
		if err := p.Check(t.Context(), "dns_record/7"); err == nil || !strings.Contains(err.Error(), "not_accounted_for") {
			t.Errorf("%v", err)
		}
	})
}

func TestOneRequestOfThePatrolIsOnItsWayAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithLatency(time.Second))
		res := r.provisioned(record("A", "app", "203.0.113.9")...)
		p, _ := r.patrol()
		walk(t, p)
		over := make(chan error)
		began := time.Now()
		for range 5 {
			go func() { over <- p.Check(context.Background(), res.Key()) }()
		}
		for range 5 {
			if err := <-over; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took < 5*time.Second {
			t.Errorf("five looks took %s", took)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() { over <- p.Check(context.Background()) }()
		synctest.Wait()
		cancel(context.DeadlineExceeded)
		if err := p.Check(ctx); err == nil {
			t.Error("it did not wait for its turn")
		}
		_ = <-over
		state(t, p, res.Key(), estate.InSync)
	})
}
