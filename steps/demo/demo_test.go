package demo_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/storage/storagetest"
)

// stage is a demonstration as somebody finds it who opens it.
type stage struct {
	t     *testing.T
	cloud steps.Cloud
	store engine.Store
	inv   steps.Inventory
	ops   *engine.Session
}

func newStage(t *testing.T) *stage {
	t.Helper()
	account := demo.NewAccount()
	now, err := digitalocean.New(digitalocean.Config{Token: "demo", Transport: account, PerMinute: 1 << 20, PerHour: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	store := storagetest.NewMemory()
	begun := time.Now()
	day := demo.History{Account: account, Scratch: storagetest.NewMemory()}
	if err := day.Write(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > 500*time.Millisecond {
		t.Errorf("the day before waits %s for the clock, want less than half a second", took)
	}
	catalog, kinds := steps.Catalog(now, store, demo.Sight{Cloud: now})
	eng, _ := enginetest.Drive(t, store, engine.Config{Steps: catalog, Kinds: kinds, Account: now.Owner})
	demo.Demo{Engine: eng, Cloud: now, Log: slog.New(slog.DiscardHandler)}.Play(t.Context())
	return &stage{t, now, store, steps.NewInventory(now, store), eng.As(enginetest.Ops)}
}

// all are the sagas, the newest first.
func (s *stage) all() []engine.Summary {
	s.t.Helper()
	p, err := s.store.List(s.t.Context(), engine.Query{Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	return p.Items
}

func (s *stage) saga(id engine.ID) engine.Summary {
	s.t.Helper()
	got, err := s.store.Summaries(s.t.Context(), id)
	if err != nil || len(got) != 1 {
		s.t.Fatal(got, err)
	}
	return got[0]
}

// A snapshot of the day before takes its time, and what its ledger says of a deadline lies as far ahead as that of one made now.
func TestTheDayBeforeTookItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		seen := 0
		for _, one := range s.all() {
			entries, err := s.store.Entries(t.Context(), one.ID, 0)
			if err != nil {
				t.Fatal(err)
			}
			if one.Kind != "snapshot_droplet" || one.Status != engine.Completed {
				continue
			}
			seen++
			if took := one.FinishedAt.Sub(one.CreatedAt.Time); took < time.Second {
				t.Errorf("%s took %s", one.ID.Short(), took)
			}
			for _, e := range entries {
				var intent struct{ At, Until engine.Time }
				raw, is := e.Put["snapshot_intent"]
				if is && json.Unmarshal(raw, &intent) == nil && intent.Until.Sub(intent.At.Time) > 24*time.Hour {
					t.Errorf("%s of %s may take until %s", one.ID.Short(), intent.At, intent.Until)
				}
			}
		}
		if seen < 5 {
			t.Errorf("%d snapshots", seen)
		}
	})
}

// named are the snapshots whose names are those of sagas, and the records of the zone, as text.
func (s *stage) account() (snapshots, records []string) {
	s.t.Helper()
	all, err := s.cloud.AllSnapshots(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, one := range all {
		if strings.HasPrefix(one.Name, "arcadia-snap-") {
			snapshots = append(snapshots, one.Name)
		}
	}
	zone, err := s.inv.Records(s.t.Context(), "example.com")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range zone {
		records = append(records, r.Type+" "+r.Name+" "+r.Data)
	}
	slices.Sort(snapshots)
	slices.Sort(records)
	return snapshots, records
}

func TestTheDemoSaysWhatIsSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		time.Sleep(time.Minute) // what is under way has ended
		all := s.all()
		if len(all) < 20 {
			t.Fatalf("there are %d sagas, want twenty at least", len(all))
		}
		shown(t, all)
		snapshots, _ := s.account()
		for i := range all {
			if was := all[i]; was.Kind == "snapshot_droplet" && was.Status == engine.Completed {
				if !slices.ContainsFunc(snapshots, func(name string) bool { return strings.HasSuffix(name, was.Short) }) {
					t.Errorf("%s says %s of %s, and the account has no such snapshot", was.Short, was.Made, was.Target)
				}
				if was.Made == "" || was.MonthlyUSD <= 0 {
					t.Errorf("%s says %q and %.2f of what its snapshot is and costs", was.Short, was.Made, was.MonthlyUSD)
				}
			}
			if i > 0 && all[i].CreatedAt.After(all[i-1].CreatedAt.Time) {
				t.Errorf("%s stands before a younger one", all[i-1].Short)
			}
			if age, drawn := time.Since(all[i].CreatedAt.Time), all[i].ID.Created(); age > 24*time.Hour || age > 20*time.Minute && !drawn.Equal(all[i].CreatedAt.Time) {
				t.Errorf("%s was created %s ago, and its id was drawn %s", all[i].Short, age, drawn)
			}
		}
		s.drifted("A img.example.com", "A shop.example.com")
		s.orphaned(1)
	})
}

var update = flag.Bool("update", false, "write the golden file again")

// shown compares the day of history with the golden file.
func shown(t *testing.T, all []engine.Summary) {
	t.Helper()
	const file = "testdata/day.txt"
	var text strings.Builder
	for i := range all {
		x := &all[i]
		if time.Since(x.CreatedAt.Time) < 20*time.Minute {
			continue // what goes on now goes on at once
		}
		fmt.Fprintf(&text, "%s %s %s [%s] [%s] %.2f %s\n", x.Status, x.Kind, x.Target, x.Value, x.Made, x.MonthlyUSD, x.CreatedBy)
	}
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("the day of history is another (-want +got; -update writes them again)\n%s", diff)
	}
}

// drifted wants these of all resources not to be as they should.
func (s *stage) drifted(want ...string) {
	s.t.Helper()
	all, err := s.store.Resources(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range all {
		d, err := s.inv.Check(s.t.Context(), r)
		if err != nil {
			s.t.Errorf("%s: %v", r.Name, err)
		}
		if off, expected := d.State != estate.InSync, slices.Contains(want, r.Name); off != expected {
			s.t.Errorf("%s is %v: %s", r.Name, d.State, d.Note)
		}
	}
}

// orphaned wants so many snapshots that nobody accounts for.
func (s *stage) orphaned(want int) {
	s.t.Helper()
	all, err := s.inv.Orphans(s.t.Context(), func(string) bool { return false })
	if err != nil {
		s.t.Fatal(err)
	}
	if len(all) != want {
		s.t.Errorf("%d snapshots are accounted for by nobody, want %d: %v", len(all), want, all)
	}
}

func TestEverySagaOfTheDemoIsUndone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		time.Sleep(time.Hour) // what is under way has ended, and the old TTL is over
		for _, was := range s.all() {
			if was.Status != engine.Completed {
				continue
			}
			if err := s.ops.Rollback(t.Context(), was.ID, engine.Request{Reason: "all back"}); err != nil {
				t.Errorf("roll %s back, %s %s: %v", was.Short, was.Kind, was.Target, err)
				continue
			}
			time.Sleep(time.Hour)
			is, want := s.saga(was.ID), engine.RolledBack
			if was.Target == "A img.example.com" {
				want = engine.Failed // somebody has changed the record since
			}
			if is.Status != want || want == engine.RolledBack && is.Undone != len(is.StepNames) && is.Undone != is.UndoTotal {
				t.Errorf("%s, %s %s, is %s with %d of %d undone, want %s", is.Short, is.Kind, is.Target, is.Status, is.Undone, is.UndoTotal, want)
			}
		}
		snapshots, records := s.account()
		if len(snapshots) != 1 {
			t.Errorf("of the snapshots are left %v, want the orphan alone", snapshots)
		}
		for _, r := range []string{
			"A db 203.0.113.43", "A db-old 203.0.113.42", "A api-eu 203.0.113.51", "AAAA files 2001:db8::40", "TXT _acme-challenge b2xkZXI", "TXT _build v=1",
			"CNAME blog sites.example.net", "CNAME status status.example.org",
		} {
			if !slices.Contains(records, r) {
				t.Errorf("the record %q is not back: %v", r, records)
			}
		}
	})
}
