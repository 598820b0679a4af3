package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// snapshotResource is the type of resource that snapshots of droplets are.
const snapshotResource = "droplet_snapshot"

var snapshotType = resourceType{
	numbered: true,
	observe:  observing(Inventory.snapshot), differs: differing(snapshotFields),
	locks: func(r engine.Resource) []string {
		locks := []string{snapshotLock(r.ExternalID)}
		if spec, err := snapshotOf(r); err == nil && spec.Droplet > 0 {
			locks = append(locks, dropletLock(itoa(spec.Droplet)))
		}
		return locks
	},
	touches: oneTouch(snapshotLock),
	stays: func(r engine.Resource, live json.RawMessage) (engine.Resource, error) {
		spec, err := snapshotOf(r) // what the store knows of it besides stays
		if err != nil {
			return engine.Resource{}, err
		}
		spec.Snapshot = Snapshot{}
		if err := json.Unmarshal(live, &spec.Snapshot); err != nil {
			return engine.Resource{}, err
		}
		return spec.resource()
	},
	list: func(i Inventory, ctx context.Context, _ string) (roll, error) {
		all, err := i.cloud.AllSnapshots(ctx)
		return roll{n: len(all), at: func(r engine.Resource) (any, bool) {
			at := slices.IndexFunc(all, func(s Snapshot) bool { return itoa(s.ID) == r.ExternalID })
			if at < 0 {
				return nil, false
			}
			return all[at], true
		}}, err
	},
}

// snapshotSpec is a snapshot as a resource: as it is wanted, and what the store knows of it besides.
type snapshotSpec struct {
	Snapshot
	copyNote
}

// snapshotOf is the snapshot that a resource wants.
func snapshotOf(r engine.Resource) (snapshotSpec, error) {
	var spec snapshotSpec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return spec, fmt.Errorf("read the desired state of %s: %w", visible.Text(r.Name), err)
	}
	return spec, nil
}

// resource is the snapshot as a resource.
func (snap snapshotSpec) resource() (engine.Resource, error) {
	spec, err := json.Marshal(snap)
	if err != nil {
		return engine.Resource{}, fmt.Errorf("describe snapshot %d: %w", snap.ID, err)
	}
	return engine.Resource{Type: snapshotResource, ExternalID: itoa(snap.ID), Name: visible.Short(snap.Name, 120), Spec: spec}, nil
}

// snapshotResourceOf is a snapshot of which nothing else is known as a resource.
func snapshotResourceOf(snap Snapshot) (engine.Resource, error) {
	return snapshotSpec{Snapshot: snap}.resource()
}

func (i Inventory) snapshot(ctx context.Context, r engine.Resource) (Snapshot, bool, error) {
	id, err := strconv.ParseInt(r.ExternalID, 10, 64)
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("its id %q is not a number", r.ExternalID)
	}
	s, err := again(ctx, func() (Snapshot, error) { return i.cloud.Snapshot(ctx, id) })
	if absent(err) {
		return s, false, nil
	}
	return s, err == nil, err
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
