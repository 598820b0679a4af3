package steps

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// ForgetResource ends the account of a resource. The thing itself stays at the provider as it is.
type ForgetResource struct{ held }

// NewForgetResource makes the step over a store.
func NewForgetResource(ledger Ledger) ForgetResource { return ForgetResource{held{ledger: ledger}} }

// Name is "forget_resource".
func (ForgetResource) Name() string { return "forget_resource" }

// Plan says what is accounted for no more.
func (f ForgetResource) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	r, err := f.resource(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	return engine.Change{
		Action: engine.ActUpdate, Subject: visible.Text(r.Name), Fields: []engine.FieldChange{{Name: "accounted for", From: "yes", To: "no"}},
		Note: "it stays as it is, and is not looked at any more: " + onlyTheLedger, Undo: f.again(r),
	}, nil
}

// Execute puts outcome (forgotten) and resource_before.
func (f ForgetResource) Execute(ctx context.Context, s *engine.State) error {
	r, err := f.begin(ctx, s)
	if err != nil {
		return err
	}
	s.Put(keyOutcome, outcomeForgotten)
	s.Withdraw(r.Type, r.ExternalID)
	return nil
}

// Compensate has nothing to write: the engine brings the resource back.
func (ForgetResource) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says what is accounted for again.
func (f ForgetResource) DescribeUndo(s *engine.State) string {
	var r engine.Resource
	if ok, _ := s.Saved(keyResource, &r); !ok {
		return nothingToUndo
	}
	return f.again(r)
}

func (ForgetResource) again(r engine.Resource) string {
	return fmt.Sprintf("accounts for %s again, as in version %d", visible.Text(r.Name), r.SpecVersion)
}
