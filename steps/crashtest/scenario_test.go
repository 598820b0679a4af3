package crashtest

import (
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// scenario is one kind in one mode over one world, with what the world must be after it. The expectation is written by hand
// and owes nothing to the steps.
type scenario struct {
	name      string
	kind      string
	steps     []string // what the kind stands for, so that a failing step can be put behind it
	inputs    map[string]string
	places    string         // the names it is about, or "name/TYPE", separated by blanks
	before    []dosim.Record // there
	after     []dosim.Record // likewise, when it has completed
	snapshot  bool           // it takes one
	machine   string         // what the droplet is when it has completed; empty: what it was
	rules     []string       // likewise of the firewall; nil: those that were
	made      int            // droplets that are new then
	moved     bool           // the reserved IP is on the droplet then
	lag       int            // readings for which listings are late
	faults    []dosim.Fault  // of the world, always there
	refused   bool           // its step refuses: it always ends rolled back
	unchanged bool           // it writes nothing
	final     bool           // it deletes what cannot be brought back
	first     *prologue      // what happened before; then before is what that has left
	back      int            // POSTs of the whole way back, of a scenario that is final: its undone ending has none
	// counts says what is wrong with the resources when it has completed; nil: nothing special.
	counts func(w *world, before, now []account) []string

	sets func(w *world)                           // what else there is in its world; may be nil
	ends func(w *world, sg *engine.Saga) []string // what is wrong with the world when it has completed, in place of what is above
}

func (s *scenario) at(r dosim.Record) bool {
	for p := range strings.FieldsSeq(s.places) {
		if p == r.Name || p == r.Name+"/"+r.Type {
			return true
		}
	}
	return false
}

// launch is the request of a scenario; fails puts a step behind it that fails.
func (s *scenario) launch(w *world, key string, fails bool) engine.Launch {
	in := engine.Inputs{}
	for k, v := range s.inputs {
		in[k] = strings.NewReplacer("$droplet", strconv.FormatInt(w.droplet, 10), "$firewall", w.wall, "$ip", w.ip, "$image", strconv.FormatInt(w.image, 10), "$volume", w.volume, "$copy", w.copyID).Replace(v)
	}
	l := engine.Launch{Kind: s.kind, Inputs: in, Key: key}
	switch {
	case fails && s.steps == nil: // a kind that makes its list
		l.Kind += thenFails
	case fails:
		l.Kind = "adhoc"
	}
	if l.Kind == "adhoc" {
		l.Steps = append([]string(nil), s.steps...)
		if fails {
			l.Steps = append(l.Steps, "fail")
		}
	}
	return l
}

func rec(kind, name, data string, ttl int) dosim.Record {
	return dosim.Record{Type: kind, Name: name, Data: data, TTL: ttl}
}

func mx(name, data string, priority, ttl int) dosim.Record {
	return dosim.Record{Type: "MX", Name: name, Data: data, Priority: priority, TTL: ttl}
}

func list(records ...dosim.Record) []dosim.Record { return records }

// fields are inputs written as "name=value name=value"; values have no blanks.
func fields(text string) map[string]string {
	in := map[string]string{}
	for f := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(f, "=")
		in[name] = value
	}
	return in
}

// upsert and remove are scenarios of the DNS kinds at the name app.
func upsert(name, in string, before, after []dosim.Record) *scenario {
	return &scenario{
		name: "upsert " + name, kind: "upsert_dns_record", steps: []string{"upsert_dns_record"}, places: "app",
		inputs: dns(in), before: before, after: after,
	}
}

func remove(name, in string, before, after []dosim.Record) *scenario {
	return &scenario{
		name: "delete " + name, kind: "delete_dns_record", steps: []string{"delete_dns_record"}, places: "app",
		inputs: dns(in), before: before, after: after,
	}
}

// dns spells the DNS inputs short: "type=A" for dns_record_type.
func dns(text string) map[string]string {
	in := map[string]string{"dns_domain": zone, "dns_record_name": "app"}
	for k, v := range fields(text) {
		scope, bare, scoped := strings.Cut(k, ":")
		if !scoped {
			in["dns_record_"+k] = v
			continue
		}
		in[scope+":dns_record_"+bare] = v
	}
	return in
}
