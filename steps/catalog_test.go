package steps_test

import (
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
)

func TestTheCatalogNamesEveryKindOnceWithASummaryAndAnUndo(t *testing.T) {
	t.Parallel()
	list, kinds := steps.Catalog(nil, nil, nil)
	known := map[string]bool{}
	for _, s := range list {
		known[s.Name()] = true
	}
	want := map[string]int{
		"snapshot_droplet": 1, "upsert_dns_record": 1, "delete_dns_record": 1, "restore_resource": 1, "accept_resource": 1,
		"forget_resource": 1, "adopt_snapshot": 1, "adopt_volume_snapshot": 1, "delete_snapshot": 1, "snapshot_then_dns": 2, "echo": 3, "echo_fail": 3, "adhoc": 0,
		"open_port": 1, "close_port": 1,
		"resize_droplet": 0, "provision_droplet": 0, "failover_reserved_ip": 0, "replace_droplet": 0, "hibernate_droplet": 0,
		"wake_droplet": 0, "offboard_droplet": 0, "restore_droplet": 0, "dns_cutover": 0,
		"rotate_snapshots": 0, "rotate_volume_snapshots": 0, // they make their lists
	}
	for _, k := range kinds {
		n, ok := want[k.Name]
		delete(want, k.Name)
		if !ok || n != len(k.Steps) || k.Summary == "" || k.Undo == "" || strings.Contains(k.Summary+k.Undo, "\n") || k.Adhoc != (k.Name == "adhoc") {
			t.Errorf("%+v", k)
		}
		for _, s := range k.Steps {
			if !known[s] {
				t.Errorf("kind %s has step %s", k.Name, s)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("missing kinds: %v", want)
	}
}

func TestFormsOfferWhatTheAccountHas(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		offer := func(kind, field string, in ...string) string {
			t.Helper()
			names, fields, err := r.Fields(kind, nil)
			if err != nil || len(names) == 0 {
				t.Fatal(err)
			}
			var out []string
			for _, f := range fields[0] {
				if f.Name != field {
					continue
				}
				options, err := f.Options(t.Context(), inputs(in...))
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range options {
					out = append(out, o.Value+" | "+o.Label+" | "+o.Detail)
				}
			}
			return strings.Join(out, "\n")
		}
		if got := offer("snapshot_droplet", "droplet_id"); !strings.Contains(got, " | web-01 | ") || !strings.Contains(got, "nyc3  active") || strings.Count(got, "\n") != 5 {
			t.Error(got)
		}
		if got := offer("upsert_dns_record", "dns_domain"); !strings.Contains(got, "example.com | example.com | ttl 1800") {
			t.Error(got)
		}
		if got := offer("upsert_dns_record", "dns_record_name", "dns_domain", "example.com", "dns_record_type", "A"); !strings.Contains(got, "api | api | A 203.0.113.11, 203.0.113.12") || strings.Contains(got, "blog") {
			t.Error(got)
		}
		if got := offer("delete_dns_record", "dns_record_name"); got != "" {
			t.Errorf("names without a domain: %s", got)
		}
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		orphan, ours := r.orphan(), r.only().ExternalID
		if got := offer("forget_resource", "resource"); !strings.HasPrefix(got, "droplet_snapshot/"+ours+" | arcadia-snap-") || strings.Contains(got, "\n") {
			t.Error(got)
		}
		if got := offer("adopt_snapshot", "snapshot"); !strings.HasPrefix(got, orphan+" | arcadia-snap-") || !strings.HasSuffix(got, " a month") || strings.Contains(got, "\n") {
			t.Error(got)
		}
		if got := offer("delete_snapshot", "snapshot"); !strings.Contains(got, orphan+" | ") || !strings.Contains(got, ours+" | ") || strings.Count(got, "\n") != 1 {
			t.Error(got)
		}
	})
}
