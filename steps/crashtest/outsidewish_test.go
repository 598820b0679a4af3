package crashtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// The few values that histories are made of: few, so that they meet.
var (
	values = map[string][]string{
		"A": {"192.0.2.1", "192.0.2.2", "192.0.2.3"}, "TXT": {"one", "two", "three"},
		"CNAME": {"a.example.net", "b.example.net"}, "MX": {"mx1.example.net", "mx2.example.net"},
	}
	spans = []int{60, 300, 1800}
)

func (o *outside) pick(list ...string) string { return list[o.rng.IntN(len(list))] }

// furniture is what is at the names before anybody comes.
func (o *outside) furniture() []dosim.Record {
	var out []dosim.Record
	for _, name := range []string{"n1", "n2"} {
		switch o.rng.IntN(4) {
		case 0:
		case 1:
			out = append(out, dosim.Record{Type: "CNAME", Name: name, Data: o.pick(values["CNAME"]...), TTL: spans[o.rng.IntN(3)]})
		default:
			for _, kind := range []string{"A", "TXT", "MX"} {
				ttl := spans[o.rng.IntN(3)]
				for _, data := range values[kind] {
					if o.rng.IntN(3) == 0 {
						r := dosim.Record{Type: kind, Name: name, Data: data, TTL: ttl}
						if kind == "MX" {
							r.Priority = 10
						}
						out = append(out, r)
					}
				}
			}
		}
	}
	return out
}

// draw makes up a launch: one to three records, a snapshot, something about a resource, or about the estate.
func (o *outside) draw() (engine.Launch, string) {
	l := engine.Launch{Kind: "adhoc", Inputs: engine.Inputs{}}
	sorts := 27
	if o.zoneOnly {
		sorts = 20
	}
	n := o.rng.IntN(sorts)
	if len(o.focus) > 0 && o.rng.IntN(4) > 0 {
		n = sorts
	}
	switch {
	case n >= 20:
		o.fleets++
		return o.fleet()
	case n == 0:
		l.Steps, l.Inputs["droplet_id"] = []string{"create_droplet_snapshot"}, strconv.FormatInt(o.estate.droplets[0], 10)
		return l, "snapshot"
	case n == 1:
		l.Steps, l.Inputs["snapshot"] = []string{"adopt_snapshot"}, strconv.FormatInt(o.orphan, 10)
		return l, "adopt"
	case n < 5:
		if r, ok := o.resource(); ok {
			step := o.pick("restore_resource", "accept_resource", "forget_resource")
			l.Steps, l.Inputs["resource"] = []string{step}, r
			return l, step + " " + r
		}
	}
	var text []string
	name := o.pick("n1", "n1", "n1", "n2")
	for i := range 1 + max(0, o.rng.IntN(5)-2) {
		step, in := o.record(name)
		l.Steps = append(l.Steps, step)
		for k, v := range in {
			l.Inputs[strconv.Itoa(i)+":"+k] = v
		}
		text = append(text, fmt.Sprintf("%s %s %s %s %s %s", step, name, in["dns_record_type"], in["dns_record_data"], in["dns_record_ttl"], in["dns_record_mode"]))
		if o.rng.IntN(4) == 0 {
			name = o.pick("n1", "n2")
		}
	}
	if o.rng.IntN(12) == 0 {
		l.Steps = append(l.Steps, "fail")
		text = append(text, "fail")
	}
	return l, strings.Join(text, ", ")
}

func (o *outside) record(name string) (string, engine.Inputs) {
	kind := o.pick("A", "A", "TXT", "TXT", "CNAME", "MX")
	in := engine.Inputs{"dns_domain": zone, "dns_record_name": name, "dns_record_type": kind, "dns_record_data": o.pick(values[kind]...)}
	in["dns_record_ttl"] = strconv.Itoa(spans[o.rng.IntN(3)])
	if !o.zoneOnly && o.rng.IntN(12) == 0 {
		delete(in, "dns_record_data")
		return "set_dns_ttl", in
	}
	if o.rng.IntN(3) == 0 {
		delete(in, "dns_record_ttl")
		in["dns_record_mode"] = o.pick("single", "all")
		if o.rng.IntN(2) == 0 {
			delete(in, "dns_record_data")
		}
		return "delete_dns_record", in
	}
	in["dns_record_mode"] = o.pick("single", "single", "add", "add", "replace")
	return "upsert_dns_record", in
}

// resource is the key of one that is accounted for, as `arcadia resources` lists them.
func (o *outside) resource() (string, bool) {
	all, err := o.store.Resources(context.Background())
	if err != nil || len(all) == 0 {
		return "", false
	}
	return all[o.rng.IntN(len(all))].Key(), true
}

// stranger lets somebody else write at a name, once in so many times.
func (o *outside) stranger(of int) {
	if !o.strange || o.rng.IntN(of) != 0 {
		return
	}
	if o.rng.IntN(4) == 0 {
		o.strangerOnSite()
		return
	}
	now := o.look()
	kinds := []string{"A", "TXT", "MX"}
	g := group{o.pick("n1", "n1", "n2"), o.pick(kinds...)}
	if list := now[g]; len(list) > 0 && o.rng.IntN(3) > 0 {
		r := list[o.rng.IntN(len(list))]
		e := edit{at: o.moment + 1, group: g, was: r.Data}
		if o.rng.IntN(2) == 0 {
			o.sim.RemoveRecord(zone, r.ID)
			o.foreign = append(o.foreign, e)
			o.note("a stranger removes %d %s %s %s", r.ID, g.name, g.kind, r.Data)
			return
		}
		data := o.fresh(now, g)
		if data == "" {
			return
		}
		o.sim.PutRecord(zone, dosim.Record{ID: r.ID, Data: data})
		e.id, e.data = r.ID, data
		o.foreign = append(o.foreign, e)
		o.note("a stranger makes %s of %d %s %s %s", data, r.ID, g.name, g.kind, r.Data)
		return
	}
	data := o.fresh(now, g)
	if data == "" || len(now[group{g.name, "CNAME"}]) > 0 {
		return
	}
	r := dosim.Record{Type: g.kind, Name: g.name, Data: data, TTL: spans[o.rng.IntN(3)]}
	if g.kind == "MX" {
		r.Priority = 10
	}
	if list := now[g]; len(list) > 0 {
		r.TTL = list[0].TTL
	}
	id := o.sim.PutRecord(zone, r)
	o.foreign = append(o.foreign, edit{at: o.moment + 1, group: g, id: id, data: data})
	o.note("a stranger adds %d %s %s %s", id, g.name, g.kind, data)
}

// fresh is a value that the group does not have.
func (o *outside) fresh(p picture, g group) string {
	free := slices.DeleteFunc(slices.Clone(append(values[g.kind], foreignValues[g.kind])), func(v string) bool {
		return slices.ContainsFunc(p[g], func(r dosim.Record) bool { return r.Data == v })
	})
	if len(free) == 0 {
		return ""
	}
	return o.pick(free...)
}

var foreignValues = map[string]string{"A": "198.51.100.9", "TXT": "theirs", "MX": "mx9.example.net"}
