package steps_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
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

// occurs lets a keeper look, and gives what became of the newest occurrence.
func (r *rig) occurs(name string) schedule.Outcome {
	r.t.Helper()
	k := schedule.Keeper{
		As: func(string) schedule.Engine { return r.Session },
		Tell: func(ctx context.Context, name string, o schedule.Outcome) ([]engine.DocChange, error) {
			return notify.Tell(ctx, r.Session, "missed/"+name+"/"+o.At.UTC().Format("20060102T150405Z"), notify.Note{Event: notify.Missed, At: o.At, Schedule: name, Reason: o.Why})
		},
	}
	if _, err := k.Look(context.Background(), time.Now()); err != nil {
		r.t.Fatal(err)
	}
	v, err := schedule.Get(context.Background(), r.Session, name)
	if err != nil {
		r.t.Fatal(err)
	}
	return v.State.Last()
}

// told reports whether a delivery of an event waits whose id begins so.
func (r *rig) told(e notify.Event, id string) bool {
	r.t.Helper()
	all, err := notify.All(context.Background(), r.Session)
	if err != nil {
		r.t.Fatal(err)
	}
	return slices.ContainsFunc(all, func(d notify.Delivery) bool { return d.Note.Event == e && strings.HasPrefix(d.ID, id) })
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
		if err := notify.Put(t.Context(), r, notify.Target{Name: "ops", URL: "https://ops.example.com", Format: notify.FormatText}); err != nil {
			t.Fatal(err)
		}
		nightly := schedule.Schedule{
			Name: "nightly", Kind: "rotate_snapshots", Cron: "0 2 * * *", Zone: "UTC",
			Inputs: inputs("droplet_id", r.droplet("web-01"), "keep_last", "2", "keep_daily", "5", "max_delete", "3"),
		}
		if err := schedule.Put(t.Context(), r, nightly, 0); err != nil {
			t.Fatal(err)
		}
		good, bad, missed := 0, 0, 0
		for n := range nights {
			before := r.newestVerified()
			lift := func() {}
			if f, ok := faults[n]; ok {
				lift = r.sim.Inject(f)
			}
			now := time.Now().UTC()
			at := time.Date(now.Year(), now.Month(), now.Day()+1, 2, 0, 0, 0, time.UTC)
			if n%9 == 7 { // nobody is there until five
				time.Sleep(time.Until(at.Add(3 * time.Hour)))
				if o := r.occurs(nightly.Name); o.Result != schedule.Missed {
					t.Errorf("night %d: %+v", n, o)
				}
				lift()
				if newest := r.newestVerified(); newest != before {
					t.Errorf("night %d was missed, and the newest verified is %s, was %s", n, newest, before)
				}
				if !r.told(notify.Missed, "missed/nightly/"+at.Format("20060102T150405Z")+"/ops") {
					t.Errorf("night %d was missed, and nobody was told", n)
				}
				missed++
				continue
			}
			time.Sleep(time.Until(at))
			o := r.occurs(nightly.Name)
			if len(o.Sagas) != 1 {
				t.Fatalf("night %d: %+v", n, o)
			}
			morning := time.Now().Add(6 * time.Hour)
			s := r.until(o.Sagas[0], "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() || time.Now().After(morning) })
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
				if !r.told(notify.Failed, string(s.ID)) {
					t.Errorf("night %d was rolled back, and nobody was told", n)
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
		t.Logf("figure | nights of a rotation | %d, %d with a fault: %d good, %d rolled back, %d missed, each of the last two told | 0 wrong", nights, len(faults), good, bad, missed)
	})
}
