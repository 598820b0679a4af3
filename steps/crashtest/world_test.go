package crashtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

const (
	zone      = "example.com"
	takes     = 20 * time.Second // a snapshot, on the bubble's clock
	strangers = "other-snapshot" // a snapshot that is none of ours
)

// world is the provider's side of a course. It outlives every process.
type world struct {
	sim      *dosim.Sim
	props    *props
	droplet  int64
	wall     string           // a firewall
	machine  string           // the droplet's state, before the course's saga was launched
	walls    []dosim.Firewall // likewise
	ip       string           // a reserved IP, on no droplet
	image    int64            // a snapshot of the droplet that somebody has made
	machines int              // droplets, before the course's saga was launched
	records  []dosim.Record   // of the zone, before the course's saga was launched
	pictures []dosim.Snapshot // likewise
	accounts []account        // likewise
	before   int              // sagas
	sent     int              // requests
	key      string           // of the resource that the course is about
	snapshot int64            // that the course is about
	volume   string           // where the scenario has one
	copyID   string           // of a snapshot of it, of another ledger's saga
	copies   []string         // names of the snapshots of volumes, before the course's saga was launched
}

// newWorld is an account with one zone, one droplet and things of other people, and the scenario's records.
func newWorld(s *scenario, opts ...dosim.Option) *world {
	past := -time.Hour // what is there was made before anything of ours
	w := &world{props: newProps(), sim: dosim.New(append([]dosim.Option{
		dosim.WithEmptyWorld(), dosim.WithRateLimit(0, 0), dosim.WithActionTime(takes),
		dosim.WithClock(func() time.Time { return time.Now().Add(past) }),
	}, opts...)...)}
	w.sim.AddDomain(zone)
	for _, r := range []dosim.Record{
		{Type: "A", Name: "@", Data: "203.0.113.10", TTL: 3600},
		{Type: "A", Name: "other", Data: "203.0.113.11", TTL: 300},
		{Type: "A", Name: "other", Data: "203.0.113.12", TTL: 300},
		{Type: "CNAME", Name: "elsewhere", Data: "sites.example.net", TTL: 900},
		{Type: "MX", Name: "@", Data: "mx.example.net", Priority: 10, TTL: 3600},
	} {
		w.sim.PutRecord(zone, r)
	}
	if s.first == nil {
		for _, r := range s.before {
			w.sim.PutRecord(zone, r)
		}
	}
	w.droplet = w.sim.AddDroplet("web-01")
	w.wall = w.sim.AddFirewall("edge")
	w.ip = w.sim.AddReservedIP("nyc3")
	w.image = w.sim.AddSnapshot(w.droplet, strangers)
	if s.sets != nil {
		s.sets(w)
	}
	w.sim.AddSnapshot(w.droplet, fmt.Sprintf("arcadia-snap-%d-00000000", w.droplet)) // another saga's
	if s.lag > 0 {
		w.sim.Inject(dosim.Fault{Method: http.MethodPost, Path: "/v2/droplets/*/actions", Kind: dosim.FaultSnapshotLate, Times: s.lag})
		w.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: s.lag})
	}
	for _, f := range s.faults {
		w.sim.Inject(f)
	}
	past = 0
	w.records, w.pictures, w.copies = w.sim.Zone(zone), w.sim.Snapshots(), w.copiesNow()
	w.machine, w.walls, w.machines = w.machineNow(), w.sim.Firewalls(), len(w.sim.Droplets())
	return w
}

// machineNow is the droplet's state as a line.
func (w *world) machineNow() string {
	for _, d := range w.sim.Droplets() {
		if d.ID == w.droplet {
			return d.Status + " " + d.Size
		}
	}
	return "absent"
}

// fleetShould compares droplets, firewall and reserved IP with what they were before, but for what a scenario has made of them.
func (w *world) fleetShould(machine string, rules []string, made int, moved bool) []string {
	var out []string
	if n := len(w.sim.Droplets()) - w.machines; n != made {
		out = append(out, fmt.Sprintf("droplets: %d are new, not %d", n, made))
	}
	if on := w.sim.ReservedIPs()[w.ip]; (on == w.droplet) != moved || !moved && on != 0 {
		out = append(out, fmt.Sprintf("reserved IP: it is on droplet %d", on))
	}
	if machine == "" {
		machine = w.machine
	}
	if now := w.machineNow(); now != machine {
		out = append(out, fmt.Sprintf("droplet: it is %s, not %s", now, machine))
	}
	if rules == nil {
		rules = w.walls[0].Rules
	}
	return append(out, differences("firewall", w.sim.Firewalls()[0].Rules, rules)...)
}

// plain is a record without its id, as a line.
func plain(r dosim.Record) string {
	r.ID = 0
	return fmt.Sprintf("%s %s %q ttl %d prio %d port %d weight %d flags %d tag %q", r.Name, r.Type, r.Data, r.TTL, r.Priority, r.Port, r.Weight, r.Flags, r.Tag)
}

func lines(records []dosim.Record) []string {
	out := make([]string, len(records))
	for i, r := range records {
		out[i] = plain(r)
	}
	slices.Sort(out)
	return out
}

// differences says what is in one list of lines and not in the other.
func differences(what string, have, want []string) []string {
	var out []string
	count := map[string]int{}
	for _, l := range have {
		count[l]++
	}
	for _, l := range want {
		count[l]--
	}
	keys := make([]string, 0, len(count))
	for l := range count {
		keys = append(keys, l)
	}
	slices.Sort(keys)
	for _, l := range keys {
		switch n := count[l]; {
		case n > 0:
			out = append(out, fmt.Sprintf("%s: %d too many: %s", what, n, l))
		case n < 0:
			out = append(out, fmt.Sprintf("%s: %d missing: %s", what, -n, l))
		}
	}
	return out
}

// zoneShould compares the zone with what it held before plus the scenario's own records, in full but for the ids of what was
// recreated. Records at other names must be the very same.
func (w *world) zoneShould(s *scenario, own []dosim.Record) []string {
	now := w.sim.Zone(zone)
	rest := slices.DeleteFunc(slices.Clone(w.records), s.at)
	out := differences("zone", lines(now), lines(slices.Concat(rest, own)))
	for _, r := range rest {
		if !slices.Contains(now, r) {
			out = append(out, fmt.Sprintf("zone: record %d of somebody else is not what it was: %s", r.ID, plain(r)))
		}
	}
	return out
}

// kept are the ids of records from before that are still there, in order.
func (w *world) kept() []int64 {
	var out []int64
	for _, r := range w.sim.Zone(zone) {
		if slices.ContainsFunc(w.records, func(o dosim.Record) bool { return o.ID == r.ID }) {
			out = append(out, r.ID)
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

// erased compares the snapshots with those before, but for the one that the course is about.
func (w *world) erased() []string {
	all := w.pictures
	defer func() { w.pictures = all }()
	w.pictures = slices.DeleteFunc(slices.Clone(all), func(s dosim.Snapshot) bool { return s.ID == w.snapshot })
	return w.snapshotsShould()
}

// snapshotsShould compares the snapshots with those before, plus one for each of the sagas.
func (w *world) snapshotsShould(sagas ...engine.ID) []string {
	line := func(s dosim.Snapshot) string { return fmt.Sprintf("%s of droplet %d", s.Name, s.DropletID) }
	var have, want []string
	now := w.sim.Snapshots()
	for _, s := range now {
		have = append(have, line(s))
	}
	for _, s := range w.pictures {
		want = append(want, line(s))
		if !slices.ContainsFunc(now, func(o dosim.Snapshot) bool { return o.ID == s.ID }) {
			have = append(have, "")
			want = append(want, fmt.Sprintf("id %d", s.ID))
		}
	}
	for _, id := range sagas {
		want = append(want, fmt.Sprintf("arcadia-snap-%d-%s of droplet %d", w.droplet, id.Short(), w.droplet))
	}
	out := differences("snapshots", have, want)
	for _, a := range w.sim.Actions() {
		if a.Status == "in-progress" {
			out = append(out, fmt.Sprintf("action %d %s is still running", a.ID, a.Type))
		}
	}
	return out
}

// applied counts the course's requests that made something: records and actions.
func (w *world) applied() (posts, writes int) {
	for _, r := range w.sim.Requests()[w.sent:] {
		if !r.Applied {
			continue
		}
		writes++
		if r.Method == http.MethodPost {
			posts++
		}
	}
	return posts, writes
}

// story is the writes in order, for the report of a failure.
func (w *world) story() string {
	var b strings.Builder
	for _, r := range w.sim.Requests() {
		if r.Method != http.MethodGet {
			fmt.Fprintf(&b, "\n    %s %s %s → %d applied %v", r.At.Format("15:04:05.000"), r.Method, r.Path, r.Status, r.Applied)
		}
	}
	return b.String()
}
