package crashtest

import (
	"context"
	"fmt"
	"time"

	"arcadia/engine"
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

// leave ends a process. When its saga came to rest the judge looks at everything.
func (o *operator) leave(p *process, a *acks, rest bool, out *outcome) error {
	if !rest {
		return p.end()
	}
	ctx := context.Background()
	p.cancel()
	runErr := <-p.over
	time.Sleep(afterwards)
	out.wrong = append(out.wrong, look(a, p.store, "at rest")...)
	sg, err := engine.New(p.store, engine.Config{})
	if err != nil {
		return err
	}
	final, err := sg.Saga(ctx, o.id)
	if err != nil {
		return err
	}
	out.final = final.Status
	out.wrong = append(out.wrong, o.truth(final)...)
	counts, err := p.store.Counts(ctx)
	if err != nil || counts.Total != 1 {
		out.wrong = append(out.wrong, fmt.Sprintf("the one launch made %d sagas (%v)", counts.Total, err))
	}
	out.posts, out.writes = o.world.applied()
	out.kept = o.world.kept()
	if err := p.store.Close(); err != nil {
		return err
	}
	return runErr
}

// truth compares the provider with what the saga says of itself.
func (o *operator) truth(sg *engine.Saga) []string {
	if sg.Status == engine.Completed {
		out := o.world.zoneShould(o.scenario, o.after)
		if o.snapshot {
			return append(out, o.world.snapshotsShould(sg.ID)...)
		}
		return append(out, o.world.snapshotsShould()...)
	}
	return append(o.world.zoneShould(o.scenario, o.before), o.world.snapshotsShould()...)
}
