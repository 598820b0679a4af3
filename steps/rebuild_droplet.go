package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// RebuildDroplet puts an image in the place of all that is on a droplet. Its compensation rebuilds the droplet from a snapshot
// that was taken before.
type RebuildDroplet struct {
	dropletStep
	cloud  RebuildCloud
	ledger Ledger
}

// RebuildCloud is what the step asks of the provider.
type RebuildCloud interface {
	Fleet
	Snapshots
}

// NewRebuildDroplet makes the step over a provider and a store.
func NewRebuildDroplet(cloud RebuildCloud, ledger Ledger) RebuildDroplet {
	return RebuildDroplet{dropletStep{cloud}, cloud, ledger}
}

const (
	inSafety = "safety"

	keyImageBefore = "image_before"
)

// Name is "rebuild_droplet".
func (RebuildDroplet) Name() string { return "rebuild_droplet" }

// Inputs declares the droplet, the image, and the snapshot to go back to.
func (r RebuildDroplet) Inputs() []engine.Field {
	return []engine.Field{
		r.field(),
		{
			Name: inImage, Label: "Image", Type: engine.IntField, Required: true, Check: checkSnapshot, Options: r.images,
			Help: "the id of the snapshot, or of another image, that takes the place of all that is on the droplet",
		},
		{
			Name: inSafety, Label: "Safety copy", Type: engine.IntField, Required: true, Check: checkSnapshot, Options: r.images, Later: true,
			Help: "the id of a snapshot of the droplet as it is now, from which an undo rebuilds it: take one first",
		},
	}
}

// images lists the snapshots of the droplet.
func (r RebuildDroplet) images(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
	id, err := dropletOf(in)
	if err != nil {
		return nil, nil //nolint:nilerr // no droplet is chosen yet
	}
	all, err := r.cloud.DropletSnapshots(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []engine.Option
	for _, s := range slices.Backward(all) {
		out = append(out, engine.Option{Value: itoa(s.ID), Label: visible.Text(s.Name), Detail: s.Created.UTC().Format("2006-01-02 15:04 MST") + "  " + s.cost()})
	}
	return out, nil
}

// snapshot reads a snapshot that an input names. One that does not exist, and one that does not fit the droplet, refuse. What is no
// snapshot is left to the provider to judge.
func (r RebuildDroplet) snapshot(ctx context.Context, in engine.Inputs, name string, d Droplet) (Snapshot, error) {
	id, err := strconv.ParseInt(in[name], 10, 64)
	if err != nil {
		return Snapshot{}, named(name, err)
	}
	s, err := r.cloud.Snapshot(ctx, id)
	switch {
	case absent(err):
		err = fmt.Errorf("snapshot %d is not in this account: choose another", id)
	case err != nil:
		return s, err
	case s.MinDisk > d.Disk:
		err = fmt.Errorf("%s needs a disk of %d GiB and droplet %s has one of %d: choose another snapshot, or a droplet of a larger size", s.title(), s.MinDisk, d.title(), d.Disk)
	case !slices.Contains(s.Regions, d.Region):
		err = fmt.Errorf("%s is not in %s, where droplet %s is: transfer it there first", s.title(), visible.Text(d.Region), d.title())
	}
	return s, named(name, err)
}

// ends reads the droplet and both snapshots, as far as they are known.
func (r RebuildDroplet) ends(ctx context.Context, in engine.Inputs) (Droplet, Snapshot, error) {
	d, err := r.find(ctx, in)
	if err != nil {
		return d, Snapshot{}, err
	}
	image, err := r.snapshot(ctx, in, inImage, d)
	if err != nil || in[inSafety] == "" {
		return d, image, err
	}
	safety, err := r.snapshot(ctx, in, inSafety, d)
	if err == nil && safety.Droplet != d.ID {
		err = named(inSafety, fmt.Errorf("%s is of another droplet: take one of this one first", safety.title()))
	}
	return d, image, err
}

// Target is "web-01 (482913)". Snapshots that do not exist or do not fit refuse the launch.
func (r RebuildDroplet) Target(ctx context.Context, in engine.Inputs) (string, error) {
	title, err := r.dropletStep.Target(ctx, in)
	if err != nil {
		return "", err
	}
	_, _, err = r.ends(ctx, in)
	return title, err
}

// Plan says what takes the place of what.
func (r RebuildDroplet) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	d, image, err := r.ends(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	undo := "rebuilds it from the safety copy"
	if in[inSafety] != "" {
		undo = "rebuilds it from snapshot " + in[inSafety]
	}
	return r.waits(ctx, d.ID, engine.Change{
		Action: engine.ActUpdate, Subject: "disk of " + d.title(), Undo: undo, Service: engine.ServiceInterrupts,
		Fields: []engine.FieldChange{{Name: "image", From: visible.Text(d.Image), To: image.title()}},
		Note:   "all that was written since " + image.Created.UTC().Format("2006-01-02 15:04 MST") + " goes away",
	}), nil
}

// Deadline leaves room for large disks.
func (RebuildDroplet) Deadline() time.Duration { return 4 * time.Hour }

// work is the action that puts an image on the droplet. That the image is there says nothing before the action was begun: a
// droplet can be rebuilt from the image that it was made of.
func (r RebuildDroplet) work(s *engine.State, key string, id, image int64) *actionWork {
	w := &actionWork{
		cloud: r.cloud, s: s, key: key, what: fmt.Sprintf("rebuild droplet %d from image %d", id, image), kind: "rebuild",
		list: func(ctx context.Context) ([]Action, error) {
			return again(ctx, func() ([]Action, error) { return r.cloud.DropletActions(ctx, id) })
		},
		post: func(ctx context.Context) (Action, error) { return r.cloud.Rebuild(ctx, id, image) },
	}
	w.done = func(ctx context.Context) (bool, error) {
		in, _, err := w.intent()
		if err != nil || in.Action == 0 {
			return false, err
		}
		d, err := r.live(ctx, id)
		return d.ImageID == image && d.Status == statusActive, err
	}
	return w
}

// ids are the droplet, the image and the safety copy of a row.
func (RebuildDroplet) ids(in engine.Inputs) (droplet, image, safety int64, err error) {
	if droplet, err = dropletOf(in); err != nil {
		return 0, 0, 0, err
	}
	if image, err = strconv.ParseInt(in[inImage], 10, 64); err != nil {
		return 0, 0, 0, named(inImage, err)
	}
	safety, err = strconv.ParseInt(in[inSafety], 10, 64)
	return droplet, image, safety, named(inSafety, err)
}

// Execute rebuilds the droplet. Without its safety copy nothing is begun.
func (r RebuildDroplet) Execute(ctx context.Context, s *engine.State) error {
	id, image, safety, err := r.ids(s.Inputs())
	if err != nil {
		return err
	}
	w := r.work(s, "rebuild", id, image)
	if _, begun, err := w.intent(); err != nil {
		return err
	} else if !begun {
		copied, err := again(ctx, func() (Snapshot, error) { return r.cloud.Snapshot(ctx, safety) })
		if absent(err) || err == nil && copied.Droplet != id {
			return fmt.Errorf("%w: snapshot %d of droplet %d: take another, then launch again", errNoCopy, safety, id)
		}
		if err != nil {
			return verdict(ctx, err)
		}
	}
	if _, _, err := r.before(ctx, s, keyImageBefore, id); err != nil {
		return err
	}
	s.Put(keyImageWritten, image)
	return w.run(ctx)
}

// Compensate rebuilds the droplet from its safety copy.
func (r RebuildDroplet) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	id, image, safety, err := r.ids(s.Inputs())
	if err != nil {
		return err
	}
	var prior was
	if saved, err := s.Saved(keyImageBefore, &prior); err != nil || !saved {
		return err
	}
	began, err := r.work(s, "rebuild", id, image).settle(ctx)
	before, written := fmt.Sprintf("image %d", prior.Image), fmt.Sprintf("image %d", image)
	if err != nil || !began {
		return gone(id, before, written, err)
	}
	back := r.work(s, "undo_rebuild", id, safety)
	_, begun, err := back.intent()
	if err != nil {
		return err
	}
	now, err := r.live(ctx, id)
	if err != nil {
		return gone(id, before, written, err)
	}
	live := fmt.Sprintf("image %d", now.ImageID)
	ours, err := isImage(ctx, r.ledger, now, image)
	if err != nil {
		return err
	}
	switch {
	case begun:
	case now.ImageID == prior.Image && prior.Image != image && r.errored(ctx, s):
		return nil // it ended without an effect
	case !ours && now.ImageID != prior.Image && !s.MayOverwrite("droplet "+now.title(), live):
		return &engine.Conflict{Subject: "droplet " + now.title(), Prior: before, Written: written, Live: live, Overwritable: true}
	}
	s.Put(keyImageWritten, safety)
	if err := back.run(ctx); err != nil {
		return err
	}
	s.Moved(diskImage, diskOf(id, prior.Image), diskOf(id, safety))
	return r.rest(ctx, s, id, prior)
}

// rest switches a droplet off again that was off before it was rebuilt: the provider starts what it has rebuilt. One that this
// saga itself had switched off for it stays on, since that row's undo, the next, would only start it again.
func (r RebuildDroplet) rest(ctx context.Context, s *engine.State, id int64, prior was) error {
	found := prior.Status
	if _, err := s.Lookup(keyPowerFound, &found); err != nil {
		return err
	}
	if found != statusOff {
		return nil
	}
	if err := (switching{r.dropletStep, s, id}).off(ctx, "undo_", defaultGrace, true); err != nil {
		return gone(id, statusOff, statusActive, err)
	}
	s.Put(keyStatus, statusOff)
	return nil
}

// diskImage is what a droplet was last written from, among the things that an undo puts back under a new id: from its copy.
const diskImage = "droplet_image"

func diskOf(droplet, image int64) string { return itoa(droplet) + ":" + itoa(image) }

// isImage reports whether a droplet was last written from an image, or from the copy from which an undo has put back what was.
func isImage(ctx context.Context, ledger Ledger, d Droplet, image int64) (bool, error) {
	if d.ImageID == image {
		return true, nil
	}
	key := diskImage + "/" + diskOf(d.ID, image)
	moves, err := ledger.Moves(ctx, key)
	if err != nil {
		return false, fmt.Errorf("look what droplet %s was put back from: %w", d.title(), err)
	}
	return moves[key] == diskImage+"/"+diskOf(d.ID, d.ImageID), nil
}

// errored reports whether the row's action is known to have ended badly.
func (r RebuildDroplet) errored(ctx context.Context, s *engine.State) bool {
	var in actionIntent
	if known, err := s.Saved("rebuild", &in); err != nil || !known || in.Action == 0 {
		return false
	}
	a, err := r.cloud.Action(ctx, in.Action)
	return err == nil && a.Status == ActionErrored
}

// DescribeUndo says from what the droplet would be rebuilt.
func (RebuildDroplet) DescribeUndo(s *engine.State) string {
	var in actionIntent
	if begun, _ := s.Saved("rebuild", &in); !begun || in.Refused && in.Action == 0 {
		return nothingToUndo
	}
	return "rebuilds droplet " + s.Input(inDroplet) + " from snapshot " + s.Input(inSafety)
}
