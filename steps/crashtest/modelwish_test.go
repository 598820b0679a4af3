package crashtest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
)

// line is a record as the model keeps it: what it says, without an id.
type line struct {
	kind, data string
	ttl        int
}

// wish is what one saga of the model is to do to one name, and to a droplet.
type wish struct {
	name    string // of the records; empty: none
	del     bool
	want    line
	mode    string
	droplet int64 // to take a snapshot of; 0: none
	doomed  bool  // a failing step follows
	waits   bool  // for the operator, when a step has failed

	about  string // the resource that it is about, of one of the kinds that are
	kind   string // then
	erases string // the name of the snapshot that it deletes
}

const setTTL = 300 // of every record at the names with several

// drawWish makes up a saga. At solo names there is one record of a type; at set names several, all with one TTL.
func drawWish(rng *rand.Rand, droplets []int64) wish {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	w := wish{doomed: rng.IntN(5) == 0, waits: rng.IntN(5) == 0}
	if rng.IntN(4) == 0 {
		w.droplet = droplets[rng.IntN(len(droplets))]
		if rng.IntN(2) == 0 {
			return w
		}
	}
	if rng.IntN(3) == 0 {
		w.name, w.want = "set", line{"TXT", pick("one", "two", "three"), setTTL}
		switch rng.IntN(4) {
		case 0:
			w.mode = "replace"
		case 1:
			w.del, w.mode = true, "single"
		case 2:
			w.del, w.mode, w.want.data = true, "all", ""
		default:
			w.mode = "add"
		}
		return w
	}
	w.name = pick("solo-a", "solo-b")
	switch w.want.kind = pick("A", "A", "TXT", "CNAME"); w.want.kind {
	case "A":
		w.want.data = pick("192.0.2.1", "192.0.2.2")
	case "TXT":
		w.want.data = pick("x", "y")
	default:
		w.want.data = pick("a.example.net", "b.example.net")
	}
	w.want.ttl = []int{60, 900}[rng.IntN(2)]
	w.mode = pick("single", "replace")
	if rng.IntN(3) == 0 {
		w.del, w.mode, w.want.data = true, "all", ""
	}
	return w
}

// launch is the wish as a request.
func (w wish) launch(key string) engine.Launch {
	l := engine.Launch{Kind: "adhoc", Key: key, Inputs: engine.Inputs{}}
	if w.waits {
		waits(&l)
	}
	if w.kind != "" {
		l.Steps, l.Inputs = []string{w.kind}, engine.Inputs{"resource": w.about}
		if w.erases != "" {
			l.Inputs = engine.Inputs{"snapshot": strings.TrimPrefix(w.about, "droplet_snapshot/")}
		}
	}
	if w.droplet != 0 {
		l.Steps = append(l.Steps, "create_droplet_snapshot")
		l.Inputs["droplet_id"] = strconv.FormatInt(w.droplet, 10)
	}
	if w.name != "" {
		step := "upsert_dns_record"
		if w.del {
			step = "delete_dns_record"
		} else {
			l.Inputs["dns_record_ttl"] = strconv.Itoa(w.want.ttl)
		}
		l.Steps = append(l.Steps, step)
		l.Inputs["dns_domain"], l.Inputs["dns_record_name"], l.Inputs["dns_record_type"], l.Inputs["dns_record_mode"] = zone, w.name, w.want.kind, w.mode
		if w.want.data != "" {
			l.Inputs["dns_record_data"] = w.want.data
		}
	}
	if w.doomed {
		l.Steps = append(l.Steps, "fail")
	}
	return l
}

// on is what the wish makes of the lines at its name, or false when it must refuse. It owes nothing to the steps.
func (w wish) on(lines []line) ([]line, bool) {
	var same, rest []line
	rivals := false
	for _, l := range lines {
		switch {
		case l.kind == w.want.kind:
			same = append(same, l)
			continue
		case l.kind == "CNAME" || w.want.kind == "CNAME":
			rivals = true
			if w.del {
				rest = append(rest, l)
			}
			continue
		}
		rest = append(rest, l)
	}
	equal := func(l line) bool { return l.data == w.want.data }
	switch {
	case w.del && w.want.data != "":
		return append(rest, slices.DeleteFunc(same, equal)...), true
	case w.del:
		return rest, true
	case w.mode == "replace":
		return append(rest, w.want), true
	case rivals:
		return nil, false
	case w.mode == "add" && slices.ContainsFunc(same, equal):
		return lines, true // one TTL for all of them
	case w.mode == "add":
		return append(slices.Concat(rest, same), w.want), true
	case len(same) > 1:
		return nil, false
	}
	return append(rest, w.want), true
}
