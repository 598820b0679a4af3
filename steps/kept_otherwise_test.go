package steps_test

import (
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps/dosim"
)

// otherwise has the provider drop backslashes and round a TTL up to full minutes.
func (r *rig) otherwise() {
	r.sim.Inject(dosim.Fault{Kind: dosim.FaultStoresOtherwise})
}

func TestAnOwnWriteIsComparedWithTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, c := range []struct{ name, data, ttl, kept string }{
			{"a backslash dropped", `v=DKIM1\; p=x`, "600", "v=DKIM1; p=x ttl 600"},
			{"a ttl changed", "x", "95", "x ttl 120"},
			{"both", `a\b`, "95", "ab ttl 120"},
		} {
			r := newRig(t)
			before := r.world()
			r.otherwise()
			in := record("TXT", "_kept", c.data, "dns_record_ttl", c.ttl)
			s := r.run(engine.Completed, "upsert_dns_record", in...)
			if note := put[string](t, s, "note"); !strings.Contains(note, "the provider keeps it as "+c.kept) {
				t.Errorf("%s: note %q", c.name, note)
			}
			if said := r.notes(s.ID); !strings.Contains(said, "the provider keeps it as "+c.kept) {
				t.Errorf("%s: the log says %q", c.name, said)
			}
			r.drift(r.only(), estate.InSync)
			r.sim.ResetLog()
			again := r.run(engine.Completed, "upsert_dns_record", in...)
			if put[string](t, again, "outcome") != "noop" || r.sim.Writes() != 0 {
				t.Errorf("%s: a second run: %s", c.name, dump(again))
			}
			r.outOfOrder(s.ID, again.ID) // it relies on the record
			r.rollback(again.ID)
			r.rest(again.ID, engine.RolledBack)
			r.rollback(s.ID)
			r.rest(s.ID, engine.RolledBack)
			equalWorlds(t, c.name, before, r.world())
			r.stop()
		}
	})
}

// The value that was sent names the record as well as the one that is kept: in a delete, in was, and for what is undone.
func TestARecordIsKnownByWhatWasSentForIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, data := range []string{`a\b`, "ab"} {
			r := newRig(t)
			r.otherwise()
			r.run(engine.Completed, "upsert_dns_record", record("TXT", "_kept", `a\b`, "dns_record_mode", "add")...)
			r.run(engine.Completed, "upsert_dns_record", record("TXT", "_kept", "beside", "dns_record_mode", "add")...)
			before := r.world()
			s := r.run(engine.Completed, "delete_dns_record", record("TXT", "_kept", data)...)
			if put[string](t, s, "outcome") != "deleted" {
				t.Error(dump(s))
			}
			r.rollback(s.ID)
			r.rest(s.ID, engine.RolledBack)
			sameContent(t, "after the delete was undone", before.zone, r.world().zone)
			s = r.run(engine.Completed, "upsert_dns_record", record("TXT", "_kept", `c\d`, "dns_record_was", data)...)
			if put[string](t, s, "outcome") != "updated" || len(r.here("TXT", "_kept")) != 2 {
				t.Error(dump(s))
			}
			r.rollback(s.ID)
			r.rest(s.ID, engine.RolledBack)
			sameContent(t, "after the update was undone", before.zone, r.world().zone)
			r.stop()
		}
	})
}

// The answer to the write is lost, and what is there afterwards is not what was sent.
func TestAWriteWithoutAnAnswerIsKnownInOtherWords(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, list := range []string{"upsert_dns_record", "upsert_dns_record,fail"} {
			for _, there := range []bool{false, true} {
				for _, method := range []string{"POST", "PUT"} {
					r := newRig(t)
					if there {
						r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_kept", Data: "old", TTL: 60})
					}
					before := r.world()
					r.warm()
					r.otherwise()
					r.sim.Inject(dosim.Fault{Method: method, Kind: dosim.FaultResetAfter, Count: 1})
					s := r.run(ending(strings.HasSuffix(list, "fail")), list, record("TXT", "_kept", `a\b`)...)
					if s.Status == engine.Completed {
						if got := r.here("TXT", "_kept"); len(got) != 1 || got[0].Data != "ab" {
							t.Errorf("%+v: %s", got, dump(s))
						}
						r.drift(r.only(), estate.InSync)
						r.rollback(s.ID)
						r.rest(s.ID, engine.RolledBack)
					}
					equalWorlds(t, list+" "+method, before, r.world())
					r.stop()
				}
			}
		}
	})
}

func TestAnUndoThatDoesNotGetBackWhatWasThereSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_kept", Data: `theirs\x`, TTL: 60})
		s := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_kept", "ours")...)
		r.otherwise()
		r.rollback(s.ID)
		s = r.rest(s.ID, engine.Failed)
		if c := s.Rows[0].Compensation; c.Conflict == nil || c.Conflict.Live != "theirsx ttl 60" || !strings.Contains(c.Error, "the provider keeps it otherwise than before") {
			t.Error(dump(s))
		}
	})
}

func TestWhatOneSagaMovesOfAnothersRecordIsNoDrift(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		first := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_set", "one", "dns_record_mode", "add", "dns_record_ttl", "600")...)
		second := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_set", "two", "dns_record_mode", "add")...) // at 600 as well
		before := r.world()
		s := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_set", "three", "dns_record_mode", "add", "dns_record_ttl", "60")...)
		inSync := func(when string, ttl int) {
			t.Helper()
			all, err := r.Resources(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, res := range all {
				r.drift(res, estate.InSync)
				if !strings.Contains(string(res.Spec), `"ttl":`+text(int64(ttl))) {
					t.Errorf("%s: %s", when, res.Spec)
				}
			}
		}
		inSync("after a ttl was said", 60)
		// A restore moves the neighbors as well, and only what had not drifted follows.
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		inSync("after that was undone", 600)
		equalWorlds(t, "after the rollback", before, r.world())
		r.outOfOrder(first.ID, second.ID)
		for _, id := range []engine.ID{second.ID, first.ID} {
			r.rollback(id)
			r.rest(id, engine.RolledBack)
		}
		if left := r.here("TXT", "_set"); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
	})
}
