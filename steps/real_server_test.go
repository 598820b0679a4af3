package steps_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/dosim"
	"arcadia/steps/probe"
)

// onLoopback looks over HTTP as the program does, at a server of this machine, and at names as the simulated account has them.
type onLoopback struct {
	probe.Net
	names demo.Sight
}

func (o onLoopback) Probe(ctx context.Context, p steps.Probe) error {
	if p.DNS != "" {
		return o.names.Probe(ctx, p)
	}
	return o.Net.Probe(ctx, p)
}

// served is a server on loopback that is well until it turns bad.
type served struct {
	*httptest.Server
	bad, asked atomic.Int32
}

func newServed(t *testing.T) *served {
	t.Helper()
	s := &served{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.asked.Add(1)
		if s.bad.Load() > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte("all is well")) // to a probe that may be gone
	}))
	t.Cleanup(s.Close)
	return s
}

// turnsBad runs a kind against the server until it is soaked, makes the server bad, and demands that all is as before, by itself.
func turnsBad(t *testing.T, server *served, kind string, soaks int, in func(r *rig) []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, sim: dosim.New()}
		r.cloud = connect(t, r.sim)
		r = r.with(onLoopback{names: demo.Sight{Cloud: r.cloud}})
		before := r.stock()
		id := r.there(kind, in(r)...)
		r.until(id, "soaked", func(s *engine.Saga) bool { return s.CurrentStepIdx == soaks })
		if d := cmp.Diff(before, r.stock()); d == "" {
			t.Error("nothing has changed by then: nothing is shown by going back")
		}
		asked := server.asked.Load()
		server.bad.Store(1)
		s := r.rest(id, engine.RolledBack)
		if !strings.Contains(s.Rows[soaks].Error, "turned_bad") || s.StepNames[soaks] != "soak" {
			t.Errorf("%s", dump(s))
		}
		if n := server.asked.Load() - asked; n != 3 {
			t.Errorf("the server was asked %d times after it had turned bad, want 3", n)
		}
		if d := cmp.Diff(before, r.stock()); d != "" {
			t.Errorf("(-before +after):\n%s", d)
		}
	})
}

func TestACutoverGoesBackWhenARealServerTurnsBadInItsSoak(t *testing.T) {
	t.Parallel()
	server := newServed(t)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	turnsBad(t, server, "dns_cutover", 5, func(*rig) []string {
		return append(record("A", "web-01", at.Hostname()), "http", "http://{host}:"+at.Port()+"/health", "soak_for", "20m")
	})
}

func TestAFailoverGoesBackWhenARealServerTurnsBadInItsSoak(t *testing.T) {
	t.Parallel()
	server := newServed(t)
	turnsBad(t, server, "failover_reserved_ip", 3, func(r *rig) []string {
		return []string{"ip", "198.51.100.10", "droplet_id", r.droplet("web-02"), "http", server.URL + "/health", "soak_for", "20m"}
	})
}
