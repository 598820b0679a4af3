package dosim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

// oneDroplet is a Sim with one running droplet, a client for it and a way to pass time.
func oneDroplet(t *testing.T) (s *dosim.Sim, c *godo.Client, id int, pass func(time.Duration)) {
	t.Helper()
	now := time.Unix(1_780_000_000, 0)
	s = dosim.New(dosim.WithEmptyWorld(), dosim.WithClock(func() time.Time { return now }))
	return s, inProcess(t, s), int(s.AddDroplet("web-01")), func(d time.Duration) { now = now.Add(d) }
}

func actionErrors(t *testing.T) {
	ctx := context.Background()
	s, c, id, pass := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultActionErrors, Times: 2, Count: 1})
	s.Inject(dosim.Fault{Kind: dosim.FaultActionErrors, Count: 1})
	status := func(id int) string {
		t.Helper()
		a, _, err := c.Actions.Get(ctx, id)
		if err != nil || (a.CompletedAt == nil) != (a.Status == godo.ActionInProgress) {
			t.Fatalf("%+v, %v", a, err)
		}
		return a.Status
	}
	a, _, err := c.DropletActions.Snapshot(ctx, id, "by readings")
	if err != nil {
		t.Fatal(err)
	}
	pass(time.Hour)
	if got := []string{status(a.ID), status(a.ID), status(a.ID), status(a.ID)}; strings.Join(got, " ") !=
		"in-progress in-progress errored errored" {
		t.Errorf("readings %q", got)
	}
	a, _, err = c.DropletActions.Snapshot(ctx, id, "by the clock")
	if err != nil {
		t.Fatalf("the droplet was not unlocked: %v", err)
	}
	if got := status(a.ID); got != "in-progress" {
		t.Errorf("at once %s", got)
	}
	pass(6 * time.Second)
	if got := status(a.ID); got != "errored" {
		t.Errorf("in the end %s", got)
	}
	if len(s.Snapshots()) > 0 || s.Droplets()[0].Busy {
		t.Errorf("left %+v, %+v", s.Snapshots(), s.Droplets())
	}
}

func actionNeverEnds(t *testing.T) {
	ctx := context.Background()
	s, c, id, pass := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultActionNeverEnds, Count: 1})
	a, _, err := c.DropletActions.PowerOff(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	pass(1000 * time.Hour)
	if a, _, err = c.Actions.Get(ctx, a.ID); err != nil || a.Status != godo.ActionInProgress {
		t.Errorf("%+v, %v", a, err)
	}
	if d := s.Droplets()[0]; !d.Busy || d.Locked || d.Status != "active" {
		t.Errorf("%+v", d)
	}
}

func snapshotSmall(t *testing.T) {
	ctx := context.Background()
	s, c, id, pass := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultSnapshotSmall, Delay: time.Minute})
	if _, _, err := c.DropletActions.Snapshot(ctx, id, "small"); err != nil {
		t.Fatal(err)
	}
	pass(6 * time.Second)
	small := s.Snapshots()[0].SizeGigabytes
	pass(time.Minute)
	if whole := s.Snapshots()[0].SizeGigabytes; small <= 0 || small > whole/5 {
		t.Errorf("%f, then %f", small, whole)
	}
}

func snapshotLate(t *testing.T) {
	ctx := context.Background()
	s, c, id, pass := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultSnapshotLate, Times: 2, Delay: time.Minute})
	if _, _, err := c.DropletActions.Snapshot(ctx, id, "late"); err != nil {
		t.Fatal(err)
	}
	pass(6 * time.Second)
	listed := func() int {
		t.Helper()
		list, _, err := c.Droplets.Snapshots(ctx, id, nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := listed() + listed() + listed(); n != 0 || len(s.Snapshots()) != 1 {
		t.Errorf("listed %d times too early; truth %+v", n, s.Snapshots())
	}
	pass(time.Minute)
	if n := listed(); n != 1 {
		t.Errorf("listed %d in the end", n)
	}
}

func ghosts(t *testing.T) {
	s := dosim.New()
	s.Inject(dosim.Fault{Kind: dosim.FaultGhost, Method: "DELETE", Times: 2})
	record := s.Zone("example.org")[4]
	for _, tt := range []struct {
		target string
		gone   func() bool
	}{
		{"/v2/domains/example.org/records/" + strconv.FormatInt(record.ID, 10), func() bool { return len(s.Zone("example.org")) == 8 }},
		{"/v2/domains/example.net", func() bool { return s.Zone("example.net") == nil }},
		{"/v2/snapshots/" + strconv.FormatInt(s.Snapshots()[0].ID, 10), func() bool { return len(s.Snapshots()) == 4 }},
		{"/v2/images/" + strconv.FormatInt(s.Snapshots()[1].ID, 10), func() bool { return len(s.Snapshots()) == 3 }},
		{"/v2/droplets/" + strconv.FormatInt(s.Droplets()[0].ID, 10), func() bool { return len(s.Droplets()) == 5 }},
	} {
		send(t, s, "DELETE", tt.target, "").want(204, nil)
		if !tt.gone() {
			t.Errorf("%s is not gone in truth", tt.target)
		}
		send(t, s, "DELETE", tt.target, "").want(404, nil)
		send(t, s, "GET", tt.target, "").want(200, nil)
		list := tt.target[:strings.LastIndex(tt.target, "/")] + "?per_page=200"
		listed := len(send(t, s, "GET", list, "").want(200, nil).body)
		send(t, s, "GET", tt.target, "").want(404, nil)
		if after := len(send(t, s, "GET", list, "").want(200, nil).body); after >= listed {
			t.Errorf("%s was not listed as a ghost: %d bytes, then %d", tt.target, listed, after)
		}
	}
}

func backupStays(t *testing.T) {
	s := dosim.New()
	remove := s.Inject(dosim.Fault{Kind: dosim.FaultBackupDeleteNoOp})
	for _, m := range s.Snapshots() {
		send(t, s, "DELETE", "/v2/snapshots/"+strconv.FormatInt(m.ID, 10), "").want(204, nil)
	}
	left := s.Snapshots()
	if len(left) != 1 || left[0].Type != "backup" {
		t.Fatalf("left %+v", left)
	}
	remove()
	send(t, s, "DELETE", "/v2/snapshots/"+strconv.FormatInt(left[0].ID, 10), "").want(204, nil)
	if len(s.Snapshots()) != 0 {
		t.Errorf("left %+v", s.Snapshots())
	}
}

func pendingEvent(t *testing.T) {
	s, _, id, _ := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultPendingEvent, Path: "/v2/droplets/*/actions", Count: 2})
	target := "/v2/droplets/" + strconv.Itoa(id) + "/actions"
	for range 2 {
		send(t, s, "POST", target, `{"type":"reboot"}`).
			refused(422, "unprocessable_entity", "Droplet already has a pending event.")
	}
	send(t, s, "POST", target, `{"type":"reboot"}`).want(201, nil)
	if s.Writes() != 1 {
		t.Errorf("%d writes", s.Writes())
	}
}

func recordChanges(t *testing.T) {
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1"}`)
	now := func() dosim.Record {
		t.Helper()
		zone := s.Zone("example.com")
		return zone[len(zone)-1]
	}
	// After a reading, which still shows the old state.
	s.Inject(dosim.Fault{Kind: dosim.FaultRecordChanges, Method: "GET", Count: 1, Change: &dosim.Record{Data: "192.0.2.2"}})
	var out struct {
		Record record `json:"domain_record"`
	}
	send(t, s, "GET", at(r.ID), "").want(200, &out)
	if out.Record.Data != "192.0.2.1" || now().Data != "192.0.2.2" {
		t.Errorf("read %s, then it is %s", out.Record.Data, now().Data)
	}
	// Before a write, which then works on the new state.
	s.Inject(dosim.Fault{Kind: dosim.FaultRecordChanges, Method: "PUT", Count: 1, Change: &dosim.Record{Data: "192.0.2.3"}})
	send(t, s, "PUT", at(r.ID), `{"ttl":60}`).want(200, nil)
	if now().Data != "192.0.2.3" || now().TTL != 60 {
		t.Errorf("now %+v", now())
	}
	// A new record beside the one that is written.
	s.Inject(dosim.Fault{
		Kind: dosim.FaultRecordChanges, Method: "POST", Count: 1,
		Change: &dosim.Record{Type: "CNAME", Name: "b", Data: "h.example.net."},
	})
	send(t, s, "POST", "/v2/domains/example.com/records", `{"type":"A","name":"b","data":"192.0.2.1"}`).want(422, nil)
	if got := now(); got.Type != "CNAME" || got.Data != "h.example.net" {
		t.Errorf("now %+v", got)
	}
	// And a removal.
	s.Inject(dosim.Fault{Kind: dosim.FaultRecordChanges, Method: "DELETE", Count: 1})
	send(t, s, "DELETE", at(r.ID), "").want(404, nil)
	if n := len(s.Zone("example.com")); n != zoneSize+1 {
		t.Errorf("%d records", n)
	}
}

func strictPatch(t *testing.T) {
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"CNAME","name":"c","data":"h.example.net."}`)
	defer s.Inject(dosim.Fault{Kind: dosim.FaultStrictPatch, Count: 1})()
	send(t, s, "PATCH", at(r.ID), `{"ttl":60}`).refused(422, "unprocessable_entity", "Data needs to end with a dot (.)")
	send(t, s, "PATCH", at(r.ID), `{"ttl":60}`).want(200, nil)
}

func lenientPut(t *testing.T) {
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"CNAME","name":"c","data":"h.example.net."}`)
	s.Inject(dosim.Fault{Kind: dosim.FaultLenientPut, Count: 1})
	send(t, s, "PUT", at(r.ID), `{"ttl":60}`).want(200, nil)
	send(t, s, "PUT", at(r.ID), `{"ttl":60}`).refused(422, "unprocessable_entity", "Data needs to end with a dot (.)")
}

func dropletLate(t *testing.T) {
	ctx := context.Background()
	s := dosim.New(dosim.WithEmptyWorld())
	s.Inject(dosim.Fault{Kind: dosim.FaultDropletLate, Times: 2})
	c := inProcess(t, s)
	d, resp, err := c.Droplets.Create(ctx, &godo.DropletCreateRequest{
		Name: "new-01", Size: "c-4", Image: godo.DropletCreateImage{Slug: "debian-12-x64"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Actions.Get(ctx, resp.Links.Actions[0].ID); err != nil {
		t.Errorf("its action: %v", err)
	}
	if list, _, err := c.Droplets.List(ctx, nil); err != nil || len(list) > 0 {
		t.Errorf("listed %+v, %v", list, err)
	}
	if _, _, err := c.Droplets.Get(ctx, d.ID); statusOf(err) != http.StatusNotFound {
		t.Errorf("got: %v", err)
	}
	if _, _, err := c.Droplets.Get(ctx, d.ID); err != nil {
		t.Errorf("in the end: %v", err)
	}
}

func absoluteHref(t *testing.T) {
	s := dosim.New(dosim.WithEmptyWorld())
	s.Inject(dosim.Fault{Kind: dosim.FaultAbsoluteHref, Count: 1})
	for _, prefix := range []string{"https://sim.example/v2/actions/", "/v2/actions/"} {
		var out struct {
			Links struct {
				Actions []struct{ Href string }
			}
		}
		send(t, s, "POST", "/v2/droplets", `{"name":"a","size":"c-4","image":"debian-12-x64"}`).want(202, &out)
		if href := out.Links.Actions[0].Href; !strings.HasPrefix(href, prefix) {
			t.Errorf("href %s, want %s...", href, prefix)
		}
	}
}

func tagShape(t *testing.T) {
	s := dosim.New()
	s.Inject(dosim.Fault{Kind: dosim.FaultTagShape, Method: "POST", Status: 422, Text: "no"})
	a := send(t, s, "POST", "/v2/tags", `{"name":"fine"}`)
	var body map[string]json.RawMessage
	a.want(422, &body)
	if len(body) != 3 || string(body["error"]) != `"no"` || string(body["messages"]) != "null" || string(body["root_causes"]) != "[]" {
		t.Errorf("body %s", a.body)
	}
	_, _, err := inProcess(t, s).Tags.Create(context.Background(), &godo.TagCreateRequest{Name: "fine"})
	if statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("godo makes of it: %v", err)
	}
}

func dropletLocked(t *testing.T) {
	s := dosim.New()
	web := "/v2/droplets/" + strconv.FormatInt(s.Droplets()[0].ID, 10)
	unlock := s.Inject(dosim.Fault{Kind: dosim.FaultDropletLocked, Text: "web-01"})
	if all := s.Droplets(); !all[0].Locked || all[1].Locked {
		t.Errorf("locked are %+v", all)
	}
	send(t, s, "POST", web+"/actions", `{"type":"reboot"}`).refused(422, "unprocessable_entity", "Droplet already has a pending event.")
	send(t, s, "DELETE", web, "").refused(422, "unprocessable_entity", "Droplet already has a pending event.")
	unlock()
	send(t, s, "POST", web+"/actions", `{"type":"reboot"}`).want(201, nil)
}

func shutdownIgnored(t *testing.T) {
	s, c, id, pass := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultShutdownIgnored, Count: 1})
	a, _, err := c.DropletActions.Shutdown(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	pass(6 * time.Second)
	if a, _, err = c.Actions.Get(context.Background(), a.ID); err != nil || a.Status != godo.ActionCompleted {
		t.Errorf("%+v, %v", a, err)
	}
	if d := s.Droplets()[0]; d.Status != "active" {
		t.Errorf("it took: %+v", d)
	}
	send(t, s, "POST", "/v2/droplets/"+strconv.Itoa(id)+"/actions", `{"type":"power_off"}`).want(201, nil)
	pass(6 * time.Second)
	if d := s.Droplets()[0]; d.Status != "off" {
		t.Errorf("power_off did not take: %+v", d)
	}
}

func statusLate(t *testing.T) {
	s, c, id, pass := oneDroplet(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultStatusLate, Text: "power_off", Delay: time.Minute})
	a, _, err := c.DropletActions.PowerOff(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	pass(6 * time.Second)
	if a, _, err = c.Actions.Get(context.Background(), a.ID); err != nil || a.Status != godo.ActionCompleted || s.Droplets()[0].Status != "active" {
		t.Errorf("%+v, %v, %+v", a, err, s.Droplets())
	}
	pass(time.Minute)
	if d := s.Droplets()[0]; d.Status != "off" {
		t.Errorf("in the end %+v", d)
	}
}

func sizeUnavailable(t *testing.T) {
	s, _, id, pass := oneDroplet(t)
	back := s.Inject(dosim.Fault{Kind: dosim.FaultSizeUnavailable, Text: "c-4", Scope: "nyc3"})
	target := "/v2/droplets/" + strconv.Itoa(id) + "/actions"
	send(t, s, "POST", target, `{"type":"power_off"}`).want(201, nil)
	pass(6 * time.Second)
	const text = "Size is not available in this region."
	send(t, s, "POST", target, `{"type":"resize","size":"c-4"}`).refused(422, "unprocessable_entity", text)
	send(t, s, "POST", "/v2/droplets", `{"name":"a","size":"c-4","image":"debian-12-x64","region":"nyc3"}`).refused(422, "unprocessable_entity", text)
	send(t, s, "POST", "/v2/droplets", `{"name":"a","size":"c-4","image":"debian-12-x64","region":"fra1"}`).want(202, nil)
	var out struct{ Sizes []struct{ Slug, Regions any } }
	send(t, s, "GET", "/v2/sizes?per_page=200", "").want(200, &out)
	for _, size := range out.Sizes {
		if sells := strings.Contains(fmt.Sprint(size.Regions), "nyc3"); sells == (size.Slug == "c-4") {
			t.Errorf("%v is sold in %v", size.Slug, size.Regions)
		}
	}
	back()
	send(t, s, "POST", target, `{"type":"resize","size":"c-4"}`).want(201, nil)
}

func storesOtherwise(t *testing.T) {
	s := emptyZone(t)
	defer s.Inject(dosim.Fault{Kind: dosim.FaultStoresOtherwise, Count: 2})()
	r := addRecord(t, s, "example.com", `{"type":"TXT","name":"a","data":"a\\b","ttl":61}`)
	if r.Data != "ab" || r.TTL != 120 {
		t.Errorf("kept %+v", r)
	}
	send(t, s, "PUT", at(r.ID), `{"data":"c\\d","ttl":30}`).want(200, &struct{}{})
	if now := s.Zone("example.com"); now[len(now)-1].Data != "cd" || now[len(now)-1].TTL != 60 {
		t.Errorf("kept %+v", now)
	}
	s.Inject(dosim.Fault{Kind: dosim.FaultStoresOtherwise, Change: &dosim.Record{TTL: 900}})
	if r := addRecord(t, s, "example.com", `{"type":"TXT","name":"b","data":"a\\b","ttl":61}`); r.Data != `a\b` || r.TTL != 900 {
		t.Errorf("kept %+v", r)
	}
}
