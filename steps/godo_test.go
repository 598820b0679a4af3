package steps_test

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/engine"
	"arcadia/steps"
)

// agreed demands that godo's list and arcadia's are one, whatever their order.
func agreed[A, B any, K cmp.Ordered](t *testing.T, what string, theirs []A, lost error, their func(A) K, ours []B, err error, our func(B) K) {
	t.Helper()
	if lost != nil || err != nil {
		t.Fatalf("%s: %v, %v", what, lost, err)
	}
	var a, b []K
	for _, one := range theirs {
		a = append(a, their(one))
	}
	for _, one := range ours {
		b = append(b, our(one))
	}
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Errorf("%s: godo has %v, arcadia %v", what, a, b)
	}
}

// TestGodoOfWhichDoctlIsMadeSeesAndChangesTheAccountOfSagas has doctl's requests to the byte: they are godo's.
func TestGodoOfWhichDoctlIsMadeSeesAndChangesTheAccountOfSagas(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, ctx := newFleet(t), t.Context()
		client, err := godo.New(&http.Client{Transport: r.sim}, godo.SetUserAgent("doctl/1.154.0"), godo.SetRequestHeaders(map[string]string{"Authorization": "Bearer dop_v1_other"}))
		if err != nil {
			t.Fatal(err)
		}
		wall, all := r.sim.AddFirewall("edge"), &godo.ListOptions{PerPage: 200}
		s := r.rest(r.there("provision_droplet", append(r.newDroplet("web-03"), "firewall", wall, "dns_domain", "example.com", "dns_record_ttl", "60")...), engine.Completed)
		id := put[int64](t, s, "created_droplet_id")
		machine := int(id)
		time.Sleep(time.Minute)

		got, _, err := client.Droplets.Get(ctx, machine)
		if err != nil || got.Name != "web-03" || got.Status != "active" || got.SizeSlug != "s-1vcpu-1gb" || got.Region.Slug != "nyc3" || got.Image.Slug != "debian-12-x64" {
			t.Fatalf("%+v, %v", got, err)
		}
		public, err := got.PublicIPv4()
		if err != nil || public != r.address("web-03") {
			t.Errorf("its address is %s, %v", public, err)
		}
		for _, tag := range got.Tags {
			tagged, _, err := client.Droplets.ListByTag(ctx, tag, all)
			if err != nil || !slices.ContainsFunc(tagged, func(d godo.Droplet) bool { return d.ID == machine }) {
				t.Errorf("under tag %s: %+v, %v", tag, tagged, err)
			}
		}
		if named, _, err := client.Droplets.ListByName(ctx, "web-03", all); err != nil || len(named) != 1 || named[0].ID != machine {
			t.Errorf("by name: %+v, %v", named, err)
		}
		if walls, _, err := client.Firewalls.ListByDroplet(ctx, machine, all); err != nil || len(walls) != 2 || !slices.ContainsFunc(walls, func(w godo.Firewall) bool { return w.ID == wall }) { // one more by its tag
			t.Errorf("its firewalls: %+v, %v", walls, err)
		}
		records, _, err := client.Domains.RecordsByTypeAndName(ctx, "example.com", "A", "web-03.example.com", all)
		if err != nil || len(records) != 1 || records[0].Data != public || records[0].TTL != 60 {
			t.Errorf("its record: %+v, %v", records, err)
		}

		// What doctl does to it, sagas find: off, under another address, with one port more, and a copy.
		if _, _, err := client.DropletActions.PowerOff(ctx, machine); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if now, err := r.cloud.Droplet(ctx, id); err != nil || now.Status != "off" {
			t.Errorf("%+v, %v", now, err)
		}
		if _, _, err := client.DropletActions.Resize(ctx, machine, "s-1vcpu-2gb", false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		r.became("web-03", "off", "s-1vcpu-2gb")
		if _, _, err := client.DropletActions.Snapshot(ctx, machine, "by-doctl"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.ReservedIPActions.Assign(ctx, "198.51.100.10", machine); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Firewalls.AddRules(ctx, wall, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{{
			Protocol: "tcp", PortRange: "8443", Sources: &godo.Sources{Addresses: []string{"192.0.2.0/24"}},
		}}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		r.forbids("name it with reserved_ip=198.51.100.10", engine.Launch{Kind: "offboard_droplet", Inputs: inputs("droplet_id", strconv.Itoa(machine), "droplet_name", "web-03")})
		r.run(engine.Completed, "remove_firewall_rule", "firewall", wall, "ports", "8443", "addresses", "192.0.2.0/24")
		if now, _, err := client.Firewalls.Get(ctx, wall); err != nil || slices.ContainsFunc(now.InboundRules, func(i godo.InboundRule) bool { return i.PortRange == "8443" }) {
			t.Errorf("%+v, %v", now, err)
		}

		droplets, _, lost := client.Droplets.List(ctx, all)
		ours, err := r.cloud.Droplets(ctx)
		agreed(t, "droplets", droplets, lost, func(d godo.Droplet) string { return d.Name + d.Status + d.SizeSlug }, ours, err, func(d steps.Droplet) string { return d.Name + d.Status + d.Size })
		snapshots, _, lost := client.Snapshots.ListDroplet(ctx, all)
		copies, err := r.cloud.AllSnapshots(ctx)
		agreed(t, "snapshots", snapshots, lost, func(s godo.Snapshot) string { return s.ID + s.Name }, copies, err, func(s steps.Snapshot) string { return strconv.FormatInt(s.ID, 10) + s.Name })
		if !slices.ContainsFunc(copies, func(s steps.Snapshot) bool { return s.Name == "by-doctl" && s.Droplet == id }) {
			t.Error("the copy that doctl took is not there")
		}
		ips, _, lost := client.ReservedIPs.List(ctx, all)
		held, err := r.cloud.ReservedIPs(ctx)
		agreed(t, "reserved IPs", ips, lost, func(i godo.ReservedIP) string {
			if i.Droplet == nil {
				return i.IP + " 0"
			}
			return i.IP + " " + strconv.Itoa(i.Droplet.ID)
		}, held, err, func(i steps.ReservedIP) string { return i.IP + " " + strconv.FormatInt(i.Droplet, 10) })
		sizes, _, lost := client.Sizes.List(ctx, all)
		sold, err := r.cloud.Sizes(ctx)
		agreed(t, "sizes", sizes, lost, func(z godo.Size) string { return z.Slug }, sold, err, func(z steps.Size) string { return z.Slug })
	})
}
