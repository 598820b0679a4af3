package steps_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/notify"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/storage/storagetest"
)

// rig is the real steps in a real engine over godo and the simulator, on the clock of a synctest bubble.
type rig struct {
	prober steps.Prober
	t      tb
	sim    *dosim.Sim
	cloud  *digitalocean.Client
	store  engine.Store
	over   chan error // what Run returned
	stop   func()     // an orderly shutdown
	kill   func()     // the same for an engine whose store has failed
	*engine.Session
}

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Cleanup(f func())
}

// bubble runs a test on a fake clock.
func bubble(t *testing.T, run func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, run)
}

func newRig(t tb, opts ...dosim.Option) *rig {
	t.Helper()
	r := &rig{t: t, sim: dosim.New(opts...)}
	r.cloud = connect(t, r.sim)
	return r.with(nil)
}

// with starts the engine over a store of its own, with what looks at things.
func (r *rig) with(prober steps.Prober) *rig {
	r.t.Helper()
	r.store, r.prober = storagetest.NewMemory(), prober
	r.start()
	t := r.t
	t.Cleanup(func() {
		r.stop()
		bad, err := engine.Check(context.Background(), r.store)
		if err != nil || len(bad) > 0 {
			t.Errorf("the ledger is not sound: %v %v", bad, err)
		}
	})
	return r
}

func connect(t tb, rt http.RoundTripper) *digitalocean.Client {
	t.Helper()
	c, err := digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start hosts the engine until r.stop is called.
func (r *rig) start() {
	r.t.Helper()
	var cloud steps.Cloud
	if r.cloud != nil {
		cloud = r.cloud
	}
	list, kinds := steps.Catalog(cloud, r.store, r.prober)
	e, err := engine.New(r.store, engine.Config{Steps: enginetest.Late(list), Kinds: kinds, Tell: notify.Teller{Store: r.store}.Tell})
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	r.over = over
	go func() { over <- e.Run(ctx) }()
	select {
	case <-e.Ready():
	case err := <-over:
		over <- err
	}
	r.Session = e.As(engine.Actor{Name: "test", Role: engine.Operator})
	var once sync.Once
	end := func(demand func(error)) {
		once.Do(func() {
			cancel()
			demand(<-over)
		})
	}
	r.stop = func() {
		end(func(err error) {
			if err != nil && !errors.Is(err, context.Canceled) { // stopped before it had begun
				r.t.Errorf("the engine ended with: %v", err)
			}
		})
	}
	r.kill = func() { end(func(error) {}) }
}

// launch starts a saga of steps with inputs given as name, value, name, value.
func (r *rig) launch(list string, in ...string) engine.ID {
	r.t.Helper()
	s, err := r.Start(context.Background(), engine.Launch{Kind: "adhoc", Steps: strings.Split(list, ","), Inputs: inputs(in...)})
	if err != nil {
		r.t.Fatalf("launch %s: %v", list, err)
	}
	return s.ID
}

func inputs(in ...string) engine.Inputs {
	out := engine.Inputs{}
	for i := 0; i+1 < len(in); i += 2 {
		out[in[i]] = in[i+1]
	}
	return out
}

// record are the inputs that name a record.
func record(recordType, name, data string, more ...string) []string {
	in := []string{"dns_domain", "example.com", "dns_record_type", recordType, "dns_record_name", name}
	if data != "" {
		in = append(in, "dns_record_data", data)
	}
	return append(in, more...)
}

// until waits, on the bubble's clock, until the saga is as wanted. Only what is new in its ledger is read each time.
func (r *rig) until(id engine.ID, what string, ok func(*engine.Saga) bool) *engine.Saga {
	r.t.Helper()
	end := time.Now().Add(24 * time.Hour)
	s := &engine.Saga{}
	for wait := 50 * time.Millisecond; ; wait = min(wait*3/2, 10*time.Second) {
		news, err := r.Entries(context.Background(), id, s.Seq)
		for i := range news {
			err = errors.Join(err, s.Apply(&news[i]))
		}
		if err != nil {
			r.t.Fatal(err)
		}
		if ok(s) {
			return s
		}
		if time.Now().After(end) {
			r.t.Fatalf("saga never %s: %s", what, dump(s))
		}
		time.Sleep(wait)
	}
}

// rest waits until the saga is terminal and demands how it ended.
func (r *rig) rest(id engine.ID, want engine.Status) *engine.Saga {
	r.t.Helper()
	s := r.until(id, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() })
	if s.Status != want {
		r.t.Fatalf("saga is %s, want %s: %s", s.Status, want, dump(s))
	}
	return s
}

// run launches and waits for the end.
func (r *rig) run(want engine.Status, list string, in ...string) *engine.Saga {
	r.t.Helper()
	return r.rest(r.launch(list, in...), want)
}

func (r *rig) rollback(id engine.ID) {
	r.t.Helper()
	if err := r.Rollback(context.Background(), id, engine.Request{}); err != nil {
		r.t.Fatal(err)
	}
}

// outOfOrder demands that a saga is not rolled back before a later one, and that the refusal says how both are.
func (r *rig) outOfOrder(first, later engine.ID) {
	r.t.Helper()
	err := r.Rollback(context.Background(), first, engine.Request{})
	var order *engine.OrderError
	if !errors.As(err, &order) || !errors.Is(err, engine.ErrRefused) || !slices.Equal(order.Order, []engine.ID{later, first}) {
		r.t.Errorf("rolled back out of order: %v", err)
	}
}

func dump(s *engine.Saga) string {
	b, _ := json.MarshalIndent(s, "", "  ")
	return string(b)
}

// put reads what a saga has put.
func put[T any](t tb, s *engine.Saga, key string) T {
	t.Helper()
	var v T
	raw, ok := s.Context[key]
	if !ok {
		t.Fatalf("the context has no %q: %s", key, dump(s))
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// here are the live records of a type at a relative name of example.com.
func (r *rig) here(recordType, name string) []dosim.Record {
	var out []dosim.Record
	for _, rec := range r.sim.Zone("example.com") {
		if rec.Type == recordType && rec.Name == name {
			out = append(out, rec)
		}
	}
	return out
}

// snapshots counts the snapshots that sagas have made and not deleted.
func (r *rig) snapshots() int {
	n := 0
	for _, s := range r.sim.Snapshots() {
		if strings.HasPrefix(s.Name, "arcadia-snap-") {
			n++
		}
	}
	return n
}

// calls counts requests by method since the log was reset.
func (r *rig) calls(method, pathPart string) int {
	n := 0
	for _, q := range r.sim.Requests() {
		if q.Method == method && strings.Contains(q.Path, pathPart) {
			n++
		}
	}
	return n
}
