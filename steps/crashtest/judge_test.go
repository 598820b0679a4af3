package crashtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
	"arcadia/storage/bolt"
)

// afterwards is how long the provider is left alone after a saga came to rest: what was under way ends, and what is late
// appears.
const afterwards = time.Hour

// look goes through a store: invariants, structure of the file, acknowledged entries.
func look(a *acks, store *bolt.Store, when string) []string {
	ctx := context.Background()
	out := a.missing(ctx, store)
	found, err := engine.Check(ctx, store)
	if err != nil {
		out = append(out, "check: "+err.Error())
	}
	for _, v := range found {
		out = append(out, v.String())
	}
	report, err := store.Verify(ctx)
	if err != nil {
		out = append(out, "verify: "+err.Error())
	}
	out = append(out, report.Problems...)
	for i := range out {
		out[i] = when + ": " + out[i]
	}
	return out
}

// verdict looks at everything when a saga has come to rest and its engine has stopped.
func (o *operator) verdict(p *process, a *acks, out *outcome) []string {
	ctx := context.Background()
	time.Sleep(afterwards)
	wrong := look(a, p.store, "at rest")
	entries, err := p.store.Entries(ctx, o.id, 0)
	if err != nil {
		return append(wrong, err.Error())
	}
	final, err := engine.Fold(entries)
	if err != nil {
		return append(wrong, err.Error())
	}
	wrong = append(wrong, rules(entries)...)
	wrong = append(wrong, o.truth(final)...)
	wrong = append(wrong, o.world.said(final)...)
	resources, err := p.store.Resources(ctx)
	if err != nil {
		return append(wrong, err.Error())
	}
	wrong = append(wrong, o.books(final, o.world.read(resources))...)
	counts, err := p.store.Counts(ctx)
	if err != nil || counts.Total != 1+o.world.before {
		wrong = append(wrong, fmt.Sprintf("the one launch made %d sagas (%v)", counts.Total, err))
	}
	out.final = final.Status
	out.posts, out.writes = o.world.applied()
	out.kept = o.world.kept()
	return wrong
}

// said compares what a saga at rest says that its droplet is with what it is: a resize that died anywhere leaves the droplet on, at
// its old or its new size, and says which.
func (w *world) said(sg *engine.Saga) []string {
	var out []string
	now := strings.Fields(w.machineNow())
	for at, key := range []string{"droplet_status", "droplet_size"} {
		said, there := sg.Context[key]
		if is := strconv.Quote(now[min(at, len(now)-1)]); there && now[0] != "absent" && string(said) != is {
			out = append(out, fmt.Sprintf("it is %s and says %s=%s, which is %s", sg.Status, key, said, is))
		}
	}
	if slices.Contains(sg.StepNames, "resize_droplet") && len(now) == 2 && now[0] != "active" {
		out = append(out, "it is "+string(sg.Status)+" and its droplet is "+now[0])
	}
	return out
}

// truth compares the provider with what the saga says of itself.
func (o *operator) truth(sg *engine.Saga) []string {
	switch {
	case o.ends != nil && sg.Status == engine.Completed:
		return o.ends(o.world, sg)
	case o.final && sg.Status == engine.Completed:
		return append(o.world.zoneShould(o.scenario, o.after), o.world.erased()...)
	}
	if sg.Status == engine.Completed {
		out := o.world.zoneShould(o.scenario, o.after)
		out = append(out, o.world.fleetShould(o.machine, o.rules, o.made, o.moved)...)
		if o.snapshot {
			return append(out, o.world.snapshotsShould(sg.ID)...)
		}
		return append(out, o.world.snapshotsShould()...)
	}
	before := o.before
	if o.sets != nil {
		before = slices.DeleteFunc(slices.Clone(o.world.records), func(r dosim.Record) bool { return !o.at(r) })
	}
	out := append(o.world.zoneShould(o.scenario, before), o.world.fleetShould("", nil, 0, false)...)
	out = append(out, o.world.copiesShould(o.world.copies)...)
	return append(out, o.world.snapshotsShould()...)
}
