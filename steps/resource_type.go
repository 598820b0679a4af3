package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// resourceType is all that there is to know about the resources of one type. Each is declared beside its thing, in a file of its own:
// what works on any resource asks here and knows no type by name.
type resourceType struct {
	numbered bool // its ids are numbers; else they are UUIDs
	restores bool // what is gone, or was changed, can be written back

	// observe looks at the provider now.
	observe func(i Inventory, ctx context.Context, r engine.Resource) (live any, found bool, err error)
	// differs compares what is wanted with what was observed.
	differs func(desired engine.Resource, live json.RawMessage) ([]engine.FieldChange, error)
	// locks are those that the sagas take which write the thing itself.
	locks func(r engine.Resource) []string
	// touches are what of the thing other sagas may rely on.
	touches func(r engine.Resource) []engine.Touch
	// stays is what was observed as a resource that wants it to stay so. Nil: it never differs.
	stays func(r engine.Resource, live json.RawMessage) (engine.Resource, error)

	// group is what of a resource says which listing has it; nil: there is one for all. list reads a listing. Nil: there is none.
	group func(r engine.Resource) string
	list  func(i Inventory, ctx context.Context, group string) (roll, error)
}

// roll is what one answer of the provider says of many resources. It may be some seconds old.
type roll struct {
	n    int  // things in it
	gone bool // there is nothing that it could be a listing of
	// at is the thing of a resource; false when it is not in the listing.
	at func(r engine.Resource) (any, bool)
}

// resourceTypes are all types, by the name that is stored with each resource.
var resourceTypes = map[string]resourceType{
	dnsResource: recordType, snapshotResource: snapshotType, volumeSnapshotResource: volumeSnapshotType, tombstoneResource: tombstoneType,
}

// typeOf is the type of a resource; the error says that this build does not know it.
func typeOf(r engine.Resource) (resourceType, error) {
	t, ok := resourceTypes[r.Type]
	if !ok {
		return t, fmt.Errorf("resources of type %q are not known to this build", r.Type)
	}
	return t, nil
}

// idOK reports whether an id has the form of those of the type.
func (t resourceType) idOK(id string) bool {
	if !t.numbered {
		return isUUID(id)
	}
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && n > 0 && id == itoa(n)
}

// resourceLocks are the locks that guard a resource.
func resourceLocks(r engine.Resource) []string {
	t, err := typeOf(r)
	if err != nil {
		return []string{"resource:" + r.Key()}
	}
	return t.locks(r)
}

func observing[T any](look func(Inventory, context.Context, engine.Resource) (T, bool, error)) func(Inventory, context.Context, engine.Resource) (any, bool, error) {
	return func(i Inventory, ctx context.Context, r engine.Resource) (any, bool, error) { return look(i, ctx, r) }
}

// field is one value of a resource as text.
type field struct{ name, text string }

// differing puts the fields of a desired and a live state side by side.
func differing[T any](fields func(T) []field) func(desired engine.Resource, live json.RawMessage) ([]engine.FieldChange, error) {
	return func(desired engine.Resource, live json.RawMessage) ([]engine.FieldChange, error) {
		var want, have T
		if err := json.Unmarshal(desired.Spec, &want); err != nil {
			return nil, fmt.Errorf("read the desired state of %s: %w", desired.Name, err)
		}
		if err := json.Unmarshal(live, &have); err != nil {
			return nil, fmt.Errorf("read the live state of %s: %w", desired.Name, err)
		}
		from, to := fields(want), fields(have)
		from[0].text = desired.ExternalID // the id comes first; an upsert's spec may not know it
		var out []engine.FieldChange
		for i := range from {
			if from[i].text != to[i].text {
				out = append(out, engine.FieldChange{Name: from[i].name, From: visible.Short(from[i].text, 120), To: visible.Short(to[i].text, 120)})
			}
		}
		return out, nil
	}
}

func oneTouch(lock func(id string) string) func(r engine.Resource) []engine.Touch {
	return func(r engine.Resource) []engine.Touch { return []engine.Touch{{Name: lock(r.ExternalID)}} }
}
