package smoke_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/trial"
	"arcadia/steps"
	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/steps/smoke"
	"arcadia/storage/storagetest"
)

// rig is a tour over the shipped catalog in a simulated account.
type rig struct {
	t     *testing.T
	sim   *dosim.Sim
	cloud *digitalocean.Client
	desk  *engine.Session
	list  []engine.Step
	kinds []engine.Kind
	tour  trial.Tour
}

func newRig(t *testing.T, simulated bool) *rig {
	t.Helper()
	r := &rig{t: t, sim: dosim.New(dosim.WithRateLimit(0, 0))}
	var err error
	r.cloud, err = digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: r.sim, PerMinute: 1_000_000, PerHour: 100_000_000})
	if err != nil {
		t.Fatal(err)
	}
	store := storagetest.NewMemory()
	r.list, r.kinds = steps.Catalog(r.cloud, store, demo.Sight{Cloud: r.cloud})
	r.desk, _ = enginetest.Host(t, store, engine.Config{Steps: enginetest.Late(r.list), Kinds: r.kinds})
	on := trial.Subject{Domain: "example.com", Name: "_arcadia-smoke-0badcafe", Droplet: r.sim.Droplets()[0].ID}
	r.tour = smoke.NewTour(r.cloud, steps.NewInventory(r.cloud, store), on, r.desk, simulated)
	return r
}

// account is all that the account has, asked as any client asks, but for what a record that was put back has anew, and for
// from what a disk was written last.
func (r *rig) account() []string {
	r.t.Helper()
	var out []string
	ask := func(path string) map[string]any {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://api.digitalocean.com/v2/"+path, http.NoBody)
		if err != nil {
			r.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer dop_v1_test")
		resp, err := r.sim.RoundTrip(req)
		if err != nil {
			r.t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		got := map[string]any{}
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != http.StatusOK {
			r.t.Fatalf("%s: %s, %v", path, resp.Status, err)
		}
		return got
	}
	list := func(path, key string, without ...string) []any {
		got, _ := ask(path + "?per_page=200")[key].([]any)
		for _, one := range got {
			thing, _ := one.(map[string]any)
			for _, field := range without {
				delete(thing, field)
			}
			line, err := json.Marshal(thing)
			if err != nil {
				r.t.Fatal(err)
			}
			out = append(out, path+" "+string(line))
		}
		return got
	}
	list("droplets", "droplets", "image")
	list("snapshots", "snapshots")
	list("volumes", "volumes")
	list("firewalls", "firewalls", "status", "pending_changes")
	list("reserved_ips", "reserved_ips", "droplet")
	list("account/keys", "ssh_keys")
	list("tags", "tags")
	list("projects", "projects", "updated_at")
	for _, d := range list("domains", "domains", "zone_file") {
		list("domains/"+d.(map[string]any)["name"].(string)+"/records", "domain_records", "id") //nolint:forcetypeassert // the simulator says so
	}
	for ip, droplet := range r.sim.ReservedIPs() {
		line, err := json.Marshal(map[string]any{ip: droplet})
		if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, "on "+string(line))
	}
	slices.Sort(out)
	return out
}

// TestATourRunsEveryKindForwardAndBackAndLeavesTheAccountAsItWas goes through the courses of `arcadia smoke --all`.
func TestATourRunsEveryKindForwardAndBackAndLeavesTheAccountAsItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		if _, err := r.tour.Cost(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := r.account()
		ran, stepped := map[string][]string{}, map[string]bool{}
		for _, c := range r.tour.Courses() {
			sagas, err := c.Run(t.Context())
			if err != nil {
				t.Fatalf("%s: %v", c.Kind, err)
			}
			for _, s := range sagas {
				ran[s.Kind] = append(ran[s.Kind], string(s.Status))
				for _, step := range s.StepNames {
					stepped[step] = true
				}
			}
		}
		left, err := r.tour.Tidy(t.Context())
		if err != nil || len(left) > 0 {
			t.Errorf("left %q, %v", left, err)
		}
		if d := cmp.Diff(before, r.account()); d != "" {
			t.Errorf("the account (-before +after):\n%s", d)
		}
		if all, err := r.desk.Resources(t.Context()); err != nil || len(all) > 0 {
			t.Errorf("accounted for: %v, %v", all, err)
		}
		for _, k := range r.kinds {
			if !slices.Contains(ran[k.Name], "rolled_back") && k.Name != "delete_snapshot" { // which nothing takes back
				t.Errorf("kind %s was never rolled back: %v", k.Name, ran[k.Name])
			}
			if !slices.Contains(ran[k.Name], "completed") && k.Name != "echo_fail" && !slices.Contains(ran[k.Name], "rolled_back") {
				t.Errorf("kind %s never came to its end", k.Name)
			}
		}
		for _, s := range r.list {
			if !stepped[s.Name()] {
				t.Errorf("step %s is in none of the sagas", s.Name())
			}
		}
		if gone := r.tour.Passed(); len(gone) < 8 {
			t.Errorf("gone for good: %q", gone)
		}
		t.Logf("figure | smoke --all | %d courses, %d sagas | gone for good: %s", len(r.tour.Courses()), len(ran), strings.Join(r.tour.Passed(), "; "))
	})
}

// TestEveryRegisteredKindHasACourse is what a new kind meets first.
func TestEveryRegisteredKindHasACourse(t *testing.T) {
	t.Parallel()
	_, kinds := steps.Catalog(nil, nil, nil)
	courses := smoke.NewTour(nil, steps.Inventory{}, trial.Subject{}, nil, true).Courses()
	for _, k := range kinds {
		if !slices.ContainsFunc(courses, func(c trial.Course) bool { return c.Kind == k.Name }) {
			t.Errorf("kind %s has no course in steps/smoke: say what it needs, and run it forward and back", k.Name)
		}
	}
	for _, c := range courses {
		if !slices.ContainsFunc(kinds, func(k engine.Kind) bool { return k.Name == c.Kind }) {
			t.Errorf("there is a course of %s, and no such kind", c.Kind)
		}
	}
}

// TestATourOfARealAccountTouchesOnlyWhatIsItsOwn makes one droplet of the smallest size at a time, and says so before.
func TestATourOfARealAccountTouchesOnlyWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, false)
		cost, err := r.tour.Cost(t.Context())
		if err != nil || !strings.Contains(cost, "of size s-1vcpu-512mb-10gb in nyc3") || !strings.Contains(cost, ", 4 in all, ") || !strings.Contains(cost, "$0.0") {
			t.Fatalf("%q, %v", cost, err)
		}
		if r.sim.Writes() != 0 {
			t.Error("it wrote before it was agreed to")
		}
		before, droplets, own := r.account(), len(r.sim.Droplets()), 0
		theirs := map[string]bool{}
		for _, line := range before {
			theirs[line] = true
		}
		for _, c := range r.tour.Courses() {
			if c.Omits != "" {
				continue
			}
			own++
			if _, err := c.Run(t.Context()); err != nil {
				t.Fatalf("%s: %v", c.Kind, err)
			}
			if n := len(r.sim.Droplets()) - droplets; n > 1 {
				t.Errorf("after %s there are %d droplets more", c.Kind, n)
			}
		}
		if left, err := r.tour.Tidy(t.Context()); err != nil || len(left) > 0 {
			t.Errorf("left %q, %v", left, err)
		}
		if d := cmp.Diff(before, r.account()); d != "" {
			t.Errorf("the account (-before +after):\n%s", d)
		}
		made := 0
		for _, a := range r.sim.Actions() {
			if a.Type == "create" {
				made++
			}
		}
		if made != 4 {
			t.Errorf("it made %d droplets and said that it makes 4", made)
		}
		if own < 15 || own == len(r.tour.Courses()) {
			t.Errorf("%d of %d courses", own, len(r.tour.Courses()))
		}
	})
}

// TestATourThatIsCutOffTakesAwayWhatItMade stops after each of its courses.
func TestATourThatIsCutOffTakesAwayWhatItMade(t *testing.T) {
	t.Parallel()
	most := len(smoke.NewTour(nil, steps.Inventory{}, trial.Subject{}, nil, true).Courses())
	stride := 1
	if testing.Short() {
		stride = 9
	}
	for n := 5; n < most; n += stride {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, true)
			if _, err := r.tour.Cost(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := r.account()
			for _, c := range r.tour.Courses()[:n] {
				if _, err := c.Run(t.Context()); err != nil {
					t.Fatalf("%s: %v", c.Kind, err)
				}
			}
			if left, err := r.tour.Tidy(t.Context()); err != nil || len(left) > 0 {
				t.Errorf("after %d: left %q, %v", n, left, err)
			}
			if d := cmp.Diff(before, r.account()); d != "" {
				t.Errorf("after %d courses, the account (-before +after):\n%s", n, d)
			}
		})
	}
}
