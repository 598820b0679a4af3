package crashtest

import (
	"fmt"
	"strconv"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// care are the kinds that are about a resource: what an earlier saga made, after others have laid hands on it.
func care() []*scenario {
	made := rec("A", "app", "192.0.2.1", 900)
	theirs := rec("A", "app", "198.51.100.7", 900)
	launch := engine.Launch{Kind: "upsert_dns_record", Inputs: dns("type=A data=192.0.2.1 ttl=900")}
	after := func(since func(w *world)) *prologue {
		return &prologue{launches: []engine.Launch{launch}, since: since}
	}
	change := func(w *world) {
		own := theirs
		own.ID = w.own()
		w.sim.PutRecord(zone, own)
	}
	drop := func(w *world) { w.sim.RemoveRecord(zone, w.own()) }
	about := func(name, kind string, first *prologue, before, after []dosim.Record) *scenario {
		return &scenario{
			name: name, kind: kind, steps: []string{kind}, places: "app", inputs: fields("resource=$resource"), first: first,
			before: before, after: after,
		}
	}
	cname := upsert("A of another saga to CNAME", "type=CNAME data=target.example.net ttl=300 mode=replace", list(made), list(rec("CNAME", "app", "target.example.net", 300)))
	erase := remove("the A of another saga", "type=A", list(made), nil)
	cname.first, erase.first = after(nil), after(nil)
	return []*scenario{
		cname, erase,
		keeps(about("restore what was changed", "restore_resource", after(change), list(theirs), list(made)), "same", 1),
		keeps(about("restore what is gone", "restore_resource", after(drop), nil, list(made)), "moved", 1),
		quiet(keeps(about("restore what is as wanted", "restore_resource", after(nil), list(made), list(made)), "same", 1)),
		quiet(keeps(about("accept what was changed", "accept_resource", after(change), list(theirs), list(theirs)), "same", 2)),
		quiet(keeps(about("accept what is as wanted", "accept_resource", after(nil), list(made), list(made)), "same", 1)),
		refusing(about("accept what is gone", "accept_resource", after(drop), nil, nil)),
		quiet(forgets(about("forget what was changed", "forget_resource", after(change), list(theirs), list(theirs)))),
		quiet(forgets(about("forget what is gone", "forget_resource", after(drop), nil, nil))),
		quiet(adoption()),
		deletion(),
		pruning(),
	}
}

// own is the id of the record that the prologue made.
func (w *world) own() int64 {
	for _, r := range w.sim.Zone(zone) {
		if r.Name == "app" {
			return r.ID
		}
	}
	return 0
}

// keeps demands one resource after the saga, in sync, with the same id or a new one.
func keeps(s *scenario, id string, version int) *scenario {
	s.counts = func(w *world, before, now []account) []string {
		if len(now) == 1 && now[0].state == inSync && now[0].version == version && (now[0].key == before[0].key) == (id == "same") {
			return nil
		}
		return []string{fmt.Sprintf("it accounts for %v, before it for %v; want one, in sync, version %d, %s id", now, before, version, id)}
	}
	return s
}

func forgets(s *scenario) *scenario {
	s.counts = func(_ *world, _, now []account) []string {
		if len(now) == 0 {
			return nil
		}
		return []string{fmt.Sprintf("it accounts for %v", now)}
	}
	return s
}

// adoption is of a snapshot that another ledger's saga made.
func adoption() *scenario {
	s := &scenario{
		name: "adopt an orphan", kind: "adopt_snapshot", steps: []string{"adopt_snapshot"}, inputs: fields("snapshot=$snapshot"),
		first: &prologue{since: func(w *world) {
			w.snapshot = w.sim.AddSnapshot(w.droplet, fmt.Sprintf("arcadia-snap-%d-0badcafe", w.droplet))
		}},
	}
	s.counts = func(w *world, before, now []account) []string {
		if len(now) == 1 && now[0].key == "droplet_snapshot/"+strconv.FormatInt(w.snapshot, 10) && now[0].state == inSync {
			return nil
		}
		return []string{fmt.Sprintf("it accounts for %v, want the orphan", now)}
	}
	return s
}

// deletion is of a snapshot that an earlier saga took. It cannot be taken back.
func deletion() *scenario {
	s := forgets(&scenario{
		name: "delete a snapshot", kind: "delete_snapshot", steps: []string{"delete_snapshot"}, inputs: fields("snapshot=$snapshot"), final: true,
		first: &prologue{launches: []engine.Launch{{Kind: "snapshot_droplet", Inputs: fields("droplet_id=$droplet")}}},
	})
	return s
}

// pruning is of the older of two snapshots that earlier sagas took. It cannot be taken back.
func pruning() *scenario {
	take := engine.Launch{Kind: "snapshot_droplet", Inputs: fields("droplet_id=$droplet")}
	return &scenario{
		name: "prune one of two", kind: "adhoc", steps: []string{"prune_snapshots"}, inputs: fields("droplet_id=$droplet keep_last=1 max_delete=1"),
		final: true, first: &prologue{launches: []engine.Launch{take, take}, oldest: true},
		counts: func(w *world, before, now []account) []string {
			if len(before) == 2 && len(now) == 1 && now[0].key != "droplet_snapshot/"+strconv.FormatInt(w.snapshot, 10) && now[0].state == inSync {
				return nil
			}
			return []string{fmt.Sprintf("it accounts for %v, before it for %v; want the newer one", now, before)}
		},
	}
}
