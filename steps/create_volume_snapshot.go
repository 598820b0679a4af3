package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// CreateVolumeSnapshot copies a volume. Its compensation deletes the copy. The copy's name belongs to the saga and the
// volume alone, which makes the step safe to repeat.
type CreateVolumeSnapshot struct{ disks Disks }

// NewCreateVolumeSnapshot makes the step over a provider.
func NewCreateVolumeSnapshot(disks Disks) CreateVolumeSnapshot { return CreateVolumeSnapshot{disks} }

const (
	inVolume = "volume"

	keyVolumeIntent   = "volume_snapshot_intent"
	keyVolumeSnapshot = "volume_snapshot_id"
)

// copyIntent is saved before the POST.
type copyIntent struct {
	Name    string `json:"name"`
	Refused bool   `json:"refused,omitempty"`
}

// Name is "create_volume_snapshot".
func (CreateVolumeSnapshot) Name() string { return "create_volume_snapshot" }

// Inputs declares the volume.
func (CreateVolumeSnapshot) Inputs() []engine.Field {
	return []engine.Field{{
		Name: inVolume, Label: "Volume", Type: engine.TextField, Required: true, Help: "the id of the volume",
		Check: func(value string, _ engine.Inputs) error {
			bad := strings.ContainsFunc(value, func(r rune) bool { return (r < 'a' || r > 'f') && (r < '0' || r > '9') && r != '-' })
			if bad || len(value) != 36 {
				return fmt.Errorf("%q is not a volume's id", visible.Short(value, 40))
			}
			return nil
		},
	}}
}

// Locks names the volume.
func (CreateVolumeSnapshot) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"volume:" + in[inVolume]}, nil
}

// Target is the volume. One that does not exist refuses the launch.
func (c CreateVolumeSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	if _, err := c.disks.VolumeSnapshots(ctx, in[inVolume]); absent(err) {
		return "", fmt.Errorf("volume %s is not in this account", in[inVolume])
	} else if err != nil {
		return "", err
	}
	if err := denied(c.disks, CopyVolumes); err != nil {
		return "", fmt.Errorf("copy volume %s: %w", in[inVolume], err)
	}
	return "volume " + in[inVolume], nil
}

// Plan says that a copy would be made.
func (c CreateVolumeSnapshot) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{
		Action: engine.ActCreate, Subject: "snapshot of volume " + in[inVolume], Undo: "deletes the snapshot",
		Fields: []engine.FieldChange{{Name: "name", To: "arcadia-vol-" + in[inVolume] + "-<short>", Note: "the end is the saga's short id"}},
	}, nil
}

func volumeSnapshotName(s *engine.State) string {
	return "arcadia-vol-" + s.Input(inVolume) + "-" + s.Saga().Short()
}

// look finds the saga's copy up to n times.
func (c CreateVolumeSnapshot) look(ctx context.Context, s *engine.State, n int) (VolumeSnapshot, bool, error) {
	for i := range n {
		if i > 0 {
			if err := pause(ctx, lookupPause); err != nil {
				return VolumeSnapshot{}, false, err
			}
		}
		all, err := again(ctx, func() ([]VolumeSnapshot, error) { return c.disks.VolumeSnapshots(ctx, s.Input(inVolume)) })
		if err != nil {
			return VolumeSnapshot{}, false, verdict(ctx, err)
		}
		if at := slices.IndexFunc(all, func(v VolumeSnapshot) bool { return v.Name == volumeSnapshotName(s) }); at >= 0 {
			return all[at], true, nil
		}
	}
	return VolumeSnapshot{}, false, nil
}

// Execute puts the copy's id.
func (c CreateVolumeSnapshot) Execute(ctx context.Context, s *engine.State) error {
	var id string
	if done, err := s.Saved(keyVolumeSnapshot, &id); err != nil || done {
		return err
	}
	in := copyIntent{Name: volumeSnapshotName(s)}
	begun, err := s.Saved(keyVolumeIntent, &in)
	if err != nil {
		return err
	}
	if begun && !in.Refused { // the POST of an earlier attempt may arrive after the look
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
		found, is, err := c.look(ctx, s, lateLooks)
		if err != nil {
			return err
		}
		if is {
			s.Put(keyVolumeSnapshot, found.ID)
			return nil
		}
	}
	in.Refused = false
	s.Put(keyVolumeIntent, in)
	if err := s.Save(ctx); err != nil {
		return err
	}
	made, err := c.disks.SnapshotVolume(ctx, s.Input(inVolume), in.Name)
	if err != nil {
		if refused(err) {
			in.Refused = true
			s.Put(keyVolumeIntent, in)
		}
		return verdict(ctx, err)
	}
	s.Put(keyVolumeSnapshot, made.ID)
	return nil
}

// Compensate deletes the copy, whether its id was ever recorded or not.
func (c CreateVolumeSnapshot) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var id string
	known, err := s.Saved(keyVolumeSnapshot, &id)
	if err != nil {
		return err
	}
	if !known {
		var in copyIntent
		if begun, err := s.Saved(keyVolumeIntent, &in); err != nil || !begun || in.Refused {
			return err
		}
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
		found, is, err := c.look(ctx, s, lateLooks)
		if err != nil || !is {
			return err
		}
		id = found.ID
		s.Put(keyVolumeSnapshot, id)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if err := c.disks.DeleteVolumeSnapshot(ctx, id); err != nil && !absent(err) {
		return verdict(ctx, err)
	}
	return nil
}

// DescribeUndo says which copy would be deleted.
func (CreateVolumeSnapshot) DescribeUndo(s *engine.State) string {
	var id string
	if ok, _ := s.Saved(keyVolumeSnapshot, &id); ok {
		return "deletes volume snapshot " + visible.Text(id)
	}
	var in copyIntent
	if ok, _ := s.Saved(keyVolumeIntent, &in); !ok || in.Refused {
		return nothingToUndo
	}
	return "looks for volume snapshot " + visible.Text(in.Name) + " and deletes it"
}
