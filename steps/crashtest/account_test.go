package crashtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// account is a resource as the judge reads it, and how it stands to the provider's truth. It owes nothing to the steps.
type account struct {
	key, says string
	version   int
	saga      engine.ID
	state     standing
}

type standing string

const (
	inSync   standing = "in sync"
	modified standing = "modified"
	gone     standing = "gone"
)

func (a account) String() string {
	return fmt.Sprintf("%s (%s, version %d, %s)", a.key, a.says, a.version, a.state)
}

// desired is what a resource's spec says, of a record or of a snapshot.
type desired struct {
	Domain   string `json:"domain"`
	Droplet  int64  `json:"droplet_id"`
	Type     string `json:"type"`
	Name     string `json:"name"`
	Data     string `json:"data"`
	TTL      int    `json:"ttl"`
	Priority int    `json:"priority"`
	Port     int    `json:"port"`
	Weight   int    `json:"weight"`
	Flags    int    `json:"flags"`
	Tag      string `json:"tag"`
}

func (d desired) line() string {
	return plain(dosim.Record{
		Type: d.Type, Name: d.Name, Data: strings.TrimSuffix(d.Data, "."), TTL: d.TTL, Priority: d.Priority, Port: d.Port,
		Weight: d.Weight, Flags: d.Flags, Tag: d.Tag,
	})
}

// read compares resources with the provider's truth now.
func (w *world) read(resources []engine.Resource) []account {
	records, pictures := w.sim.Zone(zone), w.sim.Snapshots()
	var out []account
	for _, r := range resources {
		var d desired
		a := account{key: r.Key(), version: r.SpecVersion, saga: r.SagaID, state: gone}
		if r.Type == "droplet_tombstone" { // what was does not change
			a.says, a.state = r.Name, inSync
			out = append(out, a)
			continue
		}
		if r.Type == "volume_snapshot" {
			a.says = r.Name
			if slices.ContainsFunc(w.sim.VolumeSnapshots(), func(o dosim.VolumeSnapshot) bool { return o.ID == r.ExternalID && o.Name == r.Name }) {
				a.state = inSync
			}
			out = append(out, a)
			continue
		}
		id, err := strconv.ParseInt(r.ExternalID, 10, 64)
		if err == nil {
			err = json.Unmarshal(r.Spec, &d)
		}
		switch {
		case err != nil:
			a.says = err.Error()
		case r.Type == "dns_record":
			a.says = d.line()
			if at := slices.IndexFunc(records, func(o dosim.Record) bool { return o.ID == id }); at >= 0 {
				if a.state = modified; plain(records[at]) == a.says {
					a.state = inSync
				}
			}
		default:
			a.says = d.Name
			if at := slices.IndexFunc(pictures, func(o dosim.Snapshot) bool { return o.ID == id }); at >= 0 {
				if a.state = modified; pictures[at].Name == a.says && pictures[at].DropletID == d.Droplet {
					a.state = inSync
				}
			}
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b account) int { return cmp.Or(cmp.Compare(a.says, b.says), cmp.Compare(a.key, b.key)) })
	return out
}

// books says what is wrong with the resources after a saga that came to rest. What was in sync before and is wanted still
// must be in sync; whatever drifted already must stand as it did, unless the saga was about that.
func (o *operator) books(sg *engine.Saga, now []account) (wrong []string) {
	before := o.world.accounts
	if sg.Status == engine.Completed {
		for _, a := range now {
			if a.state != inSync && !slices.Contains(before, a) {
				wrong = append(wrong, "it is completed and accounts for "+a.String())
			}
		}
		if o.counts != nil {
			wrong = append(wrong, o.counts(o.world, before, now)...)
		}
		return wrong
	}
	if slices.ContainsFunc(sg.Rows, func(r engine.Row) bool { return r.Status == engine.RowResolved }) {
		return nil // what a person accepted is not as it was
	}
	if len(now) != len(before) {
		wrong = append(wrong, fmt.Sprintf("it is %s and accounts for %v, before it for %v", sg.Status, now, before))
		return wrong
	}
	for i, a := range before {
		// A record that was put back has a new id, and its resource with it.
		same := now[i].says == a.says && now[i].state == a.state && (now[i] == a || a.state == inSync && now[i].key != a.key)
		if !same {
			wrong = append(wrong, fmt.Sprintf("it is %s and accounts for %s, before it for %s", sg.Status, now[i], a))
		}
	}
	return wrong
}
