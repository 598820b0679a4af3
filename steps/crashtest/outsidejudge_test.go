package crashtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"arcadia/steps/dosim"
)

// group is the records of one name and type: they share a TTL.
type group struct{ name, kind string }

// picture is what is there: records by group, snapshots by name, and the estate.
type picture map[group][]dosim.Record

// look is the zone now, and all else as if it were records.
func (o *outside) look() picture {
	p := picture{}
	for _, r := range o.sim.Zone(zone) {
		if r.Type != "SOA" && r.Type != "NS" {
			g := group{r.Name, r.Type}
			p[g] = append(p[g], r)
		}
	}
	for _, s := range o.sim.Snapshots() {
		g := group{s.Name, "snapshot"}
		p[g] = append(p[g], dosim.Record{ID: s.ID, Data: s.Name})
	}
	o.survey(p)
	return p
}

func (p picture) String() string {
	var parts []string
	for _, g := range slices.SortedFunc(maps.Keys(p), compareGroups) {
		parts = append(parts, fmt.Sprintf("%s %s %v", g.name, g.kind, p.says(g, true)))
	}
	return strings.Join(parts, "; ")
}

func compareGroups(a, b group) int {
	return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.kind, b.kind))
}

// says is what the records of a group say, sorted; with or without their ids.
func (p picture) says(g group, ids bool) []string {
	var out []string
	for _, r := range p[g] {
		text := fmt.Sprintf("%s %d ttl %d", r.Data, r.Priority, r.TTL)
		if ids {
			text += fmt.Sprintf(" (%d)", r.ID)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// groups are all that either picture has.
func groups(pictures ...picture) []group {
	all := map[group]bool{}
	for _, p := range pictures {
		for g := range p {
			all[g] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), compareGroups)
}

func (o *outside) same(a, b picture, when string) {
	for _, g := range groups(a, b) {
		if !slices.Equal(a.says(g, false), b.says(g, false)) {
			o.wrong("%s: %s %s was %v and is %v", when, g.name, g.kind, a.says(g, true), b.says(g, true))
		}
	}
}

// judge looks at one successful undo and at all that was tried for it: what the saga wrote and nobody wrote since is as before, what somebody wrote since
// stands, and nothing else has changed. Where the saga wrote nothing each try is looked at by itself, since a stranger may have written between two.
func (o *outside) judge(d *deed, tries []try) {
	before, last, after := tries[0].before, tries[len(tries)-1].before, tries[len(tries)-1].after
	for _, g := range groups(d.before, d.after, before, after) {
		was, wrote, now, then := d.before.says(g, false), d.after.says(g, false), before.says(g, false), after.says(g, false)
		switch {
		case slices.Equal(d.before.says(g, true), d.after.says(g, true)): // what it deleted and made again it has written
			for _, t := range tries {
				if now, then := t.before.says(g, false), t.after.says(g, false); !slices.Equal(now, then) && !o.echoed(d, g) {
					o.wrong("undoing %s, which wrote nothing at %s %s, made %v of %v", d.id.Short(), g.name, g.kind, then, now)
				}
			}
		case slices.Equal(now, wrote) && !o.touched(g, d.from):
			if !slices.Equal(then, was) {
				o.wrong("%s found %v at %s %s, wrote %v, and its undo made %v of %v", d.id.Short(), was, g.name, g.kind, wrote, then, now)
			}
		case !o.touched(g, d.from):
			o.wrong("%s was undone at %s %s, where it had written %v and %v stands, which nobody but other sagas wrote", d.id.Short(), g.name, g.kind, wrote, now)
		}
	}
	for _, e := range o.foreign { // what a stranger wrote after the saga had ended stands
		if e.at < d.to || e.id == 0 {
			continue
		}
		if slices.ContainsFunc(d.after[e.group], func(r dosim.Record) bool { return r.ID == e.id && r.Data == e.data }) {
			continue // it says what the saga had made of this very record: nobody can tell whose it is
		}
		if e.was != "" && strings.Contains(d.text, " "+e.data+" ") {
			continue // likewise, of a record that has moved since or in an earlier step
		}
		stood := slices.ContainsFunc(last[e.group], func(r dosim.Record) bool { return r.ID == e.id && r.Data == e.data })
		stands := slices.ContainsFunc(after[e.group], func(r dosim.Record) bool { return r.ID == e.id && r.Data == e.data })
		if stood && !stands {
			o.wrong("undoing %s took record %d %s away, which a stranger wrote at %d", d.id.Short(), e.id, e.data, e.at)
		}
	}
}

// echoed reports whether a stranger has since given a record of the group a value that the saga itself had given one in between:
// nobody can tell whose it is.
func (o *outside) echoed(d *deed, g group) bool {
	return slices.ContainsFunc(o.foreign, func(e edit) bool {
		return e.group == g && e.at >= d.from && e.data != "" && strings.Contains(d.text, " "+e.data+" ")
	})
}

// touched reports whether a stranger, or an operator who accepted what is left, has had a hand in a name since then.
func (o *outside) touched(g group, since int) bool {
	for _, e := range o.foreign {
		if e.group.name == g.name && e.at >= since {
			return true
		}
	}
	return false
}

// excused reports whether a stranger has written at a name where the saga wrote, or for which it was launched: it may have
// taken back in one step what it wrote in another.
func (o *outside) excused(d *deed) bool {
	for _, g := range groups(d.before, d.after) {
		if !slices.Equal(d.before.says(g, false), d.after.says(g, false)) && o.touched(g, d.from) {
			return true
		}
	}
	return slices.ContainsFunc(o.foreign, func(e edit) bool { return e.at >= d.from && strings.Contains(d.text, " "+e.group.name+" ") })
}

// twins looks for exact duplicates. Strangers do not make them, and none is there at the start.
func (o *outside) twins() {
	for g, list := range o.look() {
		seen := map[string]int64{}
		for _, r := range list {
			text := fmt.Sprintf("%s %d", r.Data, r.Priority)
			if other, twice := seen[text]; twice {
				o.wrong("%s %s says %s twice (%d, %d)", g.name, g.kind, r.Data, other, r.ID)
			}
			seen[text] = r.ID
		}
	}
}

// end compares what is left when everything is rolled back with the beginning.
func (o *outside) end() {
	now := o.look()
	for _, g := range groups(o.start, now) {
		if !o.touched(g, 0) {
			if !slices.Equal(o.start.says(g, false), now.says(g, false)) {
				o.wrong("all is rolled back, and %s %s is %v, it was %v", g.name, g.kind, now.says(g, true), o.start.says(g, true))
			}
			continue
		}
		for _, r := range o.start[g] { // what was there before any saga and that nobody else has removed is there
			if !o.meant(g, r.Data) && !slices.ContainsFunc(now[g], func(n dosim.Record) bool { return n.Data == r.Data }) && !o.spokenOf(g) {
				o.wrong("all is rolled back, and %s %s has lost %s: %v", g.name, g.kind, r.Data, now.says(g, true))
			}
		}
		for _, r := range now[g] { // what is there was there before, or is a stranger's
			if !o.meant(g, r.Data) && !slices.ContainsFunc(o.start[g], func(n dosim.Record) bool { return n.Data == r.Data }) && !o.spokenOf(g) {
				o.wrong("all is rolled back, and %s %s is left at %s %s", r.Data, g.kind, g.name, now.says(g, true))
			}
		}
	}
}

// meant reports whether a stranger has written, changed or removed this value.
func (o *outside) meant(g group, data string) bool {
	return slices.ContainsFunc(o.foreign, func(e edit) bool { return e.group == g && (e.data == data || e.was == data) })
}

// spokenOf reports whether a saga that wrote at the name has said that it could not be undone.
func (o *outside) spokenOf(g group) bool {
	return slices.ContainsFunc(o.deeds, func(d *deed) bool {
		return d.spoken && slices.ContainsFunc(groups(d.before, d.after), func(h group) bool {
			return h.name == g.name && !slices.Equal(d.before.says(h, true), d.after.says(h, true))
		})
	})
}
