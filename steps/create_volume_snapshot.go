package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"

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
	keyVolumeName     = "volume_snapshot_name"
	keyVolumeCost     = "volume_snapshot_monthly_usd"
)

// copyIntent is saved before the POST.
type copyIntent struct {
	Name    string `json:"name"`
	Refused bool   `json:"refused,omitempty"`
}

// Name is "create_volume_snapshot".
func (CreateVolumeSnapshot) Name() string { return "create_volume_snapshot" }

// Inputs declares the volume.
func (c CreateVolumeSnapshot) Inputs() []engine.Field {
	return []engine.Field{{
		Name: inVolume, Label: "Volume", Type: engine.TextField, Required: true, Check: checkVolume, Options: c.volumes, Help: "the id of the volume",
	}}
}

func (c CreateVolumeSnapshot) volumes(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	all, err := c.disks.Volumes(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]engine.Option, 0, len(all))
	for _, v := range all {
		out = append(out, engine.Option{Value: v.ID, Label: visible.Text(v.Name), Detail: visible.Text(fmt.Sprintf("%s  %d GiB", v.Region, v.SizeGB))})
	}
	return out, nil
}

// Locks names the volume.
func (CreateVolumeSnapshot) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{volumeLock(in[inVolume])}, nil
}

// Target is "db-01-data (9a1b…)". A volume that does not exist refuses the launch, and so does a token known to lack a scope.
func (c CreateVolumeSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	v, err := volumeOf(ctx, c.disks, in)
	if err != nil {
		return "", err
	}
	if err := denied(c.disks, CopyVolumes, DeleteCopies); err != nil {
		return "", fmt.Errorf("snapshot %s: %w", v.title(), err)
	}
	return v.title(), nil
}

// Plan says that a copy would be made, and what it costs at most.
func (c CreateVolumeSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	v, err := volumeOf(ctx, c.disks, in)
	if err != nil {
		return engine.Change{}, err
	}
	most := fmt.Sprintf("it costs at most $%.2f a month, for a volume of %d GiB that is full", MonthlyUSD(float64(v.SizeGB)), v.SizeGB)
	return engine.Change{
		Action: engine.ActCreate, Subject: "snapshot of " + v.title(), Undo: "deletes the snapshot",
		Fields:     []engine.FieldChange{{Name: "name", To: "arcadia-vol-" + in[inVolume] + "-<short>", Note: joined("the end is the saga's short id", most)}},
		MonthlyUSD: MonthlyUSD(float64(v.SizeGB)),
	}, nil
}

func volumeSnapshotName(s *engine.State) string {
	return "arcadia-vol-" + s.Input(inVolume) + "-" + s.Saga().Short()
}

// own are all copies with the saga's name: each of them is the saga's, as of a droplet.
func (c CreateVolumeSnapshot) own(ctx context.Context, s *engine.State) ([]VolumeSnapshot, error) {
	all, err := again(ctx, func() ([]VolumeSnapshot, error) { return c.disks.VolumeSnapshots(ctx, s.Input(inVolume)) })
	return slices.DeleteFunc(all, func(v VolumeSnapshot) bool { return v.Name != volumeSnapshotName(s) }), err
}

// look finds the saga's copy up to n times.
func (c CreateVolumeSnapshot) look(ctx context.Context, s *engine.State, n int) (VolumeSnapshot, bool, error) {
	for i := range n {
		if i > 0 {
			if err := pause(ctx, lookupPause); err != nil {
				return VolumeSnapshot{}, false, err
			}
		}
		own, err := c.own(ctx, s)
		if err != nil {
			return VolumeSnapshot{}, false, verdict(ctx, err)
		}
		if len(own) > 0 {
			return own[0], true, nil
		}
	}
	return VolumeSnapshot{}, false, nil
}

// Execute puts volume_snapshot_id, its name and what it costs. The store accounts for the copy from then on.
func (c CreateVolumeSnapshot) Execute(ctx context.Context, s *engine.State) error {
	snap, err := c.take(ctx, s)
	if err != nil {
		return err
	}
	putVolumeSnapshot(s, snap)
	s.Made(strconv.FormatFloat(snap.SizeGB, 'f', 1, 64)+" GB", MonthlyUSD(snap.SizeGB))
	all := []VolumeSnapshot{snap}
	if s.Attempt() > 1 { // the POST may have been sent twice
		own, err := c.own(ctx, s)
		if err != nil {
			return verdict(ctx, err)
		}
		all = append(all, slices.DeleteFunc(own, func(v VolumeSnapshot) bool { return v.ID == snap.ID })...)
	}
	for _, snap := range all {
		r, err := volumeSnapshotSpec{VolumeSnapshot: snap}.resource()
		if err != nil {
			return err
		}
		s.Provision(r)
	}
	return nil
}

// take gives the copy that an earlier attempt has made, or makes one.
func (c CreateVolumeSnapshot) take(ctx context.Context, s *engine.State) (VolumeSnapshot, error) {
	var id string
	if done, err := s.Saved(keyVolumeSnapshot, &id); err != nil {
		return VolumeSnapshot{}, err
	} else if done {
		snap, err := again(ctx, func() (VolumeSnapshot, error) { return c.disks.VolumeSnapshot(ctx, id) })
		return snap, verdict(ctx, err)
	}
	in := copyIntent{Name: volumeSnapshotName(s)}
	begun, err := s.Saved(keyVolumeIntent, &in)
	if err != nil {
		return VolumeSnapshot{}, err
	}
	looks := 0
	switch {
	case begun && !in.Refused: // the POST of an earlier attempt may arrive after the look
		if err := pause(ctx, lateWrite); err != nil {
			return VolumeSnapshot{}, err
		}
		looks = lateLooks
	case s.MayHaveRun(): // in a ledger that is not this one
		looks = 1
	}
	found, is, err := c.look(ctx, s, looks)
	if err != nil {
		return VolumeSnapshot{}, err
	}
	if is {
		s.Put(keyVolumeIntent, in)
		return found, nil
	}
	in.Refused = false
	s.Put(keyVolumeIntent, in)
	if err := s.Save(ctx); err != nil {
		return VolumeSnapshot{}, err
	}
	if ctx.Err() != nil {
		return VolumeSnapshot{}, context.Cause(ctx)
	}
	made, err := c.disks.SnapshotVolume(ctx, s.Input(inVolume), in.Name)
	if err != nil && refused(err) {
		in.Refused = true
		s.Put(keyVolumeIntent, in)
	}
	return made, verdict(ctx, err)
}

// Compensate deletes the copy, whether its id was ever recorded or not, and all else of its name.
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
	own, err := c.own(ctx, s)
	if err != nil && !absent(err) { // the copies of a volume that is gone are listed nowhere by its id
		return verdict(ctx, err)
	}
	own = slices.DeleteFunc(own, func(v VolumeSnapshot) bool { return v.ID == id })
	for _, gone := range append(own, VolumeSnapshot{ID: id}) {
		if err := c.disks.DeleteVolumeSnapshot(ctx, gone.ID); err != nil && !absent(err) {
			return verdict(ctx, err)
		}
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

// Touches is the copy.
func (CreateVolumeSnapshot) Touches(s *engine.State) []engine.Touch { return volumeSnapshotTouches(s) }

// LeavesBehind is the copy that the row has asked for, by its id where that is known.
func (CreateVolumeSnapshot) LeavesBehind(s *engine.State) []engine.LeftBehind {
	var in copyIntent
	if ok, err := s.Saved(keyVolumeIntent, &in); err != nil || !ok || in.Refused {
		return nil
	}
	left := engine.LeftBehind{Type: volumeSnapshotResource, Name: in.Name}
	_, _ = s.Saved(keyVolumeSnapshot, &left.ID) // what is not known is not said
	_, _ = s.Saved(keyVolumeCost, &left.MonthlyUSD)
	return []engine.LeftBehind{left}
}

// Verify looks whether the copy is still there.
func (c CreateVolumeSnapshot) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	ctx = Urgent(ctx)
	if begun, err := s.Saved(keyVolumeIntent, &copyIntent{}); err != nil || !begun {
		return nil, err
	}
	var id string
	if _, err := s.Saved(keyVolumeSnapshot, &id); err != nil {
		return nil, err
	}
	return settled(ctx, func() ([]string, error) {
		all, err := c.disks.VolumeSnapshots(ctx, s.Input(inVolume))
		if absent(err) && id != "" { // the copies of a volume that is gone are listed nowhere by its id
			var one VolumeSnapshot
			if one, err = c.disks.VolumeSnapshot(ctx, id); err == nil {
				all = []VolumeSnapshot{one}
			}
		}
		if absent(err) {
			return nil, nil
		}
		var left []string
		for _, v := range all {
			if v.Name == volumeSnapshotName(s) {
				left = append(left, v.title())
			}
		}
		return left, err
	})
}

// Spares says that a snapshot leaves the volume as it is.
func (CreateVolumeSnapshot) Spares() {}
