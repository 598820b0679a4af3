package steps_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// badNights are the ways in which a night goes wrong.
var badNights = []dosim.Fault{
	{Kind: dosim.FaultActionErrors, Text: "snapshot", Count: 1},
	{Kind: dosim.FaultSnapshotSmall, Count: 1},
	{Kind: dosim.FaultSnapshotLate, Times: 3, Delay: 40 * time.Second, Count: 1},
	{Kind: dosim.FaultPendingEvent, Path: "/v2/droplets/*/actions", Count: 3},
	{Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/droplets/*/actions", Count: 1},
	{Kind: dosim.FaultServerError, Method: http.MethodDelete, Path: "/v2/snapshots/*", Count: 3},
	{Kind: dosim.FaultStatus, Method: http.MethodDelete, Path: "/v2/snapshots/*", Status: 409, Count: 1},
	{Kind: dosim.FaultResetAfter, Method: http.MethodDelete, Path: "/v2/snapshots/*", Count: 1},
	{Kind: dosim.FaultGhost, Path: "/v2/snapshots/*", Times: 4, Delay: 20 * time.Second, Count: 1},
	{Kind: dosim.FaultUnavailable, Path: "/v2/snapshots/*", Count: 4},
	{Kind: dosim.FaultBurst, RetryAfter: 5 * time.Second, Count: 3},
}

func TestEveryMorningTheNewestVerifiedSnapshotIsThere(t *testing.T) {
	nights, each := 14, 1
	if os.Getenv("ARCADIA_TORTURE") != "" {
		nights, each = 60, 3
	}
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		foreign := r.names()
		faults := map[int]dosim.Fault{}
		for i := range each * len(badNights) {
			faults[2+(i*nights/(each*len(badNights))+i)%(nights-2)] = badNights[i%len(badNights)]
		}
		good, bad := 0, 0
		for n := range nights {
			before := r.newestVerified()
			lift := func() {}
			if f, ok := faults[n]; ok {
				lift = r.sim.Inject(f)
			}
			now := time.Now().UTC()
			time.Sleep(time.Until(time.Date(now.Year(), now.Month(), now.Day()+1, 2, 0, 0, 0, time.UTC)))
			in := inputs("droplet_id", r.droplet("web-01"), "keep_last", "2", "keep_daily", "5", "max_delete", "3")
			s, err := r.Start(context.Background(), engine.Launch{Kind: "rotate_snapshots", Inputs: in})
			if err != nil {
				t.Fatalf("night %d: %v", n, err)
			}
			morning := time.Now().Add(6 * time.Hour)
			s = r.until(s.ID, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() || time.Now().After(morning) })
			lift()
			newest := r.newestVerified()
			switch s.Status {
			case engine.Completed:
				good++
				if newest != "arcadia-snap-"+r.droplet("web-01")+"-"+s.Short {
					t.Errorf("night %d: the newest verified is %s, and saga %s is completed", n, newest, s.Short)
				}
			case engine.RolledBack:
				bad++
				if newest != before {
					t.Errorf("night %d, %+v: the newest verified is %s, was %s", n, faults[n], newest, before)
				}
			default:
				t.Errorf("night %d, %+v: %s in the morning", n, faults[n], s.Status)
			}
			if got := r.snapshots(); got > 6 || n > 12 && got < 5 {
				t.Errorf("night %d: %d snapshots: %v", n, got, r.names())
			}
		}
		r.night(engine.Completed, "web-01", "keep_last", "2", "keep_daily", "5", "max_delete", "3")
		if r.snapshots() != 5 {
			t.Errorf("after a good night there are %d: %v", r.snapshots(), r.names())
		}
		for _, name := range foreign {
			if !slices.Contains(r.names(), name) {
				t.Errorf("%s is gone", name)
			}
		}
		t.Logf("figure | nights | %d | %d with a fault, %d good, %d rolled back", nights, len(faults), good, bad)
	})
}
