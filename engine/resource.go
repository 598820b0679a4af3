package engine

import (
	"encoding/json"
	"strings"
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

// under is the resource with the given key instead of its own.
func (r *Resource) under(key string) *Resource {
	if r == nil {
		return nil
	}
	moved := *r
	moved.ExternalID = strings.TrimPrefix(key, r.Type+"/")
	return &moved
}
