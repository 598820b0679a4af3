package main

import (
	"slices"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/etcd"
	"arcadia/storage/storagetest"
)

// TestWhoDroveIsWrittenDown ends terms in order and without a word.
func TestWhoDroveIsWrittenDown(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := fresh()
	c.Lease = 2 * time.Second
	first, second := opened(t, c), opened(t, c)
	must(t, first.Announce(ctx, engine.Host{Name: "host-1"}))
	must(t, second.Announce(ctx, engine.Host{Name: "host-2"}))
	lead, err := first.Lead(ctx)
	must(t, err)
	lead.Resign()
	_, err = second.Lead(ctx)
	must(t, err)
	client := raw(t, c)
	r, err := client.Get(ctx, "/arcadia/"+c.Name+"/lead")
	must(t, err)
	_, err = client.Delete(ctx, string(r.Kvs[0].Key)) // as a lease that ran out does
	must(t, err)
	_, err = first.Lead(ctx)
	must(t, err)
	all, err := first.Tenures(ctx, 10)
	must(t, err)
	if len(all) != 3 {
		t.Fatalf("%d terms: %+v", len(all), all)
	}
	for i, want := range []struct {
		host string
		how  etcd.Ending
	}{{"host-1", etcd.Lasting}, {"host-2", etcd.Lapsed}, {"host-1", etcd.Resigned}} {
		if all[i].Host != want.host || all[i].How != want.how || all[i].Ended.IsZero() != (want.how == etcd.Lasting) {
			t.Errorf("term %d: %+v, want %+v", i, all[i], want)
		}
	}
}

// TestWhatAHostPostsGoesWithIt closes a host, and looks what the other one still reads.
func TestWhatAHostPostsGoesWithIt(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := fresh()
	goes, stays := opened(t, c), opened(t, c)
	must(t, goes.Announce(ctx, engine.Host{Name: "host-1"}))
	must(t, goes.Post(ctx, "here/host-1", []byte("ops1"), true))
	must(t, goes.Post(ctx, "place/ops1", []byte("saga"), false))
	posts, err := stays.Posts(ctx, "here/")
	must(t, err)
	if string(posts["host-1"]) != "ops1" {
		t.Errorf("on the board: %q", posts)
	}
	must(t, goes.Close())
	here, err := stays.Posts(ctx, "here/")
	must(t, err)
	places, err := stays.Posts(ctx, "place/")
	must(t, err)
	if len(here) != 0 || string(places["ops1"]) != "saga" {
		t.Errorf("after it has gone: %q, %q", here, places)
	}
}

// TestTheConditionNamesEveryMember has one of three away.
func TestTheConditionNamesEveryMember(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	three, err := start(t.TempDir(), 3, careless)
	must(t, err)
	c := fresh()
	c.Endpoints = three.endpoints()
	s := opened(t, c)
	three[1].Close()
	defer three[0].Close()
	defer three[2].Close()
	var is etcd.Condition
	leaders := 0
	for tries := 0; leaders != 1 && tries < 10; tries++ {
		is, err = s.Condition(ctx)
		must(t, err)
		leaders = 0
		for _, m := range is.Members {
			if m.Leads {
				leaders++
			}
		}
	}
	if is.Revision == 0 || is.Address != c.String() || leaders != 1 || len(is.Members) != 3 {
		t.Fatalf("%+v", is)
	}
	for i, m := range is.Members {
		if (m.Trouble != "") != (i == 1) {
			t.Errorf("member %d: %+v", i, m)
		}
		if i != 1 && (m.Name == "" || m.Version == "" || m.Quota == 0 || m.Used == 0 || m.Behind > 10) {
			t.Errorf("member %d: %+v", i, m)
		}
	}
}

// TestMarksOfAnotherProcessComeInTime measures from the beginning of an append to the mark that another process gets.
func TestMarksOfAnotherProcessComeInTime(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	three, err := start(t.TempDir(), 3, careless)
	must(t, err)
	defer three.stop()
	c := fresh()
	c.Endpoints = three.endpoints()
	writes, watches := opened(t, c), opened(t, c)
	marks := watches.Watch(ctx)
	n := 30
	if !testing.Short() {
		n = 300
	}
	took := make([]time.Duration, 0, n)
	for i := range n {
		took = append(took, heard(t, writes, marks, i))
	}
	slices.Sort(took)
	t.Logf("from the beginning of an append to the mark in another process: median %s, 99 of 100 %s", took[n/2], took[n*99/100])
	if took[n/2] > 250*time.Millisecond {
		t.Errorf("marks come after %s", took[n/2])
	}
}

// heard appends saga n and waits for its mark.
func heard(t *testing.T, to engine.Store, marks <-chan engine.Marks, n int) time.Duration {
	t.Helper()
	b := storagetest.Creation(n)
	begun := time.Now()
	must(t, to.Append(t.Context(), b))
	for m := range marks {
		if m.All || slices.Contains(m.IDs, b.ID) {
			break
		}
	}
	return time.Since(begun)
}
