package crashtest

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// meddling is what somebody else does between a saga's write and its undo.
type meddling struct {
	name string
	s    *scenario
	do   func(sim *dosim.Sim, own []dosim.Record) // own are the records at app then
	// shown are texts that the conflict must show: prior, written, live.
	prior, written, live string
}

func meddlings() []meddling {
	change := func(r dosim.Record) func(*dosim.Sim, []dosim.Record) {
		return func(sim *dosim.Sim, own []dosim.Record) {
			r.ID = own[0].ID
			sim.PutRecord(zone, r)
		}
	}
	put := func(r dosim.Record) func(*dosim.Sim, []dosim.Record) {
		return func(sim *dosim.Sim, _ []dosim.Record) { sim.PutRecord(zone, r) }
	}
	drop := func(sim *dosim.Sim, own []dosim.Record) { sim.RemoveRecord(zone, own[0].ID) }
	one := list(rec("A", "app", "192.0.2.1", 900))
	update := upsert("update", "type=A data=192.0.2.9 ttl=60", one, list(rec("A", "app", "192.0.2.9", 60)))
	create := upsert("create", "type=A data=192.0.2.9 ttl=60", nil, list(rec("A", "app", "192.0.2.9", 60)))
	erase := remove("one", "type=A", one, nil)
	cname := upsert("A to CNAME", "type=CNAME data=t.example.net ttl=300 mode=replace", one, list(rec("CNAME", "app", "t.example.net", 300)))
	return []meddling{
		{"updated, then its value changed", update, change(dosim.Record{Data: "198.51.100.7"}), "192.0.2.1", "192.0.2.9", "198.51.100.7"},
		{"updated, then its TTL changed", update, change(dosim.Record{TTL: 77}), "900", "60", "77"},
		{"updated, then given its old value with the new TTL", update, change(dosim.Record{Data: "192.0.2.1"}), "900", "192.0.2.9", "192.0.2.1 ttl 60"},
		{"updated, then removed", update, drop, "192.0.2.1", "192.0.2.9", "absent"},
		{"created, then its value changed", create, change(dosim.Record{Data: "198.51.100.7"}), "absent", "192.0.2.9", "198.51.100.7"},
		{"created, then its TTL changed", create, change(dosim.Record{TTL: 77}), "absent", "60", "77"},
		{"deleted, then another put in its place", erase, put(rec("A", "app", "198.51.100.7", 60)), "192.0.2.1", "absent", "198.51.100.7"},
		{"deleted, then a CNAME put in its place", erase, put(rec("CNAME", "app", "x.example.net", 60)), "192.0.2.1", "absent", "x.example.net"},
		{"changed to CNAME, then that changed", cname, change(dosim.Record{Data: "x.example.net"}), "absent", "t.example.net", "x.example.net"},
	}
}

func TestUndoNeverOverwritesSomebodyElsesChange(t *testing.T) {
	t.Parallel()
	for _, k := range meddlings() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			dir := scratch(t)
			for fatal := 0; ; fatal++ { // dying at each point of the rollback changes nothing about it
				died := false
				synctest.Test(t, func(t *testing.T) { died = k.play(t, filepath.Join(dir, strconv.Itoa(fatal)), fatal) })
				if fatal > 0 && !died || t.Failed() {
					return
				}
			}
		})
	}
}

// play completes a saga, meddles, rolls it back in a process that dies at a point, and reports whether that was reached.
func (k meddling) play(t *testing.T, dir string, fatal int) (died bool) {
	ctx := context.Background()
	st := newStage(t, dir, k.s, nil)
	id := st.launch(k.s.launch(st.world, "k", false))
	st.rest(id, engine.Completed)
	own := slices.DeleteFunc(st.world.sim.Zone(zone), func(r dosim.Record) bool { return r.Name != "app" })
	k.do(st.world.sim, own)
	theirs := st.world.sim.Zone(zone)
	if err := st.p.end(); err != nil {
		t.Fatal(err)
	}
	st.start(fatal)
	rollback := func() {
		if err := st.p.ops.Rollback(ctx, id, engine.Request{}); err != nil {
			if _, dead := st.p.life.points(); !dead && !strings.Contains(err.Error(), "already") {
				t.Fatal(err)
			}
		}
	}
	rollback()
	sg := st.until(id, "failed", func(s *engine.Saga) bool { return s.Status == engine.Failed })
	st.p.stop()
	if _, died = st.p.life.points(); died {
		if err := st.p.end(); err != nil {
			t.Fatal(err)
		}
		st.start(0)
		if st.saga(id).Status == engine.Completed {
			rollback()
		}
		sg = st.until(id, "failed", func(s *engine.Saga) bool { return s.Status == engine.Failed })
	}
	c := sg.Rows[0].Compensation
	if c == nil || c.Conflict == nil {
		t.Fatalf("no conflict on the row: %s", rows(sg))
	}
	if !strings.Contains(c.Conflict.Prior, k.prior) || !strings.Contains(c.Conflict.Written, k.written) || !strings.Contains(c.Conflict.Live, k.live) {
		t.Errorf("the conflict shows %+v, want %q, %q, %q", *c.Conflict, k.prior, k.written, k.live)
	}
	if now := st.world.sim.Zone(zone); !slices.Equal(now, theirs) {
		t.Errorf("the undo changed what is somebody else's:\n  %v\n  %v", lines(now), lines(theirs))
	}
	return died
}
