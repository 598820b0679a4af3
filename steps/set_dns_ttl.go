package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"arcadia/engine"
)

// SetDNSTTL gives all records of one name and type another TTL, and leaves what they say alone.
type SetDNSTTL struct{ dnsWriter }

// NewSetDNSTTL makes the step over the zones of a provider and a store.
func NewSetDNSTTL(zones Zones, ledger Ledger) SetDNSTTL { return SetDNSTTL{dnsWriter{zones, ledger}} }

// keyOldTTLEnd is put by the step: when nobody has an answer with the former TTL any more.
const keyOldTTLEnd = "old_ttl_ends"

// Name is "set_dns_ttl".
func (SetDNSTTL) Name() string { return "set_dns_ttl" }

// Inputs declares the records and their TTL.
func (t SetDNSTTL) Inputs() []engine.Field {
	return append(placeFields(t.zones), engine.Field{
		Name: inTTL, Label: "TTL", Type: engine.IntField, Required: true, Check: within(minTTL, maxTTL),
		Help: "seconds, at least 30; all records of one name and type share it",
	})
}

// Outputs is when the former TTL is over.
func (SetDNSTTL) Outputs(engine.Inputs) []engine.Output {
	return []engine.Output{{Key: keyOldTTLEnd, What: "when the former TTL is over"}}
}

// Locks names the domain and the records' name.
func (SetDNSTTL) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return dnsLocks(in), nil
}

// planner decides the writes: one of the records is written, and the provider moves the others along.
func (t SetDNSTTL) planner(zone string, r Record, ttl int) planner {
	return func(ctx context.Context, live []Record) (change, error) {
		set, _, _ := at(zone, r.Name, r.Type, live)
		if len(set) == 0 {
			return change{}, fmt.Errorf("%w: nothing is at %s: there is no TTL to set", errNoSuch, r.title(zone))
		}
		first := set[0] // whose TTL is another, if there is one: the provider may not have moved all along
		if i := slices.IndexFunc(set, func(r Record) bool { return r.TTL != ttl }); i >= 0 {
			first = set[i]
		}
		sent, err := t.sentFor(ctx, zone, live)
		if err != nil {
			return change{}, err
		}
		w := want{zone: zone, mode: modeSingle, sent: sent}
		was := exactly(w.seen(first))
		was.ID = first.ID
		w.was, w.rec = &was, exactly(w.seen(first))
		w.rec.TTL, w.rec.ID = ttl, 0
		return w.plan(live)
	}
}

// reads the inputs.
func (SetDNSTTL) wanted(in engine.Inputs) (zone string, r Record, ttl int, err error) {
	zone, about, err := about(in)
	if err != nil {
		return zone, about.Record, 0, err
	}
	ttl, err = strconv.Atoi(in[inTTL])
	return zone, about.Record, ttl, named(inTTL, err)
}

// Target is "A www.example.com". A domain that does not exist refuses the launch, and so does a token known to lack a scope.
func (t SetDNSTTL) Target(ctx context.Context, in engine.Inputs) (string, error) {
	zone, r, ttl, err := t.wanted(in)
	if err != nil {
		return "", t.explained(ctx, in, err)
	}
	return t.target(ctx, zone, r, t.planner(zone, r, ttl))
}

// Plan says what Execute would write now.
func (t SetDNSTTL) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	zone, r, ttl, err := t.wanted(in)
	if err != nil {
		return engine.Change{}, err
	}
	c, err := t.planned(ctx, zone, r.Name, t.planner(zone, r, ttl))
	if err != nil {
		return engine.Change{}, err
	}
	return c.show(r), nil
}

// Execute puts what an upsert puts, and old_ttl_ends.
func (t SetDNSTTL) Execute(ctx context.Context, s *engine.State) error {
	zone, r, ttl, err := t.wanted(s.Inputs())
	if err != nil {
		return err
	}
	c, _, err := t.execute(ctx, s, zone, r.Name, t.planner(zone, r, ttl))
	if err != nil {
		return err
	}
	former := ttl
	for _, b := range c.Before {
		if b.Type == r.Type {
			former = b.TTL
		}
	}
	s.Put(keyOldTTLEnd, engine.At(time.Now().Add(time.Duration(former)*time.Second)))
	c.Ops = slices.Clone(c.Ops)
	for i := range c.Ops {
		c.Ops[i].ID = 0 // several values: none of them belongs to this saga more than the others, and each keeps its owner
	}
	return t.neighbors(ctx, s, c)
}

// Compensate gives the records their former TTL.
func (t SetDNSTTL) Compensate(ctx context.Context, s *engine.State) error {
	return t.compensate(ctx, s)
}

// DescribeUndo says what Compensate would do.
func (t SetDNSTTL) DescribeUndo(s *engine.State) string { return t.undoText(s) }
