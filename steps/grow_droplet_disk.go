package steps

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// GrowDropletDisk gives a droplet that is off a larger size, its disk included. A disk never shrinks again.
type GrowDropletDisk struct{ dropletStep }

// NewGrowDropletDisk makes the step over a provider.
func NewGrowDropletDisk(cloud Powers) GrowDropletDisk { return GrowDropletDisk{dropletStep{cloud}} }

const keyDiskBefore = "disk_before"

// diskBefore is saved before the POST.
type diskBefore struct {
	Disk int    `json:"disk"` // GiB
	Size string `json:"size"`
}

// disk says what is gone for good when it has grown.
func (b diskBefore) disk(of Droplet) string {
	return fmt.Sprintf("the disk of %d GiB of droplet %s", b.Disk, of.title())
}

// Name is "grow_droplet_disk".
func (GrowDropletDisk) Name() string { return "grow_droplet_disk" }

// Final says why there is no way back.
func (GrowDropletDisk) Final() string { return "a disk that has grown cannot shrink" }

// Inputs declares the droplet and its new size.
func (g GrowDropletDisk) Inputs() []engine.Field {
	return []engine.Field{g.field(), {
		Name: inSize, Label: "Size", Type: engine.TextField, Required: true, Check: checkSlug, Options: ResizeDroplet(g).sizes,
		Help: "the slug of a size with a larger disk, as s-2vcpu-4gb; the disk goes with it, for good",
	}}
}

// larger reads the droplet and its new size. One without a larger disk refuses.
func (g GrowDropletDisk) larger(ctx context.Context, in engine.Inputs) (Droplet, Size, error) {
	d, err := g.find(ctx, in)
	if err != nil {
		return d, Size{}, err
	}
	z, err := g.size(ctx, in[inSize])
	if err == nil {
		err = z.fits(d)
	}
	if err == nil && z.Disk == d.Disk && z.Slug != d.Size {
		err = fmt.Errorf("size %s has a disk of %d GiB, as droplet %s has: use resize_droplet, which can be undone", z.Slug, z.Disk, d.title())
	}
	return d, z, err
}

// Target is "web-01 (482913)". A size that does not exist, is sold out or has no larger disk refuses the launch.
func (g GrowDropletDisk) Target(ctx context.Context, in engine.Inputs) (string, error) {
	title, err := g.dropletStep.Target(ctx, in)
	if err != nil {
		return "", err
	}
	_, _, err = g.larger(ctx, in)
	return title, err
}

// Plan says from what to what, and what that costs.
func (g GrowDropletDisk) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	d, z, err := g.larger(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Action: engine.ActNone, Subject: "disk of " + d.title(), Note: "it has this size", Undo: nothingToUndo}
	if d.Disk >= z.Disk {
		return c, nil
	}
	now, err := g.size(ctx, d.Size)
	if err != nil {
		return c, err
	}
	return g.waits(ctx, d.ID, engine.Change{
		Action: engine.ActUpdate, Subject: c.Subject, Undo: "cannot be undone", MonthlyUSD: z.MonthlyUSD - now.MonthlyUSD,
		Fields: []engine.FieldChange{
			{Name: "disk", From: strconv.Itoa(d.Disk) + " GiB", To: strconv.Itoa(z.Disk) + " GiB"},
			{Name: "size", From: visible.Text(d.Size), To: z.Slug},
		},
		Note: fmt.Sprintf("%+.2f dollars a month", z.MonthlyUSD-now.MonthlyUSD),
	}), nil
}

// Deadline leaves room for large disks.
func (GrowDropletDisk) Deadline() time.Duration { return 4 * time.Hour }

// RetryPolicies end the compensation soon: no later attempt makes a disk smaller.
func (GrowDropletDisk) RetryPolicies() (forward, backward engine.RetryPolicy) {
	return DeleteDroplet{}.RetryPolicies()
}

func (g GrowDropletDisk) work(s *engine.State, id int64, before diskBefore) *actionWork {
	size := s.Input(inSize)
	return &actionWork{
		cloud: g.cloud, s: s, key: "grow", what: fmt.Sprintf("grow droplet %d to %s", id, visible.Text(size)), kind: "resize",
		list: func(ctx context.Context) ([]Action, error) {
			return again(ctx, func() ([]Action, error) { return g.cloud.DropletActions(ctx, id) })
		},
		post: func(ctx context.Context) (Action, error) { return g.cloud.Resize(ctx, id, size, true) },
		done: func(ctx context.Context) (bool, error) {
			d, err := g.live(ctx, id)
			return d.Size == size && d.Disk > before.Disk, err
		},
	}
}

// Execute grows the disk, and says so as soon as that is known.
func (g GrowDropletDisk) Execute(ctx context.Context, s *engine.State) error {
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	d, z, err := g.larger(ctx, s.Inputs())
	if err != nil {
		return verdict(ctx, err)
	}
	var before diskBefore
	begun, err := s.Saved(keyDiskBefore, &before)
	if err != nil {
		return err
	}
	if !begun {
		switch {
		case d.Disk >= z.Disk: // somebody else has
			return nil
		case d.Status != statusOff:
			return fmt.Errorf("%w: droplet %d is %s: power it off first", errStillOn, id, visible.Short(d.Status, 20))
		}
		before = diskBefore{d.Disk, d.Size}
		s.Put(keyDiskBefore, before)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if err := g.work(s, id, before).run(ctx); err != nil {
		return err
	}
	s.Passed(before.disk(d))
	return nil
}

// Compensate succeeds when the disk did not grow. When it did, the saga goes forward.
func (g GrowDropletDisk) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	var before diskBefore
	if begun, err := s.Saved(keyDiskBefore, &before); err != nil || !begun {
		return err
	}
	written := s.Input(inSize)
	if began, err := g.work(s, id, before).settle(ctx); err != nil || !began {
		return gone(id, before.Size, written, err)
	}
	now, err := g.live(ctx, id)
	if err != nil {
		return gone(id, before.Size, written, err)
	}
	if now.Disk <= before.Disk {
		return nil
	}
	s.Passed(before.disk(now))
	return fmt.Errorf("%w: droplet %s has a disk of %d GiB: %s: resolve this row", errFinal, now.title(), now.Disk, g.Final())
}

// DescribeUndo says that nothing shrinks.
func (g GrowDropletDisk) DescribeUndo(s *engine.State) string {
	if begun, _ := s.Saved(keyDiskBefore, &diskBefore{}); !begun {
		return nothingToUndo
	}
	return "cannot be undone: " + g.Final()
}
