package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
	"arcadia/storage/etcd"
	"arcadia/storage/transfer"
	"go.etcd.io/etcd/server/v3/embed"
)

// TestCareLevelsTheStoreOff launches 50 sagas a second, for four minutes or for ARCADIA_CARE_TIME: nobody has to be told, and no launch is
// refused. The quota is a 32nd of etcd's, and what care does every half minute it does every second: four minutes are two hours.
func TestCareLevelsTheStoreOff(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	lasts, err := time.ParseDuration(os.Getenv("ARCADIA_CARE_TIME"))
	if err != nil {
		lasts = 4 * time.Minute
	}
	const quota = 64 << 20
	small, err := start(t.TempDir(), 1, careless, func(c *embed.Config) { c.QuotaBackendBytes = quota })
	must(t, err)
	defer small.stop()
	c, dir := fresh(), t.TempDir()
	c.Endpoints, c.Care, c.Lease = small.endpoints(), time.Second, time.Minute
	var mu sync.Mutex
	archived, took := 0, time.Duration(0)
	c.Archive = func(ctx context.Context, from *etcd.Moment, ids []engine.ID) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		file := filepath.Join(dir, string(ids[0])+".db")
		to, err := bolt.Open(file, bolt.WithLateSync())
		if err != nil {
			return "", err
		}
		began := time.Now()
		if err := errors.Join(transfer.Archive(ctx, from, to, ids, "an archive"), to.Close()); err != nil {
			return "", err
		}
		archived, took = archived+len(ids), took+time.Since(began)
		return file, sound(ctx, file)
	}
	s := opened(t, c)
	_, err = s.Lead(t.Context())
	must(t, err)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	n, most := 0, 0
	for begun := time.Now(); time.Since(begun) < lasts; n += 50 {
		must(t, enginetest.Population{From: n, To: n + 50}.Fill(t.Context(), s))
		most = max(most, s.Full())
		if n%1000 == 0 {
			state, err := s.Condition(t.Context())
			must(t, err)
			mu.Lock()
			t.Logf("%6d sagas: %d %% of the quota, %d KiB in use, %d KiB on the disk, %d archived", n, s.Full(), state.Members[0].Used>>10, state.Members[0].Size>>10, archived)
			mu.Unlock()
		}
		<-tick.C
	}
	counts, err := s.Counts(t.Context())
	must(t, err)
	mu.Lock()
	defer mu.Unlock()
	t.Logf("figure | 50 sagas a second into %d MiB | %d in %s, %d archived in %s, %d left | %d %% of the quota at most", quota>>20, n, lasts, archived, took.Round(time.Millisecond), counts.Total, most)
	if most >= etcd.PersonAt || archived == 0 || counts.Total+archived < n {
		t.Error("the store does not level off")
	}
	must(t, verified(t.Context(), s))
}
