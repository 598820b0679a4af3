package dosim_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"arcadia/steps/dosim"
)

func TestTheControlPathArmsAndDisarmsFaults(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	var made struct{ ID int }
	control := func(method, target, body string) answer { t.Helper(); return sendAs(t, s, "", method, target, body) }
	control("POST", "/_sim/faults", `{"kind":"burst","path":"/v2/domains","count":1,"retry_after":"2s"}`).want(201, &made)
	control("POST", "/_sim/faults", `{"kind":"hang_after","method":"POST","delay":"1m30s"}`).want(201, nil)
	a := control("GET", "/_sim/faults", "").want(200, nil)
	want := `{"faults":[{"id":1,"path":"/v2/domains","count":1,"kind":"burst","retry_after":"2s","met":0},` +
		`{"id":2,"method":"POST","kind":"hang_after","delay":"1m30s","met":0}]}`
	if string(a.body) != want {
		t.Errorf("armed %s, want %s", a.body, want)
	}
	if a := send(t, s, "GET", "/v2/domains", "").want(429, nil); a.header.Get("retry-after") != "2" {
		t.Errorf("retry-after %q", a.header.Get("retry-after"))
	}
	control("POST", "/_sim/faults", `{"kind":"server_error"}`).want(201, nil)
	control("DELETE", "/_sim/faults/3", "").want(204, nil)
	send(t, s, "GET", "/v2/domains", "").want(200, nil)
	control("DELETE", "/_sim/faults", "").want(204, nil)
	if a := control("GET", "/_sim/faults", "").want(200, nil); string(a.body) != `{"faults":[]}` {
		t.Errorf("armed %s", a.body)
	}
	for body, complaint := range map[string]string{
		`{"kind":"nonsense"}`:                      "kind: there is no fault",
		`{"kind":"burst","path":"/v2/["}`:          "path: syntax error in pattern",
		`{"kind":"latency","delay":"soon"}`:        "delay: time: invalid duration",
		`{"kind":"latency"`:                        "error parsing request body",
		`{"kind":"burst","retry_after":"a while"}`: "retry_after: time: invalid duration",
	} {
		if a := control("POST", "/_sim/faults", body).want(400, nil); !strings.Contains(string(a.body), complaint) {
			t.Errorf("%s: %s, want %s", body, a.body, complaint)
		}
	}
	control("GET", "/_sim/nothing", "").want(404, nil)
	if n := len(s.Requests()); n != 2 {
		t.Errorf("the log has %d requests", n)
	}
}

func TestTheControlPathShowsAndChangesTheWorld(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	control := func(method, target, body string) answer { t.Helper(); return sendAs(t, s, "", method, target, body) }
	var made struct{ ID int64 }
	control("POST", "/_sim/records/example.com", `{"type":"CNAME","name":"c","data":"h.example.net."}`).want(201, &made)
	control("POST", "/_sim/records/example.com", fmt.Sprintf(`{"id":%d,"data":"i.example.net"}`, made.ID)).want(201, nil)
	control("POST", "/_sim/records/example.com", `{"id":7}`).want(400, nil)
	control("POST", "/_sim/records/example.org", `{}`).want(400, nil)
	zone := s.Zone("example.com")
	if got := zone[len(zone)-1]; got != (dosim.Record{ID: made.ID, Type: "CNAME", Name: "c", Data: "i.example.net", TTL: 1800}) {
		t.Errorf("changed to %+v", got)
	}
	control("POST", "/_sim/droplets", `{"name":"web-01"}`).want(201, nil)
	var world struct {
		Zones     map[string][]dosim.Record
		Droplets  []dosim.Droplet
		Snapshots []dosim.Snapshot
		Actions   []dosim.Action
	}
	control("GET", "/_sim/world", "").want(200, &world)
	if len(world.Zones["example.com"]) != zoneSize+1 || len(world.Droplets) != 1 || world.Snapshots == nil || world.Actions == nil {
		t.Errorf("world %+v", world)
	}
	target := "/_sim/records/example.com/" + strconv.FormatInt(made.ID, 10)
	control("DELETE", target, "").want(204, nil)
	control("DELETE", target, "").want(400, nil)

	send(t, s, "POST", "/v2/tags", `{"name":"t"}`).want(201, nil)
	var log struct {
		Requests []dosim.Request
		Writes   int
	}
	control("GET", "/_sim/requests", "").want(200, &log)
	if len(log.Requests) != 1 || log.Writes != 1 || log.Requests[0].Status != 201 {
		t.Errorf("log %+v", log)
	}
	control("DELETE", "/_sim/requests", "").want(204, nil)
	if len(s.Requests()) != 0 || s.Writes() != 0 {
		t.Error("the log was not forgotten")
	}
}

func TestEditsBehindTheAPIAreWellFormed(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	if s.PutRecord("example.org", dosim.Record{Type: "A"}) != 0 || s.PutRecord("example.com", dosim.Record{ID: 7}) != 0 {
		t.Error("put into nothing")
	}
	a := s.PutRecord("example.com", dosim.Record{Type: "A", Name: "WWW.example.com.", Data: "192.0.2.1", TTL: 60})
	// A CNAME beside it is a conflict, which nobody looks at here.
	c := s.PutRecord("example.com", dosim.Record{Type: "CNAME", Name: "www", Data: "example.com."})
	zone := s.Zone("Example.COM")
	for i, want := range []dosim.Record{
		{ID: a, Type: "A", Name: "www", Data: "192.0.2.1", TTL: 60},
		{ID: c, Type: "CNAME", Name: "www", Data: "@", TTL: 1800},
	} {
		if zone[zoneSize+i] != want {
			t.Errorf("%+v, want %+v", zone[zoneSize+i], want)
		}
	}
	s.RemoveRecord("example.com", a)
	s.RemoveRecord("example.com", a)
	s.RemoveRecord("example.org", a)
	if len(s.Zone("example.com")) != zoneSize+1 || s.Zone("example.org") != nil {
		t.Error("removed wrongly")
	}
	d := s.AddDroplet("web-01")
	m := s.AddSnapshot(d, "golden")
	if got := s.Snapshots(); len(got) != 1 || got[0].ID != m || got[0].DropletID != d || s.AddSnapshot(1, "x") != 0 {
		t.Errorf("snapshots %+v", got)
	}
	if len(s.Requests()) != 0 || s.Writes() != 0 {
		t.Error("edits are in the log")
	}
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	s := emptyZone(t, dosim.WithRateLimit(0, 0), dosim.WithLatency(time.Millisecond))
	remove := s.Inject(dosim.Fault{Kind: dosim.FaultResetAfter, Method: "POST", Skip: 3, Count: 5})
	defer remove()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			c := inProcess(t, s)
			for range 5 {
				if err := newRecord(c); err != nil && !strings.Contains(err.Error(), "reset") {
					t.Error(err)
				}
				if _, _, err := c.Domains.Records(context.Background(), "example.com", nil); err != nil {
					t.Error(err)
				}
				s.Zone("example.com")
				s.AddDroplet("d-" + strconv.Itoa(i))
			}
		})
	}
	all.Wait()
	zone := s.Zone("example.com")
	if len(zone) != zoneSize+100 || s.Writes() != 100 || len(s.Requests()) != 200 {
		t.Errorf("%d records, %d writes, %d requests", len(zone), s.Writes(), len(s.Requests()))
	}
	for i := range len(zone) - 1 {
		if zone[i].ID >= zone[i+1].ID {
			t.Fatalf("ids %d and %d", zone[i].ID, zone[i+1].ID)
		}
	}
}

func TestARequestWhoseContextHasEndedIsNotApplied(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, "https://sim.example/v2/domains/example.com", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer x")
	resp, err := s.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
		t.Fatal("answered all the same")
	}
	if len(s.Domains()) != 1 || len(s.Requests()) != 0 {
		t.Error("it was applied")
	}
}
