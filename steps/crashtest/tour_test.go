package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/steps/smoke"
)

// pass is one tour through every registered kind, forward and backward, in which something goes wrong all the time. A kind that is
// new has a course in the tour, or a test fails: so it goes through this by itself.
type pass struct {
	name   string
	dies   func(life int) int // see clerk
	dooms  string             // how the name of a point begins behind which a process dies; empty: see dies
	stroke *stroke
	faults []dosim.Fault
	rig    rig
}

// journey is what came of a pass.
type journey struct {
	wrong []string
	lives int
	sagas int
}

// worldOf is the account as it really is, but for the ids of what was put back, and for from what a disk was written last.
func worldOf(sim *dosim.Sim) []string {
	var out []string
	add := func(kind string, thing any) {
		line, err := json.Marshal(thing)
		if err != nil {
			line = []byte(err.Error())
		}
		out = append(out, kind+" "+string(line))
	}
	for _, d := range sim.Droplets() {
		add("droplet", d)
	}
	for _, s := range sim.Snapshots() {
		add("snapshot", s)
	}
	for _, v := range sim.Volumes() {
		add("volume", v)
	}
	for _, v := range sim.VolumeSnapshots() {
		add("volume snapshot", v)
	}
	for _, f := range sim.Firewalls() {
		slices.Sort(f.Rules)
		if len(f.Droplets) == 0 {
			f.Droplets = nil
		}
		add("firewall", f)
	}
	add("reserved IPs", sim.ReservedIPs())
	for _, zone := range sim.Domains() {
		for _, r := range sim.Zone(zone) {
			add(zone, plain(r))
		}
	}
	slices.Sort(out)
	return out
}

// travel makes the tour, and says what is wrong with it. Call it in a bubble.
func (p *pass) travel(dir string) (j journey) {
	sim := dosim.New(dosim.WithRateLimit(0, 0), dosim.WithActionTime(takes))
	client := func() steps.Cloud {
		c, err := digitalocean.New(digitalocean.Config{Token: token, Transport: sim, PerMinute: 1_000_000, PerHour: 100_000_000})
		if err != nil {
			panic(err) // the same that the processes are given
		}
		return c
	}
	cloud := fresh{client(), client}
	got := newAcks()
	m := &machine{path: filepath.Join(dir, "arcadia.db"), froze: got.frozen, noted: got.note, next: http.RoundTripper(sim), rig: p.rig}
	k := &clerk{m: m, acks: got, dies: p.dies, dooms: p.dooms, stroke: p.stroke}
	defer func() {
		if err := k.end(); err != nil {
			j.wrong = append(j.wrong, "end: "+err.Error())
		}
		_ = os.Remove(m.path) // a sample of a thousand of them lies in memory
		j.wrong, j.lives = append(j.wrong, k.wrong...), k.lives
	}()
	on := trial.Subject{Domain: zone, Name: "_arcadia-smoke-0badcafe", Droplet: sim.Droplets()[0].ID}
	tour := smoke.NewTour(cloud, steps.NewInventory(cloud, nil), on, k, true)
	ctx := context.Background()
	if _, err := tour.Cost(ctx); err != nil {
		j.wrong = append(j.wrong, err.Error())
		return j
	}
	before := worldOf(sim)
	for _, f := range p.faults {
		sim.Inject(f)
	}
	for _, c := range tour.Courses() {
		sagas, err := c.Run(ctx)
		j.sagas += len(sagas)
		if err != nil {
			j.wrong = append(j.wrong, fmt.Sprintf("%s, in life %d: %v", c.Kind, k.lives, err))
			break
		}
	}
	left, err := tour.Tidy(ctx)
	if err != nil {
		j.wrong = append(j.wrong, "tidy: "+err.Error())
	}
	for _, line := range left {
		j.wrong = append(j.wrong, "left: "+line)
	}
	time.Sleep(afterwards)
	j.wrong = append(j.wrong, differences("account", worldOf(sim), before)...)
	all, err := k.Resources(ctx)
	if err != nil || len(all) > 0 {
		j.wrong = append(j.wrong, fmt.Sprintf("it accounts for %v (%v)", all, err))
	}
	return j
}

// judged goes through a pass and reports what is wrong.
func (p *pass) judged(t *testing.T, y *tally, dir string) journey {
	t.Helper()
	var j journey
	synctest.Test(t, func(*testing.T) { j = p.travel(dir) })
	y.courses.Add(1)
	y.points.Add(int64(j.lives - 1))
	if len(j.wrong) > 0 {
		y.wrong.Add(1)
		t.Errorf("%s:\n  %s", p.name, strings.Join(j.wrong, "\n  "))
	}
	return j
}

// apart are deaths that lie so many points apart; the first one comes after the given number.
func apart(points, first int) func(int) int {
	return func(life int) int {
		if life == 1 {
			return first
		}
		return points
	}
}

// TestEveryKindSurvivesAProcessThatDiesAllTheTime lets processes die every so many points, from another one on each time: in the whole
// each point of every kind, forward and backward, is a fatal one. Behind some of them the next process dies soon, which makes pairs.
func TestEveryKindSurvivesAProcessThatDiesAllTheTime(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("passes", func(t *testing.T) {
		const far = 97
		step := 1
		if !torture() {
			step = 60
		}
		if testing.Short() {
			step = 97
		}
		for first := 1; first <= far; first += step {
			for name, dies := range map[string]func(int) int{
				"one by one": apart(far, first),
				"in pairs": func(life int) int {
					if life%2 == 0 {
						return 1 + (first*7+life)%23
					}
					return far - 10 + first%20
				},
			} {
				if testing.Short() && name != "one by one" {
					continue
				}
				t.Run(fmt.Sprintf("%s, from %d", name, first), func(t *testing.T) {
					t.Parallel()
					(&pass{name: name, dies: dies}).judged(t, &y, scratch(t))
				})
			}
		}
	})
	t.Logf("figure | every kind, forward and backward, in processes that die all the time | %d tours, %d deaths | %d wrong", y.courses.Load(), y.points.Load(), y.wrong.Load())
}

// never is a life that ends by itself.
func never(int) int { return 0 }

// TestEveryKindSettlesUnknownOutcomes spoils the answer to every so-manieth write, in every way there is.
func TestEveryKindSettlesUnknownOutcomes(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("passes", func(t *testing.T) {
		for i, m := range mishaps() {
			for _, every := range []int{5, 7, 11, 13} {
				sampled := i%4 == 0 && every == 7
				if !torture() && !sampled || testing.Short() && i != 4 {
					continue
				}
				t.Run(fmt.Sprintf("%s, every %d", m.name, every), func(t *testing.T) {
					t.Parallel()
					dies := never
					if torture() {
						dies = apart(89, every)
					}
					(&pass{name: m.name, dies: dies, stroke: &stroke{mishap: m, nth: -1, every: every}}).judged(t, &y, scratch(t))
				})
			}
		}
	})
	t.Logf("figure | every kind, with answers that are lost all the time | %d tours, %d deaths | %d wrong", y.courses.Load(), y.points.Load(), y.wrong.Load())
}

// TestEveryKindBearsHowTheProviderBehaves has all that is late, busy or ignored.
func TestEveryKindBearsHowTheProviderBehaves(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("passes", func(t *testing.T) {
		actions := "/v2/droplets/*/actions"
		for name, faults := range map[string][]dosim.Fault{
			"droplets are listed late":   {{Kind: dosim.FaultDropletLate, Times: 2, Delay: 15 * time.Second}},
			"effects show late":          {{Kind: dosim.FaultStatusLate, Delay: 40 * time.Second}},
			"shutdowns do not take":      {{Kind: dosim.FaultShutdownIgnored}},
			"snapshots are listed late":  {{Method: http.MethodPost, Path: actions, Kind: dosim.FaultSnapshotLate, Times: 3}},
			"what is deleted is read on": {{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: 3, Delay: 10 * time.Second}},
			"droplets are busy":          {{Method: http.MethodPost, Path: actions, Kind: dosim.FaultPendingEvent, Count: 40}},
		} {
			if testing.Short() && name != "effects show late" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				dies := never
				if torture() {
					dies = apart(97, 31)
				}
				(&pass{name: name, dies: dies, faults: faults}).judged(t, &y, scratch(t))
			})
		}
	})
	t.Logf("figure | every kind, with a provider that is late, busy or deaf | %d tours, %d deaths | %d wrong", y.courses.Load(), y.points.Load(), y.wrong.Load())
}

// rash is the control: it creates a droplet before it has written down that it will.
type rash struct {
	steps.CreateDroplet
	cloud steps.Cloud
}

// Execute posts, and remembers afterwards.
func (r rash) Execute(ctx context.Context, s *engine.State) error {
	var id int64
	known, err := s.Saved("created_droplet_id", &id)
	if err != nil {
		return err
	}
	if !known {
		d, err := r.cloud.CreateDroplet(ctx, steps.DropletOrder{
			Name: s.Input("name"), Region: s.Input("region"), Size: s.Input("size"), Image: s.Input("image"), SSHKeys: []string{s.Input("ssh_keys")},
			Tags: []string{fmt.Sprintf("arcadia-%s-%d", s.Saga().Short(), s.Idx())},
		})
		if err != nil {
			return engine.Unknown(err)
		}
		s.Put("created_droplet_id", d.ID)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	return r.CreateDroplet.Execute(ctx, s)
}

// TestATourFindsARashStepWrong is the control of the tours: each process that asks for a droplet dies over the answer.
func TestATourFindsARashStepWrong(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the other tours' judge is the same")
	}
	wrong := rig{steps: func(cloud steps.Cloud, all []engine.Step) []engine.Step {
		for i := range all {
			if c, is := all[i].(steps.CreateDroplet); is {
				all[i] = rash{c, cloud}
			}
		}
		return all
	}}
	for name, c := range map[string]struct {
		rig  rig
		good bool
	}{"as it is shipped": {rig{}, true}, "a droplet that is made before its intent is saved": {wrong, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := scratch(t)
			var j journey
			synctest.Test(t, func(*testing.T) {
				j = (&pass{dies: never, dooms: "applied POST /v2/droplets", rig: c.rig}).travel(dir)
			})
			t.Logf("figure | every kind, in processes that die over the answer about a droplet: %s | 1 tour, %d deaths | %d wrong", name, j.lives-1, len(j.wrong))
			if c.good != (len(j.wrong) == 0) || j.lives < 2 {
				t.Errorf("found wrong after %d deaths: %s", j.lives-1, strings.Join(j.wrong, "\n  "))
			}
		})
	}
}
