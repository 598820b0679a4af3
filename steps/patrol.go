package steps

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/visible"
)

const (
	patrolAge    = 15 * time.Minute // a finding older than this is looked for again
	patrolAgain  = 5 * time.Minute  // and one that could not be made, already after this
	patrolPause  = time.Minute      // between two looks at what is due, for which nobody but the store is asked
	patrolSpare  = 1250             // requests of the hour that are left to sagas and people: a quarter of the provider's 5,000
	listingPage  = 200              // records on one page of a listing
	patrolErrors = 5                // failures that one answer names
)

// Patrol looks at all resources now and then, and keeps what it found. One request is on its way at a time. All methods
// are safe for concurrent use.
type Patrol struct {
	inventory Inventory
	resources func(ctx context.Context) ([]engine.Resource, error)
	allowance func() int
	turn      chan struct{}  // holds one token: whoever has it looks
	sizes     map[string]int // records of a domain at its last listing; of whoever has the turn

	mu      sync.Mutex // guards the fields below; a leaf
	found   map[string]finding
	changed chan struct{} // closed at the next change
}

// finding is what a look found, and of which version of the resource.
type finding struct {
	drift   estate.Drift
	version int
	written engine.Time
}

func (f finding) of(r engine.Resource) bool {
	return f.version == r.SpecVersion && f.written.Equal(r.UpdatedAt.Time)
}

// NewPatrol makes a patrol that has found nothing yet. resources reads what there is to look at; allowance says how many
// requests are left this hour, without a request of its own.
func NewPatrol(inventory Inventory, resources func(ctx context.Context) ([]engine.Resource, error), allowance func() int) *Patrol {
	return &Patrol{
		inventory: inventory, resources: resources, allowance: allowance, turn: make(chan struct{}, 1),
		sizes: map[string]int{}, found: map[string]finding{}, changed: make(chan struct{}),
	}
}

// Run looks at every resource at once and then every 15 minutes, at one that was written since within a minute, until ctx
// ends. It leaves a quarter of the hour's requests to others: what it passes over for that is NotChecked and says so.
func (p *Patrol) Run(ctx context.Context) {
	for {
		_ = p.look(ctx, nil, false) // what failed is a finding
		if pause(ctx, patrolPause) != nil {
			return
		}
	}
}

// Drifts is what was last found, by resource key. A resource that was never looked at is not in it. It makes no request;
// the map is the caller's.
func (p *Patrol) Drifts() map[string]estate.Drift {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[string]estate.Drift, len(p.found))
	for key, f := range p.found {
		out[key] = f.drift
	}
	return out
}

// Changed returns a channel that is closed when Drifts changes next. Whoever waits on it asks for another one afterwards,
// and reads Drifts after asking.
func (p *Patrol) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Check looks at the resources with these keys now, or at all of them when no key is given; it waits for a look that is
// under way. What it found is in Drifts when it returns. The error says what could not be looked at and why.
func (p *Patrol) Check(ctx context.Context, keys ...string) error {
	return p.look(ctx, keys, true)
}

// look makes one round: at the resources with the given keys, or at those that are due, or at all.
func (p *Patrol) look(ctx context.Context, keys []string, asked bool) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	all, err := p.resources(ctx)
	if err != nil {
		return fmt.Errorf("read the resources: %w", err)
	}
	p.forget(all)
	byKey := map[string]engine.Resource{}
	for _, r := range all {
		byKey[r.Key()] = r
	}
	var errs []error
	for _, key := range keys {
		r, ok := byKey[key]
		if !ok {
			errs = append(errs, fmt.Errorf("%w: no saga accounts for %s", errUnaccounted, visible.Short(key, 60)))
			continue
		}
		errs = append(errs, p.one(ctx, r, 0))
	}
	if len(keys) == 0 {
		for _, g := range p.groups(all, asked) {
			errs = append(errs, p.group(ctx, g)...)
		}
	}
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if n := len(errs) - patrolErrors; n > 0 {
		errs = append(errs[:patrolErrors], fmt.Errorf("and %d more", n))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(errs...)
}

// forget drops what was found of resources that are gone.
func (p *Patrol) forget(all []engine.Resource) {
	live := map[string]bool{}
	for _, r := range all {
		live[r.Key()] = true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.found)
	maps.DeleteFunc(p.found, func(key string, _ finding) bool { return !live[key] })
	if len(p.found) != n {
		p.tell()
	}
}

// tell wakes whoever waits for a change. Call with mu held.
func (p *Patrol) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// due reports whether it is time to look at a resource.
func (p *Patrol) due(r engine.Resource) bool {
	p.mu.Lock()
	f, ok := p.found[r.Key()]
	p.mu.Unlock()
	age := patrolAge
	if f.drift.State == estate.NotChecked {
		age = patrolAgain
	}
	return !ok || !f.of(r) || time.Since(f.drift.CheckedAt.Time) >= age
}

// groups are the resources that one listing can answer for, of which at least one is due; all groups when all is asked for.
func (p *Patrol) groups(all []engine.Resource, everything bool) [][]engine.Resource {
	by := map[string][]engine.Resource{}
	due := map[string]bool{}
	for _, r := range all {
		name := r.Type + "/" + groupOf(r)
		by[name] = append(by[name], r)
		due[name] = due[name] || everything || p.due(r)
	}
	var out [][]engine.Resource
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if due[name] {
			out = append(out, by[name])
		}
	}
	return out
}

// group looks at resources that share a listing.
func (p *Patrol) group(ctx context.Context, g []engine.Resource) []error {
	compare := p.listed(ctx, g)
	var errs []error
	for _, r := range g {
		if ctx.Err() != nil {
			return errs
		}
		if compare != nil {
			if d, sure := compare(r); sure {
				p.keep(ctx, r, d)
				continue
			}
		}
		errs = append(errs, p.one(ctx, r, patrolSpare))
	}
	return errs
}

// groupOf is what of a resource says which listing has it.
func groupOf(r engine.Resource) string {
	if t := resourceTypes[r.Type]; t.group != nil {
		return t.group(r)
	}
	return ""
}

// listed answers for the resources of a group from one listing, as far as that can be believed: it may be some seconds
// old, so that a drift is looked at again. Nil when a look at each costs no more, or when the listing failed.
func (p *Patrol) listed(ctx context.Context, g []engine.Resource) func(engine.Resource) (estate.Drift, bool) {
	t, name := resourceTypes[g[0].Type], groupOf(g[0])
	if t.list == nil || t.group != nil && name == "" {
		return nil
	}
	if len(g) <= max(1, (p.sizes[name]+listingPage-1)/listingPage) || p.allowance() < patrolSpare {
		return nil
	}
	now := engine.At(time.Now())
	all, err := t.list(p.inventory, ctx, name)
	switch {
	case err != nil:
		return nil
	case all.gone:
		return func(engine.Resource) (estate.Drift, bool) {
			return estate.Drift{State: estate.Deleted, CheckedAt: now}, true
		}
	}
	p.sizes[name] = all.n
	return func(r engine.Resource) (estate.Drift, bool) {
		thing, found := all.at(r)
		if !found {
			return estate.Drift{}, false
		}
		live, err := json.Marshal(thing)
		if err != nil {
			return estate.Drift{}, false
		}
		changes, err := p.inventory.Drift(r, live)
		return estate.Drift{State: estate.InSync, Live: live, CheckedAt: now}, err == nil && len(changes) == 0
	}
}

// one looks at one resource, unless fewer requests than spare are left.
func (p *Patrol) one(ctx context.Context, r engine.Resource, spare int) error {
	if left := p.allowance(); left < spare {
		d := estate.Drift{State: estate.NotChecked, CheckedAt: engine.At(time.Now()), Note: fmt.Sprintf("%d requests are left this hour, which are kept for sagas and people", max(0, left))}
		p.keep(ctx, r, d)
		return errors.New("look at " + visible.Text(cmp.Or(r.Name, r.Key())) + ": " + d.Note)
	}
	d, err := p.inventory.Check(ctx, r)
	p.keep(ctx, r, d)
	return err
}

// keep remembers what was found of a resource, unless the look was cut off.
func (p *Patrol) keep(ctx context.Context, r engine.Resource, d estate.Drift) {
	if ctx.Err() != nil {
		return
	}
	d.Cures = Cures(r.Type, d.State)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found[r.Key()] = finding{d, r.SpecVersion, r.UpdatedAt}
	p.tell()
}
