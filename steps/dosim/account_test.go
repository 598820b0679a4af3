package dosim_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

func TestTagsKeepTheirCaseAndTakeWhatThereIs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := dosim.New()
	c := inProcess(t, s)
	if tag, _, err := c.Tags.Create(ctx, &godo.TagCreateRequest{Name: "Blue"}); err != nil || tag.Name != "Blue" {
		t.Fatalf("%+v, %v", tag, err)
	}
	if tag, _, err := c.Tags.Create(ctx, &godo.TagCreateRequest{Name: "blue"}); err != nil || tag.Name != "Blue" {
		t.Fatalf("%+v, %v", tag, err)
	}
	droplet := s.Droplets()[0].ID
	snapshot := s.Snapshots()[0].ID
	resources := []godo.Resource{
		{ID: strconv.FormatInt(droplet, 10), Type: godo.DropletResourceType},
		{ID: strconv.FormatInt(snapshot, 10), Type: godo.ImageResourceType},
		{ID: "1", Type: godo.DropletResourceType},
	}
	if _, err := c.Tags.TagResources(ctx, "Blue", &godo.TagResourcesRequest{Resources: resources}); err != nil {
		t.Fatalf("attach: %v", err)
	}
	if _, _, err := c.Tags.Get(ctx, "blue"); statusOf(err) != http.StatusNotFound {
		t.Errorf("in another case: %v", err)
	}
	tag, _, err := c.Tags.Get(ctx, "Blue")
	if err != nil || tag.Resources.Count != 2 || tag.Resources.Droplets.Count != 1 || tag.Resources.Images.Count != 1 {
		t.Fatalf("%+v, %v", tag, err)
	}
	if _, err := c.Tags.UntagResources(ctx, "Blue", &godo.UntagResourcesRequest{Resources: resources[:1]}); err != nil {
		t.Fatalf("detach: %v", err)
	}
	if d := s.Droplets()[0]; len(d.Tags) != 2 {
		t.Errorf("the droplet has %q", d.Tags)
	}
	wrong := []godo.Resource{{ID: "example.com", Type: "domain"}}
	if _, err := c.Tags.TagResources(ctx, "Blue", &godo.TagResourcesRequest{Resources: wrong}); statusOf(err) != http.StatusNotFound {
		t.Errorf("tagging a domain: %v", err)
	}
	if _, err := c.Tags.Delete(ctx, "Blue"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Tags.Get(ctx, "Blue"); statusOf(err) != http.StatusNotFound {
		t.Errorf("a deleted tag is there: %v", err)
	}
	if m := s.Snapshots()[0]; len(m.Tags) != 0 {
		t.Errorf("the snapshot kept %q", m.Tags)
	}
	a := send(t, s, "POST", "/v2/tags", `{"name":"no good"}`)
	var shape struct {
		Error  string
		Causes []string `json:"root_causes"`
	}
	if a.want(400, &shape); shape.Error == "" || shape.Causes == nil {
		t.Errorf("bad characters: %s", a.body)
	}
}

func TestAReservedIPMovesFromDropletToDroplet(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	now := time.Unix(1_780_000_000, 0)
	s := dosim.New(dosim.WithClock(func() time.Time { return now }))
	c := inProcess(t, s)
	web1, web2 := int(s.Droplets()[0].ID), int(s.Droplets()[1].ID)
	ip, _, err := c.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{DropletID: web1})
	if err != nil || ip.Droplet == nil || ip.Droplet.ID != web1 {
		t.Fatalf("%+v, %v", ip, err)
	}
	a, _, err := c.ReservedIPActions.Assign(ctx, ip.IP, web2)
	if err != nil || a.Status != godo.ActionInProgress {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := c.ReservedIPs.Delete(ctx, ip.IP); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("deletion while it moves: %v", err)
	}
	now = now.Add(time.Second)
	if a, _, err = c.ReservedIPActions.Get(ctx, ip.IP, a.ID); err != nil || a.Status != godo.ActionCompleted {
		t.Fatalf("%+v, %v", a, err)
	}
	if ip, _, err = c.ReservedIPs.Get(ctx, ip.IP); err != nil || ip.Droplet.ID != web2 || ip.Locked {
		t.Fatalf("%+v, %v", ip, err)
	}
	far := int(s.Droplets()[3].ID)
	if _, _, err := c.ReservedIPActions.Assign(ctx, ip.IP, far); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("to another region: %v", err)
	}
	if _, _, err := c.ReservedIPActions.Unassign(ctx, ip.IP); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	if _, _, err := c.ReservedIPActions.Assign(ctx, ip.IP, web2); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	if _, err := c.Droplets.Delete(ctx, web2); err != nil {
		t.Fatal(err)
	}
	if ip, _, err = c.ReservedIPs.Get(ctx, ip.IP); err != nil || ip.Droplet != nil {
		t.Fatalf("%+v, %v", ip, err)
	}
	if _, _, err := c.ReservedIPActions.Unassign(ctx, ip.IP); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("taken from a droplet that is gone: %v", err)
	}
	list, _, err := c.ReservedIPs.List(ctx, nil)
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := c.ReservedIPs.Delete(ctx, ip.IP); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.ReservedIPs.Get(ctx, ip.IP); statusOf(err) != http.StatusNotFound {
		t.Errorf("a deleted IP is there: %v", err)
	}
}

func TestTheAccountItsKeysRegionsAndSizesCanBeRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := inProcess(t, dosim.New())
	if a, _, err := c.Account.Get(ctx); err != nil || a.Status != "active" || len(a.UUID) != 40 || a.Team == nil {
		t.Errorf("account %+v, %v", a, err)
	}
	keys, _, err := c.Keys.List(ctx, nil)
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %+v, %v", keys, err)
	}
	if k, _, err := c.Keys.GetByFingerprint(ctx, keys[0].Fingerprint); err != nil || *k != keys[0] {
		t.Errorf("key by fingerprint %+v, %v", k, err)
	}
	if k, _, err := c.Keys.GetByID(ctx, keys[0].ID); err != nil || *k != keys[0] {
		t.Errorf("key by id %+v, %v", k, err)
	}
	if regions, _, err := c.Regions.List(ctx, nil); err != nil || len(regions) < 5 {
		t.Errorf("regions %+v, %v", regions, err)
	}
	if sizes, _, err := c.Sizes.List(ctx, nil); err != nil || len(sizes) < 5 {
		t.Errorf("sizes %+v, %v", sizes, err)
	}
}
