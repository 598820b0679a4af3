package steps

import (
	"context"
	"encoding/json"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/visible"
)

// Cures are the verbs that can do something about a resource of the type in this state: restore, accept, forget. A deleted
// snapshot cannot be written back, and that it is gone cannot be wanted.
func Cures(resourceType string, s estate.State) []string {
	switch restores := resourceTypes[resourceType].restores; {
	case s == estate.Deleted && !restores:
		return []string{"forget"}
	case s == estate.Deleted:
		return []string{"restore", "forget"}
	case s == estate.Modified && !restores:
		return []string{"accept", "forget"}
	case s == estate.Modified:
		return []string{"restore", "accept", "forget"}
	}
	return nil
}

// Check looks at a resource now and compares it with its desired state. When it could not be looked at the state is
// NotChecked and the error says why.
func (i Inventory) Check(ctx context.Context, r engine.Resource) (estate.Drift, error) {
	d, err := i.look(ctx, r)
	d.Cures = Cures(r.Type, d.State)
	return d, err
}

func (i Inventory) look(ctx context.Context, r engine.Resource) (estate.Drift, error) {
	d := estate.Drift{State: estate.NotChecked, CheckedAt: engine.At(time.Now())}
	live, found, err := i.Observe(ctx, r)
	if err == nil && found {
		d.Changes, err = i.Drift(r, live)
	}
	switch {
	case err != nil:
		d.Note = visible.Short(err.Error(), 300)
		return d, err
	case !found:
		d.State = estate.Deleted
		return d, nil
	case len(d.Changes) > 0:
		d.State = estate.Modified
	default:
		d.State = estate.InSync
	}
	d.Live = live
	return d, nil
}

// Drift compares the desired state of a resource with a live one, field by field and in canonical form: how a name or an
// address is spelt, and in which order regions are listed, is no difference. It is pure. What the provider alone decides
// (the size of a snapshot, when it was made) is not compared. The texts are safe to show.
func (Inventory) Drift(desired engine.Resource, live json.RawMessage) ([]engine.FieldChange, error) {
	t, err := typeOf(desired)
	if err != nil {
		return nil, err
	}
	return t.differs(desired, live)
}
