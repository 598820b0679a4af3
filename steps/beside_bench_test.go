package steps_test

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/storage/bolt"
)

// BenchmarkChangeBesideWaits launches a change of a DNS record and waits for its end, in turns alone and beside 1,000 sagas that
// wait and look every ten seconds, each on a file of its own with eight workers. more-ms is how much longer it takes beside them: the
// median of the differences between two neighbors.
func BenchmarkChangeBesideWaits(b *testing.B) {
	const waits = 1000
	alone, beside := newChanger(b, 0), newChanger(b, waits)
	var single, double, more []time.Duration
	for b.Loop() {
		first, second := alone.change(b), beside.change(b)
		single, double, more = append(single, first), append(double, second), append(more, second-first)
	}
	for unit, all := range map[string][]time.Duration{"alone-ms": single, "beside-ms": double, "more-ms": more} {
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2].Seconds()*1000, unit)
		b.ReportMetric(all[len(all)*99/100].Seconds()*1000, "p99-"+unit)
	}
}

// changer changes one record of a simulated account, over an engine with eight workers on a file.
type changer struct {
	*engine.Session
	turns int
}

// newChanger starts an engine and as many sagas as are to wait.
func newChanger(b *testing.B, waits int) *changer {
	b.Helper()
	const many = 1 << 30
	cloud, err := digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: dosim.New(dosim.WithRateLimit(0, 0)), PerMinute: many, PerHour: many})
	if err != nil {
		b.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(b.TempDir(), "data", "arcadia.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	var idle sync.WaitGroup
	idle.Add(waits)
	look := enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
		return s.Idle(ctx, "a bus", time.Time{}, func(ctx context.Context) error {
			idle.Done()
			tick := time.NewTicker(10 * time.Second)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
	}, nil)
	list, kinds := steps.Catalog(cloud, store, nil)
	s, _ := enginetest.Host(b, store, engine.Config{Workers: 8, Steps: append(list, look), Kinds: kinds})
	var all sync.WaitGroup
	for range waits {
		all.Go(func() { enginetest.Launch(b, s, look.Name()) })
	}
	all.Wait()
	idle.Wait()
	return &changer{Session: s}
}

// change makes one change and says how long it took, from the launch to the saga's end.
func (c *changer) change(b *testing.B) time.Duration {
	b.Helper()
	c.turns++
	began := time.Now()
	saga, err := c.Start(b.Context(), engine.Launch{
		Kind: "upsert_dns_record", Inputs: inputs(record("A", "beside", "203.0.113."+strconv.Itoa(c.turns%2+1))...),
	})
	if err != nil {
		b.Fatal(err)
	}
	if end := enginetest.Rest(b, c.Session, saga.ID); end.Status != engine.Completed {
		b.Fatalf("the change is %s", end.Status)
	}
	return time.Since(began)
}
