package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// DriftState says how a resource stands to what was last wanted of it.
type DriftState string

// The states of drift. The zero value is none of them: what was not looked at must never pass for in sync.
const (
	InSync     DriftState = "in_sync"
	Modified   DriftState = "modified"
	Deleted    DriftState = "deleted"
	NotChecked DriftState = "not_checked"
)

// Drift is what one look at a resource found.
type Drift struct {
	State     DriftState           `json:"state"`
	Changes   []engine.FieldChange `json:"changes,omitempty"` // of Modified: from what was wanted to what is there
	Live      json.RawMessage      `json:"live,omitempty"`    // as Observe gave it, of InSync and Modified
	Note      string               `json:"note,omitempty"`    // of NotChecked: why
	CheckedAt engine.Time          `json:"checked_at"`
}

// Cures are the verbs that can do something about a resource of the type in this state: restore, accept, forget. A deleted
// snapshot cannot be written back, and that it is gone cannot be wanted.
func Cures(resourceType string, s DriftState) []string {
	switch {
	case s == Deleted && resourceType != dnsResource:
		return []string{"forget"}
	case s == Deleted:
		return []string{"restore", "forget"}
	case s == Modified && resourceType != dnsResource:
		return []string{"accept", "forget"}
	case s == Modified:
		return []string{"restore", "accept", "forget"}
	}
	return nil
}

// Check looks at a resource now and compares it with its desired state. When it could not be looked at the state is
// NotChecked and the error says why.
func (i Inventory) Check(ctx context.Context, r engine.Resource) (Drift, error) {
	d := Drift{State: NotChecked, CheckedAt: engine.At(time.Now())}
	live, found, err := i.Observe(ctx, r)
	if err == nil && found {
		d.Changes, err = i.Drift(r, live)
	}
	switch {
	case err != nil:
		d.Note = visible.Short(err.Error(), 300)
		return d, err
	case !found:
		d.State = Deleted
		return d, nil
	case len(d.Changes) > 0:
		d.State = Modified
	default:
		d.State = InSync
	}
	d.Live = live
	return d, nil
}

// Drift compares the desired state of a resource with a live one, field by field and in canonical form: how a name or an
// address is spelt, and in which order regions are listed, is no difference. It is pure. What the provider alone decides
// (the size of a snapshot, when it was made) is not compared. The texts are safe to show.
func (Inventory) Drift(desired engine.Resource, live json.RawMessage) ([]engine.FieldChange, error) {
	switch desired.Type {
	case snapshotResource:
		return compare(desired, live, snapshotFields)
	case volumeSnapshotResource:
		return compare(desired, live, volumeSnapshotFields)
	case dnsResource:
		return compare(desired, live, recordFields)
	case tombstoneResource:
		return nil, nil // what was does not change
	}
	return nil, fmt.Errorf("resources of type %q are not known to this build", desired.Type)
}

// field is one value of a resource as text.
type field struct{ name, text string }

// compare puts the fields of a desired and a live state side by side.
func compare[T any](desired engine.Resource, live json.RawMessage, fields func(T) []field) ([]engine.FieldChange, error) {
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

func snapshotFields(s Snapshot) []field {
	return []field{
		{"id", itoa(s.ID)},
		{"name", s.Name},
		{"droplet_id", itoa(s.Droplet)},
		{"regions", strings.Join(slices.Sorted(slices.Values(s.Regions)), " ")},
		{"min_disk_size", strconv.Itoa(s.MinDisk)},
	}
}

func recordFields(s recordSpec) []field {
	r := s.canonical(canonicalZone(s.Domain))
	return []field{
		{"id", itoa(r.ID)},
		{"type", r.Type},
		{"name", r.Name},
		{"data", r.Data},
		{"ttl", strconv.Itoa(r.TTL)},
		{"priority", strconv.Itoa(r.Priority)},
		{"port", strconv.Itoa(r.Port)},
		{"weight", strconv.Itoa(r.Weight)},
		{"flags", strconv.Itoa(r.Flags)},
		{"tag", r.Tag},
	}
}
