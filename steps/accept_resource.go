package steps

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// AcceptResource makes what is live the desired state of a resource. It writes nothing at the provider.
type AcceptResource struct{ held }

// NewAcceptResource makes the step over a provider and a store.
func NewAcceptResource(cloud Cloud, ledger Ledger) AcceptResource {
	return AcceptResource{held{Inventory{cloud: cloud, ledger: ledger}, ledger}}
}

// Name is "accept_resource".
func (AcceptResource) Name() string { return "accept_resource" }

// Plan shows what was wanted beside what is live.
func (a AcceptResource) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	r, err := a.resource(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	_, changes, err := a.live(ctx, r)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Action: engine.ActNone, Subject: "the desired state of " + visible.Text(r.Name), Undo: nothingToUndo}
	if len(changes) > 0 {
		c.Action, c.Fields, c.Note, c.Undo = engine.ActUpdate, changes, onlyTheLedger, a.before(r)
	}
	return c, nil
}

// live is the resource as it is at the provider, with what differs from what is wanted.
func (a AcceptResource) live(ctx context.Context, r engine.Resource) (engine.Resource, []engine.FieldChange, error) {
	raw, found, err := a.inventory.Observe(ctx, r)
	if err != nil {
		return r, nil, err
	}
	t := resourceTypes[r.Type] // Observe knows it
	if !found && !t.restores {
		return r, nil, fmt.Errorf("%w: %s is gone, and nothing brings it back: stop tracking it with forget_resource", errGone, visible.Text(r.Name))
	}
	if !found {
		return r, nil, fmt.Errorf("%w: %s is gone: bring it back with restore_resource, or stop tracking it with forget_resource", errGone, visible.Text(r.Name))
	}
	changes, err := a.inventory.Drift(r, raw)
	if err != nil || len(changes) == 0 {
		return r, nil, err
	}
	now, err := t.stays(r, raw)
	if err != nil {
		return r, nil, err
	}
	return now, changes, a.free(ctx, r, now.ExternalID)
}

// Execute puts outcome (accepted, noop), resource_before and resource_changes.
func (a AcceptResource) Execute(ctx context.Context, s *engine.State) error {
	r, err := a.begin(ctx, s)
	if err != nil {
		return err
	}
	now, changes, err := a.live(ctx, r)
	if err != nil {
		return verdict(ctx, err)
	}
	if len(changes) == 0 {
		s.Put(keyOutcome, outcomeNoop)
		return nil
	}
	s.Put(keyOutcome, outcomeAccepted)
	s.Put("resource_changes", changes)
	if now.Key() != r.Key() {
		s.Withdraw(r.Type, r.ExternalID)
	}
	s.Provision(now)
	return nil
}

// Compensate has nothing to write: the engine brings the former desired state back.
func (AcceptResource) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says which desired state comes back.
func (a AcceptResource) DescribeUndo(s *engine.State) string {
	var r engine.Resource
	var outcome string
	if ok, _ := s.Saved(keyOutcome, &outcome); !ok || outcome != outcomeAccepted {
		return nothingToUndo
	}
	if ok, _ := s.Saved(keyResource, &r); !ok {
		return nothingToUndo
	}
	return a.before(r)
}

func (AcceptResource) before(r engine.Resource) string {
	return fmt.Sprintf("wants %s as in version %d again; nothing is written at the provider", visible.Text(r.Name), r.SpecVersion)
}
