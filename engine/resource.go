package engine

import (
	"encoding/json"
	"fmt"
)

// Resource is a thing in the cloud that a saga provisioned, with the state we want it in.
type Resource struct {
	Type        string          `json:"type"` // droplet_snapshot, dns_record
	ExternalID  string          `json:"external_id"`
	Name        string          `json:"name"`
	Spec        json.RawMessage `json:"spec"`         // the desired state
	SpecVersion int             `json:"spec_version"` // +1 per change
	SagaID      ID              `json:"saga_id"`      // last writer
	CreatedAt   Time            `json:"created_at"`
	UpdatedAt   Time            `json:"updated_at"`
}

// Key identifies a resource in the store.
func (r Resource) Key() string { return r.Type + "/" + r.ExternalID }

// ResourceChange takes one resource from Before to After. A nil Before creates it, a nil After removes it.
type ResourceChange struct {
	Before *Resource `json:"before,omitempty"`
	After  *Resource `json:"after,omitempty"`
}

// Key identifies the resource that changes.
func (c ResourceChange) Key() string {
	if c.After != nil {
		return c.After.Key()
	}
	return c.Before.Key()
}

// reversed is the change that takes it back.
func (c ResourceChange) reversed() ResourceChange {
	return ResourceChange{Before: c.After, After: c.Before}
}

// undoable refuses the undo of a saga whose resources a later one has written: that one must be undone first.
func (r *run) undoable(s *Saga) error {
	for i := range s.Rows {
		for _, c := range s.Rows[i].Resources {
			now, err := r.resource(c.Key())
			if err != nil {
				return err
			}
			if now != nil && now.SagaID != r.id {
				return fmt.Errorf("%w: saga %s has changed %s since: roll that one back first", ErrRefused, now.SagaID.Short(), now.Name)
			}
		}
	}
	return nil
}
