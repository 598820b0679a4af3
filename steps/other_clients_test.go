package steps_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/steps"
)

// stranger is another client of the account. It sends what doctl and Terraform's provider send, and knows nothing of arcadia.
type stranger struct {
	r     *rig
	agent string
}

// get is one request; gone means 404.
func (c stranger) get(target string) (body map[string]any, gone bool) {
	c.r.t.Helper()
	req, err := http.NewRequestWithContext(c.r.t.(*testing.T).Context(), http.MethodGet, "https://api.digitalocean.com/v2/"+target, http.NoBody)
	if err != nil {
		c.r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer dop_v1_other")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	resp, err := c.r.sim.RoundTrip(req)
	if err != nil {
		c.r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNotFound {
		return nil, true
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || resp.StatusCode != http.StatusOK {
		c.r.t.Fatalf("%s: %s, %v", target, resp.Status, err)
	}
	return body, false
}

// paged lists as doctl does: the first page tells in links.pages.last how many there are.
func (c stranger) paged(path, key string, query url.Values) []map[string]any {
	c.r.t.Helper()
	if query == nil {
		query = url.Values{}
	}
	var out []map[string]any
	last := 1
	for page := 1; page <= last; page++ {
		query.Set("page", strconv.Itoa(page))
		query.Set("per_page", "200")
		got, gone := c.get(path + "?" + query.Encode())
		if gone {
			c.r.t.Fatalf("%s is not there", path)
		}
		things, _ := got[key].([]any)
		for _, one := range things {
			out = append(out, one.(map[string]any)) //nolint:forcetypeassert // lists hold objects
		}
		links, _ := got["links"].(map[string]any)
		pages, _ := links["pages"].(map[string]any)
		if end, is := pages["last"].(string); is {
			u, err := url.Parse(end)
			if err != nil {
				c.r.t.Fatal(err)
			}
			if last, err = strconv.Atoi(u.Query().Get("page")); err != nil {
				c.r.t.Fatal(err)
			}
		}
		meta, _ := got["meta"].(map[string]any)
		if total, _ := meta["total"].(float64); page == last && int(total) != len(out) {
			c.r.t.Errorf("%s: %d of %v", path, len(out), meta["total"])
		}
	}
	return out
}

// followed lists as godo's callers do, Terraform's provider among them: by the link to the next page.
func (c stranger) followed(path, key string) []map[string]any {
	c.r.t.Helper()
	var out []map[string]any
	for target := path + "?page=1&per_page=200"; target != ""; {
		got, gone := c.get(target)
		if gone {
			c.r.t.Fatalf("%s is not there", path)
		}
		things, _ := got[key].([]any)
		for _, one := range things {
			out = append(out, one.(map[string]any)) //nolint:forcetypeassert // lists hold objects
		}
		links, _ := got["links"].(map[string]any)
		pages, _ := links["pages"].(map[string]any)
		next, _ := pages["next"].(string)
		_, target, _ = strings.Cut(next, "/v2/")
	}
	return out
}

// asText is a value as it is in JSON, ids that are numbers as they are written.
func asText(v any) string {
	if f, is := v.(float64); is {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// column is one field of all, in order.
func column(things []map[string]any, field string) []string {
	var out []string
	for _, one := range things {
		out = append(out, asText(one[field]))
	}
	slices.Sort(out)
	return out
}

func sorted[T any](all []T, of func(T) string) []string {
	var out []string
	for _, one := range all {
		out = append(out, of(one))
	}
	slices.Sort(out)
	return out
}

// sameAccount demands that what arcadia reads, what doctl lists and what Terraform's provider reads one by one is one account.
func (r *rig) sameAccount() {
	r.t.Helper()
	time.Sleep(time.Minute) // lists may be some seconds old
	ctx := r.t.(*testing.T).Context()
	doctl, terraform := stranger{r, "doctl/1.2 godo/1.202.0"}, stranger{r, "Terraform/1.9 terraform-provider-digitalocean godo/1.202.0"}
	agree := func(what string, ours []string, err error, listed, followed []map[string]any, field string) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
		if d := cmp.Diff(ours, column(listed, field)); d != "" {
			r.t.Errorf("%s (-arcadia +doctl):\n%s", what, d)
		}
		if d := cmp.Diff(listed, followed); d != "" {
			r.t.Errorf("%s (-doctl +terraform):\n%s", what, d)
		}
	}
	each := func(listed []map[string]any, path, field, key string) {
		r.t.Helper()
		for _, one := range listed {
			got, gone := terraform.get(path + "/" + asText(one[field]))
			if d := cmp.Diff(any(one), got[key]); gone || d != "" {
				r.t.Errorf("%s/%s (-listed +read):\n%s", path, asText(one[field]), d)
			}
		}
	}

	droplets, err := r.cloud.Droplets(ctx)
	listed := doctl.paged("droplets", "droplets", nil)
	agree("droplets", sorted(droplets, func(d steps.Droplet) string { return strconv.FormatInt(d.ID, 10) }), err, listed, terraform.followed("droplets", "droplets"), "id")
	each(listed, "droplets", "id", "droplet")
	for _, d := range droplets {
		at := slices.IndexFunc(listed, func(one map[string]any) bool { return asText(one["id"]) == strconv.FormatInt(d.ID, 10) })
		if one := listed[at]; one["name"] != d.Name || one["status"] != d.Status || one["size_slug"] != d.Size || fmt.Sprint(one["tags"]) != fmt.Sprint(d.Tags) {
			r.t.Errorf("droplet %d: %v, and arcadia reads %+v", d.ID, one, d)
		}
		for _, tag := range d.Tags { // doctl compute droplet list --tag-name
			tagged := doctl.paged("droplets", "droplets", url.Values{"tag_name": {tag}})
			if !slices.Contains(column(tagged, "id"), strconv.FormatInt(d.ID, 10)) {
				r.t.Errorf("droplet %s is not under its tag %s", d.Name, tag)
			}
		}
		images := doctl.paged(fmt.Sprintf("droplets/%d/snapshots", d.ID), "snapshots", nil) // numbers here, text in the list of all
		of := doctl.paged("snapshots", "snapshots", url.Values{"resource_type": {"droplet"}})
		backups := column(doctl.paged(fmt.Sprintf("droplets/%d/backups", d.ID), "backups", nil), "id")
		of = slices.DeleteFunc(of, func(one map[string]any) bool {
			return asText(one["resource_id"]) != strconv.FormatInt(d.ID, 10) || slices.Contains(backups, asText(one["id"]))
		})
		if d := cmp.Diff(column(images, "id"), column(of, "id")); d != "" {
			r.t.Errorf("snapshots of one droplet (-its own list +the list of all):\n%s", d)
		}
	}

	snapshots, err := r.cloud.AllSnapshots(ctx)
	listed = doctl.paged("snapshots", "snapshots", url.Values{"resource_type": {"droplet"}})
	agree("snapshots", sorted(snapshots, func(s steps.Snapshot) string { return strconv.FormatInt(s.ID, 10) }), err, listed, listed, "id")
	each(doctl.paged("snapshots", "snapshots", nil), "snapshots", "id", "snapshot")

	ips, err := r.cloud.ReservedIPs(ctx)
	listed = doctl.paged("reserved_ips", "reserved_ips", nil)
	agree("reserved IPs", sorted(ips, func(i steps.ReservedIP) string { return i.IP }), err, listed, doctl.paged("floating_ips", "floating_ips", nil), "ip")
	each(listed, "reserved_ips", "ip", "reserved_ip")

	walls, err := r.cloud.Firewalls(ctx)
	listed = doctl.paged("firewalls", "firewalls", nil)
	agree("firewalls", sorted(walls, func(w steps.Firewall) string { return w.ID }), err, listed, terraform.followed("firewalls", "firewalls"), "id")
	each(listed, "firewalls", "id", "firewall")

	volumes, err := r.cloud.Volumes(ctx)
	listed = doctl.paged("volumes", "volumes", nil)
	agree("volumes", sorted(volumes, func(v steps.Volume) string { return v.ID }), err, listed, terraform.followed("volumes", "volumes"), "id")
	each(listed, "volumes", "id", "volume")
	for _, v := range volumes {
		copies, err := r.cloud.VolumeSnapshots(ctx, v.ID)
		of := doctl.paged("snapshots", "snapshots", url.Values{"resource_type": {"volume"}})
		of = slices.DeleteFunc(of, func(one map[string]any) bool { return one["resource_id"] != v.ID })
		agree("snapshots of "+v.Name, sorted(copies, func(s steps.VolumeSnapshot) string { return s.ID }), err, of, terraform.followed("volumes/"+v.ID+"/snapshots", "snapshots"), "id")
	}

	domains, err := r.cloud.Domains(ctx)
	listed = doctl.paged("domains", "domains", nil)
	agree("domains", sorted(domains, func(d steps.Domain) string { return d.Name }), err, listed, terraform.followed("domains", "domains"), "name")
	for _, d := range domains {
		path := "domains/" + d.Name + "/records"
		records, err := r.cloud.AllRecords(ctx, d.Name)
		listed := doctl.paged(path, "domain_records", nil)
		agree("records of "+d.Name, sorted(records, func(o steps.Record) string { return strconv.FormatInt(o.ID, 10) }), err, listed, terraform.followed(path, "domain_records"), "id")
		each(listed[:min(len(listed), 40)], path, "id", "domain_record")
	}
}

// TestDoctlAndTerraformSeeTheAccountThatSagasHaveMade looks at it in their words while kinds are under way and when they have ended.
func TestDoctlAndTerraformSeeTheAccountThatSagasHaveMade(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		r.sameAccount()
		wall, volume := r.sim.AddFirewall("edge"), r.sim.Volumes()[0].ID
		in := append(r.newDroplet("web-03"), "firewall", wall, "dns_domain", "example.com", "dns_record_ttl", "60")
		made := r.rest(r.there("provision_droplet", in...), engine.Completed)
		id := strconv.FormatInt(put[int64](t, made, "created_droplet_id"), 10)
		r.rest(r.there("failover_reserved_ip", "ip", "198.51.100.10", "droplet_id", id, "tcp", "{host}:22", "soak_for", "30s"), engine.Completed)
		r.rest(r.there("rotate_volume_snapshots", "volume", volume, "keep_last", "1"), engine.Completed)
		r.rest(r.there("open_port", "firewall", wall, "ports", "8080"), engine.Completed)
		r.sameAccount()
		gone := r.there("offboard_droplet", "droplet_id", id, "droplet_name", "web-03", "reserved_ip", "198.51.100.10", "grace", "2h", "approvals", "0")
		time.Sleep(time.Hour)
		r.sameAccount() // off, without its name
		r.rest(gone, engine.Completed)
		r.sameAccount()
		if _, there := (stranger{r, "Terraform"}).get("droplets/" + id); !there {
			t.Error("the provider of Terraform finds the droplet, which is deleted")
		}
	})
}
