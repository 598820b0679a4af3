package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/etcd"
	"arcadia/storage/storagetest"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"google.golang.org/grpc"
)

// says reports an error without the words that tell what is wrong and what to do.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("it says %v, want %q", err, w)
		}
	}
	if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("more than one line: %q", err)
	}
}

func TestMembersThatNobodyReachesAreNamed(t *testing.T) {
	t.Parallel()
	_, err := etcd.Open(t.Context(), etcd.Config{Endpoints: []string{"127.0.0.1:1"}, Name: "prod"})
	says(t, err, "etcd://127.0.0.1:1/prod", "does not answer", "see that its members run")
}

// TestAMemberThatSaysNothingHoldsNobodyForLong opens through a way on which nothing arrives.
func TestAMemberThatSaysNothingHoldsNobodyForLong(t *testing.T) {
	t.Parallel()
	w := wired(t, one.endpoints()[0])
	w.hold()
	c := fresh()
	c.Endpoints = []string{w.at()}
	began := time.Now()
	_, err := etcd.Open(t.Context(), c)
	says(t, err, "does not answer", "see that its members run")
	if took := time.Since(began); took > 12*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestASlowMemberIsWaitedFor has every answer take a third of a second.
func TestASlowMemberIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := wired(t, one.endpoints()[0])
	c := fresh()
	c.Endpoints = []string{w.at()}
	s := opened(t, c)
	w.slow(150 * time.Millisecond)
	must(t, s.Append(t.Context(), storagetest.Creation(1)))
	if n, err := s.Counts(t.Context()); err != nil || n.Total != 1 {
		t.Errorf("%d sagas, %v", n.Total, err)
	}
}

// old is a member that says which version it has, and no more.
type old struct {
	pb.UnimplementedMaintenanceServer
	version string
}

func (o old) Status(context.Context, *pb.StatusRequest) (*pb.StatusResponse, error) {
	return &pb.StatusResponse{Header: &pb.ResponseHeader{}, Version: o.version}, nil
}

func TestMembersThatAreTooOldAreRefused(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.4.34", "3.5.21", "3.6.4", "", "3.x", "2.3.8"} {
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		must(t, err)
		srv := grpc.NewServer()
		pb.RegisterMaintenanceServer(srv, old{version: version})
		go func() { _ = srv.Serve(ln) }()
		_, err = etcd.Open(t.Context(), etcd.Config{Endpoints: []string{ln.Addr().String()}, Name: "prod"})
		says(t, err, "etcd "+version, "older than 3.6.5", "upgrade the members one by one")
		srv.Stop()
	}
}

// TestWithoutMostOfTheMembersNothingIsLost takes two of three away, and gives one back.
func TestWithoutMostOfTheMembersNothingIsLost(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it waits until the store gives up")
	}
	ctx := t.Context()
	three, err := start(t.TempDir(), 3, careless)
	must(t, err)
	defer func() { three[2].Close() }()
	c := fresh()
	c.Endpoints = three.endpoints()
	s := opened(t, c)
	b := storagetest.Creation(1)
	must(t, s.Append(ctx, b))
	configs := [2]embed.Config{three[0].Config(), three[1].Config()}
	three[0].Close()
	three[1].Close()
	began := time.Now()
	err = s.Append(ctx, storagetest.After(b.Summary, engine.Running, 1))
	says(t, err, "not known")
	if took := time.Since(began); took < 10*time.Second || took > 40*time.Second {
		t.Errorf("it gave up after %s", took)
	}
	_, err = s.Counts(ctx)
	says(t, err, "members")
	again, err := embed.StartEtcd(&configs[0])
	must(t, err)
	defer again.Close()
	heads, err := s.Summaries(ctx, b.ID)
	for tries := 0; err != nil && tries < 5; tries++ {
		heads, err = s.Summaries(ctx, b.ID)
	}
	must(t, err)
	must(t, s.Append(ctx, storagetest.After(heads[0], engine.Running, 1)))
	must(t, consistent(ctx, s))
}

// TestAFullStoreLaunchesNothingAndGoesOnWithTheRest fills a small quota to what refuses launches, and then to etcd's own alarm.
func TestAFullStoreLaunchesNothingAndGoesOnWithTheRest(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const quota, size = 64 << 20, 16 << 10
	small, err := start(t.TempDir(), 1, careless, func(c *embed.Config) { c.QuotaBackendBytes = quota })
	must(t, err)
	defer small.stop()
	c := fresh()
	c.Endpoints, c.Care = small.endpoints(), 20*time.Millisecond
	s := opened(t, c)
	b := storagetest.Creation(1)
	must(t, s.Append(ctx, b))
	client := raw(t, c)
	wrote := 0
	fill := func(percent int64) error {
		for {
			is, err := client.Status(ctx, c.Endpoints[0])
			if err != nil || 100*is.DbSizeInUse/quota >= percent {
				return err
			}
			for range 32 { // a percent or so
				if _, err := client.Put(ctx, fmt.Sprintf("/filler/%05d", wrote), strings.Repeat("x", size)); err != nil {
					return err
				}
				wrote++
			}
		}
	}
	must(t, fill(etcd.StopAt+2))
	for s.Full() < etcd.StopAt {
		time.Sleep(10 * time.Millisecond)
	}
	err = s.Append(ctx, storagetest.Creation(2))
	if !errors.Is(err, engine.ErrFull) || !engine.Untouched(err) {
		t.Errorf("a launch into a full store: %v", err)
	}
	says(t, err, "quota", "prune it (arcadia prune --older-than 90d)")
	next := storagetest.After(b.Summary, engine.Compensating, 1)
	must(t, s.Append(ctx, next)) // compensation goes on

	if err := fill(200); err == nil {
		t.Fatal("there is room for more than the quota")
	}
	last := storagetest.After(next.Summary, engine.Compensating, 1)
	waits := make(chan error, 1)
	go func() { waits <- s.Append(ctx, last) }() // it is not lost, and goes on as soon as there is room
	err = s.PutDocs(ctx, storagetest.Document("nightly", `{}`, 0))
	says(t, err, "quota is used up", "etcdctl defrag", "etcdctl alarm disarm")
	if !engine.Untouched(err) {
		t.Errorf("a document in a store that is full to the brim: %v", err)
	}
	if _, err := s.Entries(ctx, b.ID, 0); err != nil {
		t.Errorf("a full store cannot be read: %v", err)
	}

	r, err := client.Delete(ctx, "/filler/", clientv3.WithPrefix())
	must(t, err)
	_, err = client.Compact(ctx, r.Header.Revision, clientv3.WithCompactPhysical())
	must(t, err)
	_, err = client.Defragment(ctx, c.Endpoints[0])
	must(t, err)
	_, err = client.AlarmDisarm(ctx, &clientv3.AlarmMember{})
	must(t, err)
	must(t, <-waits)
	if heads, err := s.Summaries(ctx, b.ID); err != nil || heads[0].Seq != last.Summary.Seq {
		t.Errorf("what waited is not in the ledger: %+v, %v", heads, err)
	}
	must(t, consistent(ctx, s))
}

// TestAWatchWhoseRevisionsAreGoneSaysThatEverythingMayHaveChanged cuts the way, and compacts meanwhile.
func TestAWatchWhoseRevisionsAreGoneSaysThatEverythingMayHaveChanged(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	three, err := start(t.TempDir(), 1, careless)
	must(t, err)
	defer three.stop()
	c := fresh()
	c.Endpoints = three.endpoints()
	near := opened(t, c)
	w := wired(t, c.Endpoints[0])
	c.Endpoints = []string{w.at()}
	far := opened(t, c)
	marks := far.Watch(ctx)
	b := storagetest.Creation(1)
	must(t, near.Append(ctx, b))
	for m := range marks {
		if slices.Contains(m.IDs, b.ID) {
			break
		}
	}
	w.cut()
	must(t, near.Append(ctx, storagetest.After(b.Summary, engine.Running, 1)))
	client := raw(t, etcd.Config{Endpoints: three.endpoints()})
	r, err := client.Get(ctx, "x")
	must(t, err)
	_, err = client.Compact(ctx, r.Header.Revision, clientv3.WithCompactPhysical())
	must(t, err)
	w.mend()
	late := time.After(20 * time.Second)
	for {
		select {
		case m := <-marks:
			if m.All {
				return
			}
		case <-late:
			t.Fatal("nobody was told")
		}
	}
}

// TestAClockThatIsAnHourOffHidesNothing lists sagas of a host that is an hour ahead, and of one that is behind.
func TestAClockThatIsAnHourOffHidesNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := opened(t, fresh())
	var want []engine.ID
	for _, off := range []time.Duration{time.Hour, 0, -time.Hour} {
		id := storagetest.ID(int(time.Since(storagetest.ID(0).Created()).Milliseconds() + off.Milliseconds()))
		must(t, s.Append(ctx, storagetest.CreationOf(id, "echo", "ada")))
		want = append(want, id)
	}
	for range 2 { // the second walk remembers where the first began
		p, err := s.List(ctx, engine.Query{})
		must(t, err)
		var have []engine.ID
		for _, h := range p.Items {
			have = append(have, h.ID)
		}
		if !slices.Equal(have, want) {
			t.Errorf("newest first: %v, want %v", have, want)
		}
		p, err = s.List(ctx, engine.Query{Oldest: true})
		must(t, err)
		if len(p.Items) != 3 || p.Items[0].ID != want[2] {
			t.Errorf("oldest first: %d, beginning with %v", len(p.Items), p.Items[0].ID)
		}
	}
}
