package steps_test

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/dosim"
)

// newFleet is a rig whose droplets can be looked at, with a name for each of them.
func newFleet(t *testing.T, opts ...dosim.Option) *rig {
	t.Helper()
	r := &rig{t: t, sim: dosim.New(opts...)}
	r.cloud = connect(t, r.sim)
	return r.with(demo.Sight{Cloud: r.cloud})
}

// address is the public address of a droplet.
func (r *rig) address(name string) string {
	r.t.Helper()
	id, _ := strconv.ParseInt(r.droplet(name), 10, 64)
	d, err := r.cloud.Droplet(context.Background(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d.IPv4
}

// leads makes records that lead to a droplet.
func (r *rig) leads(name string, at ...string) {
	r.t.Helper()
	for _, where := range at {
		rel, zone, _ := strings.Cut(where, ".")
		r.sim.PutRecord(zone, dosim.Record{Type: "A", Name: rel, Data: r.address(name), TTL: 600})
	}
}

// stock is all that the account has.
func (r *rig) stock() []string {
	r.t.Helper()
	time.Sleep(time.Minute) // lists may be some seconds old
	out, err := steps.NewInventory(r.cloud, r.store).Stock(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// there launches a kind.
func (r *rig) there(kind string, in ...string) engine.ID {
	r.t.Helper()
	s, err := r.Start(context.Background(), engine.Launch{Kind: kind, Inputs: inputs(in...)})
	if err != nil {
		r.t.Fatalf("launch %s: %v", kind, err)
	}
	return s.ID
}

// andBack runs a kind to its end, rolls it back, and demands that the account is as it was.
func (r *rig) andBack(kind string, in ...string) *engine.Saga {
	r.t.Helper()
	before := r.stock()
	id := r.there(kind, in...)
	s := r.rest(id, engine.Completed)
	r.rollback(id)
	r.rest(id, engine.RolledBack)
	if d := cmp.Diff(before, r.stock()); d != "" {
		r.t.Errorf("%s (-before +after):\n%s", kind, d)
	}
	return s
}

// stepsOf are the steps of a saga.
func stepsOf(s *engine.Saga) string { return strings.Join(s.StepNames, " ") }

func TestAProvisionedDropletAnswersIsGuardedAndHasItsName(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		wall := r.sim.AddFirewall("edge")
		in := append(r.newDroplet("web-03"), "ipv6", "yes", "firewall", wall, "dns_domain", "example.com", "dns_record_ttl", "60")
		id := r.there("provision_droplet", in...)
		s := r.rest(id, engine.Completed)
		if got := stepsOf(s); got != "create_droplet wait_for add_to_firewall upsert_dns_record upsert_dns_record wait_for wait_for" {
			t.Errorf("steps %s", got)
		}
		v4, v6 := r.here("A", "web-03"), r.here("AAAA", "web-03")
		if len(v4) != 1 || v4[0].Data != r.address("web-03") || v4[0].TTL != 60 || len(v6) != 1 {
			t.Errorf("records %+v %+v", v4, v6)
		}
		if walls := r.sim.Firewalls(); !slices.Equal(walls[len(walls)-1].Droplets, []int64{put[int64](t, s, "created_droplet_id")}) {
			t.Errorf("%+v", walls)
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		r.andBack("provision_droplet", append(in[:len(in)-6], "port", "443")...)
	})
}

func TestAReservedIPFailsOverAndAFailingSoakPutsItBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		const ip = "198.51.100.10"
		in := []string{"ip", ip, "droplet_id", r.droplet("web-02"), "http", "http://{host}/health", "soak_for", "10m"}
		r.andBack("failover_reserved_ip", in...)
		was := r.sim.ReservedIPs()[ip]
		id := r.there("failover_reserved_ip", in...)
		r.until(id, "soaked", func(s *engine.Saga) bool { return s.CurrentStepIdx == 3 })
		n, _ := strconv.ParseInt(r.droplet("web-02"), 10, 64)
		if _, err := r.cloud.Power(t.Context(), n, steps.PowerOff); err != nil {
			t.Fatal(err)
		}
		s := r.rest(id, engine.RolledBack)
		if r.sim.ReservedIPs()[ip] != was || !strings.Contains(s.Rows[3].Error, "turned_bad") {
			t.Errorf("%s", dump(s))
		}
	})
}

func TestAReplacedDropletIsDeletedOnceTheNewOneHasItsPlace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		r.leads("web-01", "shop.example.com", "www2.example.org")
		in := []string{"droplet_id", r.droplet("web-01"), "droplet_name", "web-01", "name", "web-01b", "ssh_keys", "52000512", "tcp", "{host}:443", "soak_for", "1m", "grace", "1h", "approvals", "0"}
		before := r.stock()
		id := r.there("replace_droplet", in...)
		r.until(id, "waited", func(s *engine.Saga) bool {
			return s.CurrentStepIdx == len(s.StepNames)-2 && s.Live == "" && len(s.Waiting) > 0
		})
		time.Sleep(59 * time.Minute)
		if err := r.Cancel(t.Context(), id, engine.Request{Reason: "not today"}); err != nil {
			t.Fatal(err)
		}
		r.rest(id, engine.RolledBack)
		if d := cmp.Diff(before, r.stock()); d != "" {
			t.Errorf("canceled in its last minute (-before +after):\n%s", d)
		}
		id = r.there("replace_droplet", in...)
		s := r.rest(id, engine.Completed)
		if len(r.named("web-01")) != 0 || len(r.named("web-01b")) != 1 || r.here("A", "shop")[0].Data != r.address("web-01b") ||
			strconv.FormatInt(r.sim.ReservedIPs()["198.51.100.10"], 10) != r.droplet("web-01b") {
			t.Errorf("%s", dump(s))
		}
		if tags := r.named("web-01b")[0].Tags; !slices.Contains(tags, "env:prod") {
			t.Errorf("tags %v", tags)
		}
		if len(r.tombstones()) != 1 || s.Passed == "" {
			t.Errorf("tombstones %v, passed %q", r.tombstones(), s.Passed)
		}
	})
}

func TestAHibernatedDropletWakesWithItsAddressesRecordsAndFirewalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		old, wall := r.droplet("web-01"), r.sim.AddFirewall("edge")
		r.run(engine.Completed, "add_to_firewall", "firewall", wall, "droplet_id", old)
		r.leads("web-01", "shop.example.com")
		r.sim.PutRecord("example.com", dosim.Record{Type: "AAAA", Name: "shop", Data: r.v6("web-01"), TTL: 600})
		l := engine.Launch{Kind: "hibernate_droplet", Inputs: inputs("droplet_id", old, "droplet_name", "web-01")}
		p, err := r.Plan(t.Context(), l)
		if err != nil || p.Refusal() != nil {
			t.Fatal(err, p.Refusal())
		}
		month := 0.0
		for _, step := range p.Steps {
			month += step.Change.MonthlyUSD
		}
		if month > -19 || month < -24 { // 24 a month less a snapshot of at most 80 GiB
			t.Errorf("it saves %.2f a month", -month)
		}
		s := r.rest(r.there("hibernate_droplet", "droplet_id", old, "droplet_name", "web-01", "approvals", "0"), engine.Completed)
		if got := stepsOf(s); got != "power_off_droplet create_droplet_snapshot verify_snapshot delete_droplet" || r.snapshots() != 1 || len(r.named("web-01")) != 0 {
			t.Fatalf("%s", dump(s))
		}
		asleep := r.stock()
		id := r.there("wake_droplet", "droplet_id", old, "ssh_keys", "52000512")
		s = r.rest(id, engine.Completed)
		made := r.named("web-01")
		if len(made) != 1 || r.here("A", "shop")[0].Data != r.address("web-01") || r.here("AAAA", "shop")[0].Data != r.v6("web-01") || r.sim.ReservedIPs()["198.51.100.10"] != made[0].ID {
			t.Errorf("%s", dump(s))
		}
		if walls := r.sim.Firewalls(); !slices.Equal(walls[len(walls)-1].Droplets, []int64{made[0].ID}) || len(r.tombstones()) != 0 {
			t.Errorf("%+v, tombstones %v", walls, r.tombstones())
		}
		r.forbids("no saga has deleted droplet "+old, engine.Launch{Kind: "wake_droplet", Inputs: inputs("droplet_id", old, "ssh_keys", "52000512")})
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		if d := cmp.Diff(asleep, r.stock()); d != "" || len(r.tombstones()) != 1 {
			t.Errorf("%d tombstones, (-asleep +after):\n%s", len(r.tombstones()), d)
		}
		// An IP that is in use by now is left where it is, and the launch says so.
		r.run(engine.Completed, "assign_reserved_ip", "ip", "198.51.100.10", "droplet_id", r.droplet("web-02"))
		r.forbids("addresses=no", engine.Launch{Kind: "wake_droplet", Inputs: inputs("droplet_id", old, "ssh_keys", "52000512")})
		r.rest(r.there("wake_droplet", "droplet_id", old, "ssh_keys", "52000512", "addresses", "no"), engine.Completed)
	})
}

func (r *rig) v6(name string) string {
	r.t.Helper()
	id, _ := strconv.ParseInt(r.droplet(name), 10, 64)
	d, err := r.cloud.Droplet(context.Background(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d.IPv6
}

func TestAnOffboardingCanceledInIts71stHourBringsBackPowerAndEveryRecord(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		r.leads("db-01", "db.example.com", "db-old.example.com", "db.example.org")
		before := r.stock()
		in, grace := []string{"droplet_id", r.droplet("db-01"), "droplet_name", "db-01", "approvals", "0"}, 72*time.Hour // the default
		id := r.there("offboard_droplet", in...)
		r.until(id, "waited", func(s *engine.Saga) bool { return s.CurrentStepIdx == 7 })
		time.Sleep(70*time.Hour + 30*time.Minute)
		r.became("db-01", "off", "s-4vcpu-8gb")
		if len(r.here("A", "db")) != 0 {
			t.Error("its records are there")
		}
		if err := r.Cancel(t.Context(), id, engine.Request{Reason: "somebody still needs it"}); err != nil {
			t.Fatal(err)
		}
		r.rest(id, engine.RolledBack)
		r.became("db-01", "active", "s-4vcpu-8gb")
		for zone, names := range map[string][]string{"example.com": {"db", "db-old"}, "example.org": {"db"}} {
			for _, name := range names {
				if !slices.ContainsFunc(r.sim.Zone(zone), func(o dosim.Record) bool { return o.Name == name && o.Data == r.address("db-01") && o.TTL == 600 }) {
					t.Errorf("%s.%s does not lead to it again", name, zone)
				}
			}
		}
		if d := cmp.Diff(before, r.stock()); d != "" {
			t.Errorf("(-before +after):\n%s", d)
		}
		begun := time.Now()
		id = r.there("offboard_droplet", in...)
		time.Sleep(grace)
		s := r.rest(id, engine.Completed)
		if took := time.Since(begun); took < grace || took > grace+time.Hour {
			t.Errorf("it took %s", took)
		}
		want := "create_droplet_snapshot verify_snapshot create_volume_snapshot delete_dns_record delete_dns_record delete_dns_record power_off_droplet wait_until delete_droplet verify_gone"
		if stepsOf(s) != want || len(r.named("db-01")) != 0 || r.snapshots() != 1 {
			t.Errorf("%s", dump(s))
		}
		left := r.tombstones()
		if len(left) != 1 || strings.Count(string(left[0].Spec), `"domain":`) != 3 {
			t.Errorf("tombstone %s", left[0].Spec)
		}
		// From its tombstone it wakes with all of its records.
		r.rest(r.there("wake_droplet", "droplet_id", left[0].ExternalID, "ssh_keys", "52000512"), engine.Completed)
		if now := r.here("A", "db"); len(now) != 1 || now[0].Data != r.address("db-01") || now[0].TTL != 600 {
			t.Errorf("%+v", now)
		}
	})
}

func TestARestoredDropletGoesBackWhenItDoesNotAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		golden := strconv.FormatInt(r.sim.Snapshots()[0].ID, 10)
		s := r.andBack("restore_droplet", "droplet_id", r.droplet("web-01"), "image", golden, "tcp", "{host}:22", "approvals", "0")
		if got := stepsOf(s); got != "create_droplet_snapshot verify_snapshot power_off_droplet rebuild_droplet power_on_droplet wait_for" {
			t.Errorf("steps %s", got)
		}
		r.became("web-01", "active", webSize)
		// One that never answers goes back by itself.
		deaf := &rig{t: t, sim: r.sim, cloud: r.cloud}
		deaf = deaf.with(blind{})
		before := r.stock()
		bad := deaf.rest(deaf.there("restore_droplet", "droplet_id", r.droplet("web-01"), "image", golden, "tcp", "{host}:22"), engine.RolledBack)
		if d := cmp.Diff(before, r.stock()); d != "" || !strings.Contains(bad.Rows[5].Error, "not_good_in_time") {
			t.Errorf("%s\n(-before +after):\n%s", dump(bad), d)
		}
	})
}

// blind is a prober that sees nothing good.
type blind struct{}

func (blind) Probe(context.Context, steps.Probe) error {
	return &net.OpError{Op: "dial", Err: net.ErrClosed}
}

// reach is a prober to which every host is good, and name servers give what the account says.
type reach struct{ demo.Sight }

func (r reach) Probe(ctx context.Context, p steps.Probe) error {
	if p.HTTP != "" {
		_, err := url.Parse(p.HTTP)
		return err
	}
	if p.TCP != "" {
		return nil
	}
	return r.Sight.Probe(ctx, p)
}

func TestACutoverWaitsForTheOldTTLAndIsUndoneDataFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := &rig{t: t, sim: dosim.New()}
		r.cloud = connect(t, r.sim)
		r = r.with(reach{demo.Sight{Cloud: r.cloud}})
		in := append(record("A", "web-01", "203.0.113.77"), "http", "http://{host}/", "final_ttl", "3600", "soak_for", "20m")
		begun := time.Now()
		before := r.stock()
		id := r.there("dns_cutover", in...)
		r.until(id, "changed", func(*engine.Saga) bool { return r.here("A", "web-01")[0].Data == "203.0.113.77" })
		if took := time.Since(begun); took < 30*time.Minute { // the old TTL is 1800
			t.Errorf("it changed after %s", took)
		}
		s := r.rest(id, engine.Completed)
		if now := r.here("A", "web-01")[0]; now.TTL != 3600 || now.Data != "203.0.113.77" {
			t.Errorf("%+v %s", now, dump(s))
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		if d := cmp.Diff(before, r.stock()); d != "" {
			t.Errorf("(-before +after):\n%s", d)
		}
	})
}

func TestWhatAKindCannotDoIsRefusedBeforeAnythingIsStored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		web, db, build := r.droplet("web-01"), r.droplet("db-01"), r.droplet("build-01")
		golden := strconv.FormatInt(r.sim.Snapshots()[0].ID, 10)
		large := strconv.FormatInt(r.sim.Snapshots()[1].ID, 10) // of db-01, whose disk is larger
		kind := func(name string, in ...string) engine.Launch { return engine.Launch{Kind: name, Inputs: inputs(in...)} }
		for _, name := range []string{"hibernate_droplet", "offboard_droplet"} {
			r.forbids("migrate runs on droplet build-01", kind(name, "droplet_id", build, "droplet_name", "build-01"))
			r.forbids("is required: the name of the droplet", kind(name, "droplet_id", web))
			r.forbids("is not in this account", kind(name, "droplet_id", "7", "droplet_name", "web-01"))
		}
		r.forbids("write that name", kind("hibernate_droplet", "droplet_id", web, "droplet_name", "web-02"))
		r.forbids("has 1 volume", kind("hibernate_droplet", "droplet_id", db, "droplet_name", "db-01"))
		r.forbids("has 1 volume", kind("replace_droplet", "droplet_id", db, "droplet_name", "db-01", "name", "db-03", "ssh_keys", "52000512", "tcp", "{host}:22"))
		r.forbids("name it with reserved_ip=198.51.100.10", kind("offboard_droplet", "droplet_id", web, "droplet_name", "web-01"))
		r.forbids("migrate runs on", kind("restore_droplet", "droplet_id", build, "image", golden))
		r.forbids("needs a disk of 160 GiB", kind("restore_droplet", "droplet_id", web, "image", large))
		in := r.newDroplet("web-03")
		set := func(in []string, name, value string) []string {
			in = slices.Clone(in)
			in[slices.Index(in, name)+1] = value
			return in
		}
		r.forbids("needs a disk of 160 GiB", kind("provision_droplet", set(in, "image", large)...))
		r.forbids("is not in fra1", kind("provision_droplet", set(set(set(in, "image", golden), "region", "fra1"), "size", webSize)...))
		r.forbids("domain nowhere.example is not in this account", kind("provision_droplet", append(in, "dns_domain", "nowhere.example")...))
		sold := r.sim.Inject(dosim.Fault{Kind: dosim.FaultSizeUnavailable, Text: "s-1vcpu-1gb", Scope: "nyc3"})
		r.forbids("not available in nyc3", kind("provision_droplet", in...))
		sold()
		r.forbids("give one of http and tcp", kind("failover_reserved_ip", "ip", "198.51.100.10", "droplet_id", r.droplet("web-02")))
		r.forbids("choose a droplet in nyc3", kind("failover_reserved_ip", "ip", "198.51.100.10", "droplet_id", r.droplet("db-02"), "tcp", "{host}:22"))
		r.forbids("is on droplet web-01", kind("failover_reserved_ip", "ip", "198.51.100.10", "droplet_id", web, "tcp", "{host}:22"))
		r.forbids("switch it on first", kind("failover_reserved_ip", "ip", "198.51.100.10", "droplet_id", r.droplet("cache-01"), "tcp", "{host}:22"))
		r.forbids("which has to fit", kind("replace_droplet", "droplet_id", web, "droplet_name", "web-01", "name", "web-03", "ssh_keys", "52000512", "tcp", "{host}:22", "size", "s-1vcpu-1gb"))
		r.forbids("there is nothing to move", kind("replace_droplet", "droplet_id", r.droplet("cache-01"), "droplet_name", "cache-01", "name", "web-03", "ssh_keys", "52000512", "tcp", "{host}:22"))
		r.forbids("no saga has deleted droplet "+web, kind("wake_droplet", "droplet_id", web, "ssh_keys", "52000512"))
		r.forbids("2 records are at A api.example.com", kind("dns_cutover", append(record("A", "api", "203.0.113.77"), "tcp", "{host}:22")...))
		r.forbids("says 203.0.113.11 already", kind("dns_cutover", append(record("A", "web-01", "203.0.113.11"), "tcp", "{host}:22")...))
		r.forbids("nothing is at A none.example.com", kind("dns_cutover", append(record("A", "none", "203.0.113.77"), "tcp", "{host}:22")...))
		locked := r.sim.Inject(dosim.Fault{Kind: dosim.FaultDropletLocked, Text: "web-01"})
		r.forbids("is locked by the provider", kind("hibernate_droplet", "droplet_id", web, "droplet_name", "web-01"))
		locked()
		if p, err := r.store.List(t.Context(), engine.Query{}); err != nil || len(p.Items) > 0 || r.sim.Writes() != 0 {
			t.Errorf("%d sagas are stored, %d writes, %v", len(p.Items), r.sim.Writes(), err)
		}
	})
}
