package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// volumeSnapshotResource is the type of resource that snapshots of volumes are.
const volumeSnapshotResource = "volume_snapshot"

var volumeSnapshotType = resourceType{
	observe: observing(Inventory.volumeSnapshot), differs: differing(volumeSnapshotFields),
	locks: func(r engine.Resource) []string {
		locks := []string{volumeSnapshotLock(r.ExternalID)}
		if spec, err := volumeSnapshotOf(r); err == nil && spec.Volume != "" {
			locks = append(locks, volumeLock(spec.Volume))
		}
		return locks
	},
	touches: oneTouch(volumeSnapshotLock),
	stays: func(r engine.Resource, live json.RawMessage) (engine.Resource, error) {
		spec, err := volumeSnapshotOf(r) // what the store knows of it besides stays
		if err != nil {
			return engine.Resource{}, err
		}
		spec.VolumeSnapshot = VolumeSnapshot{}
		if err := json.Unmarshal(live, &spec.VolumeSnapshot); err != nil {
			return engine.Resource{}, err
		}
		return spec.resource()
	},
}

// ownVolumeSnapshot matches the names that sagas give to the snapshots of volumes: see volumeSnapshotName.
var ownVolumeSnapshot = regexp.MustCompile(`^arcadia-vol-[0-9a-f-]{36}-[0-9a-f]{8}$`)

func volumeLock(id string) string         { return "volume:" + id }
func volumeSnapshotLock(id string) string { return "volume_snapshot:" + id }
func volumeSnapshotKey(id string) string  { return volumeSnapshotResource + "/" + id }
func isUUID(text string) bool             { return uuid.MatchString(text) }
func checkVolume(value string, _ engine.Inputs) error {
	if !isUUID(value) {
		return fmt.Errorf("%q is not a volume's id", visible.Short(value, 40))
	}
	return nil
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// volumeOf reads the volume that the inputs name.
func volumeOf(ctx context.Context, disks Disks, in engine.Inputs) (Volume, error) {
	if err := checkVolume(in[inVolume], in); err != nil {
		return Volume{}, named(inVolume, err)
	}
	v, err := again(ctx, func() (Volume, error) { return disks.Volume(ctx, in[inVolume]) })
	if absent(err) {
		return Volume{}, fmt.Errorf("volume %s is not in this account", in[inVolume])
	}
	return v, err
}

// title is "db-01-data (9a1b2c3d)", safe to show.
func (v Volume) title() string {
	short, _, _ := strings.Cut(v.ID, "-")
	return fmt.Sprintf("%s (%s)", visible.Short(v.Name, 80), short)
}

// title is "volume snapshot 9a1b… (arcadia-vol-…)", safe to show.
func (v VolumeSnapshot) title() string {
	if v.Name == "" {
		return "volume snapshot " + visible.Short(v.ID, 40)
	}
	return fmt.Sprintf("volume snapshot %s (%s)", visible.Short(v.ID, 40), visible.Short(v.Name, 120))
}

// volumeSnapshotSpec is the snapshot of a volume as a resource: as it is wanted, and what the store knows of it besides.
type volumeSnapshotSpec struct {
	VolumeSnapshot
	copyNote
}

func volumeSnapshotOf(r engine.Resource) (volumeSnapshotSpec, error) {
	var spec volumeSnapshotSpec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return spec, fmt.Errorf("read the desired state of %s: %w", visible.Text(r.Name), err)
	}
	return spec, nil
}

func (v volumeSnapshotSpec) resource() (engine.Resource, error) {
	spec, err := json.Marshal(v)
	if err != nil {
		return engine.Resource{}, fmt.Errorf("describe %s: %w", v.title(), err)
	}
	return engine.Resource{Type: volumeSnapshotResource, ExternalID: v.ID, Name: visible.Short(v.Name, 120), Spec: spec}, nil
}

// volumeSnapshotFields are what is compared with a live one. What the provider alone decides is not.
func volumeSnapshotFields(v VolumeSnapshot) []field {
	return []field{{"id", v.ID}, {"name", v.Name}, {"volume_id", v.Volume}, {"regions", strings.Join(ordered(v.Regions), " ")}}
}

// putVolumeSnapshot puts which snapshot a step is about, and what it costs.
func putVolumeSnapshot(s *engine.State, v VolumeSnapshot) {
	s.Put(keyVolumeSnapshot, v.ID)
	s.Put(keyVolumeName, v.Name)
	s.Put(keyVolumeCost, MonthlyUSD(v.SizeGB))
}

// volumeSnapshotTouches is the snapshot that the row has made or is about.
func volumeSnapshotTouches(s *engine.State) []engine.Touch {
	var id string
	if ok, err := s.Saved(keyVolumeSnapshot, &id); err != nil || !ok {
		return nil
	}
	return []engine.Touch{{Name: volumeSnapshotLock(id)}}
}

// volumeSnapshot looks for a resource at the provider now.
func (i Inventory) volumeSnapshot(ctx context.Context, r engine.Resource) (VolumeSnapshot, bool, error) {
	v, err := again(ctx, func() (VolumeSnapshot, error) { return i.cloud.VolumeSnapshot(ctx, r.ExternalID) })
	if absent(err) {
		return v, false, nil
	}
	return v, err == nil, err
}
