package steps_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// fill puts n TXT records of so many bytes at the name.
func (r *rig) fill(n, size int) {
	for i := range n {
		data := fmt.Sprintf("%04d ", i) + strings.Repeat("x", max(0, size-5))
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_many", Data: data, TTL: 60})
	}
}

func TestAThousandRecordsAreReplacedAndRestoredAtThePaceOfTheRateLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.fill(1000, 20)
		before := r.world()
		in := record("TXT", "_many", "alone", "dns_record_mode", "replace")
		began := time.Now()
		s := r.run(engine.Completed, "upsert_dns_record", in...)
		took := time.Since(began)
		if got := r.here("TXT", "_many"); len(got) != 1 || got[0].Data != "alone" || put[int](t, s, "deleted_records") != 999 {
			t.Fatalf("%d records are left", len(got))
		}
		if took < 3*time.Minute || took > time.Hour {
			t.Errorf("it took %s", took)
		}
		if s.Rows[0].Attempts != 1 {
			t.Errorf("%d attempts", s.Rows[0].Attempts)
		}
		if said := r.notes(s.ID); strings.Count(said, "of 1000 records written") < 3 {
			t.Errorf("no progress was shown: %q", said)
		}
		r.sim.ResetLog()
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		sameContent(t, "after the rollback", before.zone, r.world().zone)
		if n := r.calls(http.MethodPost, ""); n != 999 {
			t.Errorf("%d POSTs for 999 records", n)
		}
		if said := r.notes(s.ID); strings.Count(said, "of 1000 records written") < 6 {
			t.Errorf("no progress was shown on the way back: %q", said)
		}
	})
}

func TestALargeSetIsDeletedAndRestoredAcrossAShutdown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for kib, records := range map[int]int{40: 80, 400: 800} {
			r := newRig(t)
			r.fill(records, 500)
			before := r.world()
			id := r.launch("delete_dns_record,fail", record("TXT", "_many", "", "dns_record_mode", "all")...)
			for range 3 {
				time.Sleep(45 * time.Second)
				r.stop()
				time.Sleep(10 * time.Second)
				r.start()
			}
			r.rest(id, engine.RolledBack)
			sameContent(t, fmt.Sprintf("%d KiB", kib), before.zone, r.world().zone)
			r.stop()
		}
	})
}

func TestAMemberIsAddedToALargeSet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.fill(800, 500)
		before := r.world()
		s := r.run(engine.RolledBack, "upsert_dns_record,fail", record("TXT", "_many", "one more", "dns_record_mode", "add", "dns_record_ttl", "300")...)
		equalWorlds(t, dump(s)[:200], before, r.world())
	})
}

func TestASetThatTheLedgerCannotKeepIsRefusedInThePlanWithTheNumberThatFits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.fill(1500, 500)
		before := r.world()
		in := record("TXT", "_many", "", "dns_record_mode", "all")
		r.sim.ResetLog()
		why := refusal(t, r, "delete_dns_record", in...)
		if !strings.Contains(why, "the 1500 records at TXT _many.example.com take") || !strings.Contains(why, "records of this size") {
			t.Errorf("%q", why)
		}
		var n int
		if _, err := fmt.Sscanf(why[strings.LastIndex(why, "about "):], "about %d records", &n); err != nil || n < 900 || n > 1400 {
			t.Fatalf("%d fit, %v: %s", n, err, why)
		}
		if r.sim.Writes() != 0 {
			t.Errorf("%d writes", r.sim.Writes())
		}
		equalWorlds(t, "after the refusal", before, r.world())

		// So many do fit.
		r2 := newRig(t)
		r2.fill(n, 500)
		if why := refusal(t, r2, "delete_dns_record", in...); why != "" {
			t.Errorf("%d records: %s", n, why)
		}
	})
}

// The allowance of an hour does not suffice: the change goes on in the next one.
func TestALargeSetOutlastsAnAllowanceThatIsUsedUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		hour, burst, n := 250, 200, 320
		if testing.Short() {
			hour, burst, n = 100, 80, 130
		}
		r := newRig(t, dosim.WithRateLimit(hour, burst))
		r.fill(n, 20)
		before := r.world()
		began := time.Now()
		s := r.run(engine.Completed, "delete_dns_record", record("TXT", "_many", "", "dns_record_mode", "all")...)
		if took := time.Since(began); took < 30*time.Minute {
			t.Errorf("it took %s", took)
		}
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		sameContent(t, "after the rollback", before.zone, r.world().zone)
	})
}
