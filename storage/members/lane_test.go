package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
	"arcadia/storage/etcd"
	clientv3 "go.etcd.io/etcd/client/v3"
)

var ops = engine.Actor{Name: "ops1", Role: engine.Operator}

// lane is one account and one store with two hosts, which are processes of their own, and an operator at a third one.
type lane struct {
	t     *testing.T
	rng   *rand.Rand
	sim   *dosim.Sim
	api   *httptest.Server
	store *etcd.Store
	conf  etcd.Config
	s     *engine.Session
	diary string
	hosts [2]*exec.Cmd
	on    ground

	slowest time.Duration // until all sagas of a trial were at rest

	mu    sync.Mutex // guards all below
	in    int        // requests until the next blow; 0: none
	blow  func(host int)
	after bool // the blow falls when the request has done its work
	calls []call
	terms []span
	wrong []string
}

// call is one request that a host has made.
type call struct {
	host int
	at   time.Time
	what string
}

// span is one term, by the revisions of its key.
type span struct {
	host       string
	from, to   int64 // to is 0 while it lasts
	began, end time.Time
}

// ground is what the hosts of a lane stand on.
type ground struct {
	wild    bool             // the control: hosts without a fence
	program string           // of the hosts; empty: this one
	clocks  [2]time.Duration // by how much those of the hosts are off
	members []string         // empty: the one that all tests share. Otherwise members are lost meanwhile
}

func newLane(t *testing.T, seed uint64, on ground) *lane {
	t.Helper()
	l := &lane{t: t, rng: rand.New(rand.NewPCG(seed, 1)), conf: fresh(), diary: filepath.Join(t.TempDir(), "diary"), on: on}
	l.conf.Lease = trialLease
	if len(on.members) > 0 {
		l.conf.Endpoints = on.members
	}
	l.sim = dosim.New(dosim.WithSeed(int64(seed)), dosim.WithActionTime(300*time.Millisecond), dosim.WithLatency(15*time.Millisecond), dosim.WithRateLimit(1<<20, 1<<30))
	l.api = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.api.Close)
	l.store = opened(t, l.conf)
	e, err := trialEngine(l.store, l.api.URL, "desk", nil)
	if err != nil {
		t.Fatal(err)
	}
	l.s = e.As(ops)
	l.watchTerms(t.Context())
	for i := range l.hosts {
		l.begin(i)
	}
	t.Cleanup(func() {
		for i := range l.hosts {
			l.end(i)
		}
	})
	return l
}

// log is the file of what a host says.
func (l *lane) log(host int) string { return l.diary + "." + name(host) }

func name(host int) string { return fmt.Sprintf("host-%d", host+1) }

// serve counts what hosts ask, and lets the blow fall.
func (l *lane) serve(w http.ResponseWriter, r *http.Request) {
	host := slices.IndexFunc([]string{name(0), name(1)}, func(name string) bool { return strings.HasPrefix(r.UserAgent(), name) })
	if host < 0 {
		l.sim.ServeHTTP(w, r)
		return
	}
	l.mu.Lock()
	l.calls = append(l.calls, call{host, time.Now(), r.Method + " " + r.URL.Path})
	due := l.in == 1
	l.in = max(0, l.in-1)
	blow, after := l.blow, l.after
	l.mu.Unlock()
	if due && !after {
		blow(host)
	}
	rec := httptest.NewRecorder()
	func() {
		defer func() { _ = recover() }() // a request that was cut off
		l.sim.ServeHTTP(rec, r)
	}()
	if due && after {
		blow(host)
	}
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// arm has a blow fall upon whichever host makes the n-th request from now.
func (l *lane) arm(n int, after bool, blow func(host int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.in, l.after, l.blow = n, after, blow
}

func (l *lane) begin(host int) {
	text, err := json.Marshal(orders{Name: name(host), API: l.api.URL, Diary: l.diary, Log: l.log(host), Store: l.conf.String(), Unfenced: l.on.wild})
	if err != nil {
		l.t.Fatal(err)
	}
	cmd := exec.Command(cmp.Or(l.on.program, os.Args[0]))
	cmd.Env = append(os.Environ(), hostEnv+"="+string(text), fmt.Sprintf("%s=%.0f", clockEnv, l.on.clocks[host].Seconds()))
	cmd.Stderr = complaints{l, host}
	if _, err := cmd.StdinPipe(); err != nil { // ends with this process
		l.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.hosts[host] = cmd
}

// complaints take what a host says before it ends by itself, which it never should.
type complaints struct {
	l    *lane
	host int
}

func (c complaints) Write(p []byte) (int, error) {
	c.l.blame("%s says: %s", name(c.host), strings.TrimSpace(string(p)))
	return len(p), nil
}

func (l *lane) signal(host int, s syscall.Signal) {
	if err := l.hosts[host].Process.Signal(s); err != nil {
		l.t.Error(err)
	}
}

// end kills a host and waits for it.
func (l *lane) end(host int) {
	_ = l.hosts[host].Process.Kill()
	_ = l.hosts[host].Wait()
}

// watchTerms notes every term as etcd has it.
func (l *lane) watchTerms(ctx context.Context) {
	client, err := clientv3.New(clientv3.Config{Endpoints: l.conf.Endpoints})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = client.Close() })
	changes := client.Watch(ctx, "/arcadia/"+l.conf.Name+"/lead", clientv3.WithCreatedNotify())
	<-changes
	go func() {
		for r := range changes {
			for _, e := range r.Events {
				l.mu.Lock()
				if e.Type == clientv3.EventTypeDelete {
					l.terms[len(l.terms)-1].to, l.terms[len(l.terms)-1].end = e.Kv.ModRevision, time.Now()
				} else {
					l.terms = append(l.terms, span{host: string(e.Kv.Value), from: e.Kv.CreateRevision, began: time.Now()})
				}
				l.mu.Unlock()
			}
		}
	}()
}

// driver is who drives, -1 for nobody.
func (l *lane) driver() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.terms); n > 0 && l.terms[n-1].to == 0 {
		return slices.Index([]string{name(0), name(1)}, l.terms[n-1].host)
	}
	return -1
}

// until waits for something, for a while.
func (l *lane) until(what string, long time.Duration, ok func() bool) bool {
	for began := time.Now(); time.Since(began) < long; time.Sleep(5 * time.Millisecond) {
		if ok() {
			return true
		}
	}
	l.blame("%s: not within %s%s", what, long, l.lately(2*long))
	return false
}

func (l *lane) blame(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}

// work is the sagas of one trial, and what each of them wants.
type work struct {
	records, droplets map[engine.ID]string // the name of the record, the id of the droplet
}

// launch starts a few sagas of mixed kinds.
func (l *lane) launch(ctx context.Context, trial int) work {
	w := work{map[engine.ID]string{}, map[engine.ID]string{}}
	for i := range 1 + l.rng.IntN(3) {
		record := fmt.Sprintf("t%d-%d", trial, i)
		in := map[string]string{"dns_domain": "example.com", "dns_record_type": "A", "dns_record_name": record, "dns_record_data": "192.0.2.7"}
		kind, droplet := "upsert_dns_record", ""
		if l.rng.IntN(2) == 0 {
			droplet = fmt.Sprint(l.sim.AddDroplet(record))
			kind, in["droplet_id"] = "snapshot_then_dns", droplet
		}
		sg, err := l.s.Start(ctx, engine.Launch{Kind: kind, Inputs: in})
		if err != nil {
			l.blame("launch %s: %v", kind, err)
			continue
		}
		w.records[sg.ID] = record
		if droplet != "" {
			w.droplets[sg.ID] = droplet
		}
	}
	return w
}

// judge compares the account with the ledgers: each thing is there once or not at all.
func (l *lane) judge(ctx context.Context, w work) {
	for id, record := range w.records {
		sg, err := l.s.Saga(ctx, id)
		if err != nil {
			l.blame("%v", err)
			continue
		}
		want := 0
		if sg.Status == engine.Completed {
			want = 1
		}
		have := 0
		for _, r := range l.sim.Zone("example.com") {
			if r.Name == record {
				have++
			}
		}
		snaps := 0
		for _, s := range l.sim.Snapshots() {
			if strings.Contains(s.Name, "-"+w.droplets[id]+"-") {
				snaps++
			}
		}
		if have != want || w.droplets[id] != "" && snaps != want || sg.Status == engine.Failed {
			l.blame("saga %s is %s (%v); its record is there %d times, its snapshot %d", sg.Short, sg.Status, sg.Error, have, snaps)
		}
	}
}

// writes compares what hosts have been told to be durable with the terms of etcd.
func (l *lane) writes(ctx context.Context) (n int) {
	all, err := readDiary(l.diary)
	if err != nil && !l.on.wild {
		l.blame("%v", err)
	}
	client, err := clientv3.New(clientv3.Config{Endpoints: l.conf.Endpoints})
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	l.mu.Lock()
	terms := slices.Clone(l.terms)
	l.mu.Unlock()
	for _, d := range all {
		r, err := client.Get(ctx, fmt.Sprintf("/arcadia/%s/e/%s/%016x", l.conf.Name, d.id, d.seq))
		if err != nil || len(r.Kvs) != 1 {
			l.blame("entry %d of saga %s was accepted and is not there (%v)", d.seq, d.id, err)
			continue
		}
		i := slices.IndexFunc(terms, func(s span) bool { return uint64(s.from) == d.term })
		at := r.Kvs[0].ModRevision
		if i < 0 || at < terms[i].from || terms[i].to != 0 && at > terms[i].to {
			l.blame("entry %d of saga %s was written at revision %d, outside of term %d", d.seq, d.id, at, d.term)
		}
	}
	return len(all)
}

// sound checks every invariant of the store.
func (l *lane) sound(ctx context.Context) {
	found, err := engine.Check(ctx, l.store)
	if err != nil {
		l.blame("check: %v", err)
	}
	for _, v := range found {
		l.blame("%s", v)
	}
}
