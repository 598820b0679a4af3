package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

const inResource = "resource"

// Outcomes of the steps that only change what is accounted for.
const (
	keyResource = "resource_before" // what a step that writes a resource has found in the store

	outcomeAccepted  = "accepted"
	outcomeForgotten = "forgotten"
	outcomeAdopted   = "adopted"
)

// Reasons for which a step that is about a resource fails.
const (
	errUnaccounted = engine.Reason("not_accounted_for")
	errTaken       = engine.Reason("accounted_for_already")
	errGone        = engine.Reason("gone_at_the_provider")
	errUnwritable  = engine.Reason("cannot_be_written_back")
)

// onlyTheLedger is the note of a plan that writes nothing at the provider.
const onlyTheLedger = "nothing is written at the provider"

// held is what the steps about one resource share: the resource is named by its key, as in dns_record/123.
type held struct {
	inventory Inventory
	ledger    Ledger
}

// Inputs declares the resource.
func (h held) Inputs() []engine.Field {
	return []engine.Field{{
		Name: inResource, Label: "Resource", Type: engine.TextField, Required: true, Check: checkResource, Options: h.options,
		Help: "type and id of what a saga accounts for, as in dns_record/123",
	}}
}

func checkResource(value string, _ engine.Inputs) error {
	kind, id, _ := strings.Cut(value, "/")
	if t, known := resourceTypes[kind]; !known || !t.idOK(id) {
		return fmt.Errorf("%q is not a resource: write it like %s/123 or %s/123", visible.Short(value, 60), dnsResource, snapshotResource)
	}
	return nil
}

func (h held) options(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	all, err := h.ledger.Resources(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]engine.Option, 0, len(all))
	for _, r := range all {
		out = append(out, engine.Option{
			Value: r.Key(), Label: visible.Text(r.Name), Detail: visible.Short(fmt.Sprintf("%s  version %d of saga %s", r.Key(), r.SpecVersion, r.SagaID.Short()), 80),
		})
	}
	return out, nil
}

// resource reads the resource that the inputs name.
func (h held) resource(ctx context.Context, in engine.Inputs) (engine.Resource, error) {
	key := in[inResource]
	if err := checkResource(key, in); err != nil {
		return engine.Resource{}, named(inResource, err)
	}
	r, found, err := accounted(ctx, h.ledger, key)
	if err != nil {
		return r, fmt.Errorf("read resource %s: %w", key, err)
	}
	if !found {
		return r, fmt.Errorf("%w: no saga accounts for %s: `arcadia resources` shows what there is", errUnaccounted, key)
	}
	return r, nil
}

// begin is the resource as the first attempt of the row has found it, guarded by the saga's locks.
func (h held) begin(ctx context.Context, s *engine.State) (r engine.Resource, err error) {
	if begun, err := s.Saved(keyResource, &r); err != nil || begun {
		return r, err
	}
	if r, err = h.resource(ctx, s.Inputs()); err != nil {
		return r, err
	}
	if err := guarded(ctx, h.ledger, s.Saga(), r); err != nil {
		return r, err
	}
	s.Put(keyResource, r)
	return r, nil
}

// Locks are those of the sagas that write the thing itself. A launch reads them after its target, which refuses a resource
// that is not there.
func (h held) Locks(ctx context.Context, in engine.Inputs) ([]string, error) {
	r, err := h.resource(ctx, in)
	if err != nil {
		return nil, err
	}
	return resourceLocks(r), nil
}

// Target is the resource's name, "TXT _acme.example.com". A resource that no saga accounts for refuses the launch.
func (h held) Target(ctx context.Context, in engine.Inputs) (string, error) {
	r, err := h.resource(ctx, in)
	return visible.Text(r.Name), err
}

// free refuses a provider's id that another resource has already.
func (h held) free(ctx context.Context, r engine.Resource, id string) error {
	other := engine.Resource{Type: r.Type, ExternalID: id}
	if other.ExternalID == r.ExternalID {
		return nil
	}
	_, taken, err := accounted(ctx, h.ledger, other.Key())
	if err == nil && taken {
		err = fmt.Errorf("%w: %s is there as %s, which is a resource of its own: forget %s", errTaken, visible.Text(r.Name), other.Key(), r.Key())
	}
	return err
}

// copyNote is what the store knows of a copy that the provider does not.
type copyNote struct {
	Verified engine.Time `json:"verified_at,omitzero"` // when it was last found sound; zero: never
	Keep     bool        `json:"keep,omitempty"`       // it is never pruned
}

// noteOf is what the store knows of a copy.
func noteOf(r engine.Resource) (copyNote, error) {
	var note copyNote
	if err := json.Unmarshal(r.Spec, &note); err != nil {
		return note, fmt.Errorf("read what is known of %s: %w", visible.Text(r.Name), err)
	}
	return note, nil
}
