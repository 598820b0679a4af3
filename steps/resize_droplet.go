package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// ResizeDroplet gives a droplet that is off more or fewer processors and memory. The disk stays, so that its compensation
// can give the former size back.
type ResizeDroplet struct{ dropletStep }

// NewResizeDroplet makes the step over a provider.
func NewResizeDroplet(cloud Powers) ResizeDroplet { return ResizeDroplet{dropletStep{cloud}} }

const (
	inSize = "size"

	keySizeBefore   = "size_before"
	keySizeWritten  = "size_written"
	keyImageWritten = "image_written"
	keySize         = "droplet_size" // what it is when the row has ended, whichever way it went
)

// errStillOn is why a resize fails before it asks for anything.
const errStillOn = engine.Reason("droplet_is_on")

// Name is "resize_droplet".
func (ResizeDroplet) Name() string { return "resize_droplet" }

// Inputs declares the droplet and its new size.
func (r ResizeDroplet) Inputs() []engine.Field {
	return []engine.Field{r.field(), {
		Name: inSize, Label: "Size", Type: engine.TextField, Required: true, Check: checkSlug, Options: r.sizes,
		Help: "the slug of the new size, as s-2vcpu-4gb; its disk is not taken along",
	}}
}

func checkSlug(value string, _ engine.Inputs) error {
	bad := strings.ContainsFunc(value, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
	if bad || value == "" || len(value) > 80 {
		return fmt.Errorf("%q is not a slug", visible.Short(value, 40))
	}
	return nil
}

// sizes lists what the droplet can become.
func (r ResizeDroplet) sizes(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
	all, err := r.cloud.Sizes(ctx)
	if err != nil {
		return nil, err
	}
	d, err := r.find(ctx, in)
	known := err == nil
	var out []engine.Option
	for _, z := range all {
		if known && (z.Slug == d.Size || z.fits(d) != nil) {
			continue
		}
		out = append(out, engine.Option{Value: z.Slug, Label: z.Slug, Detail: fmt.Sprintf("%d MiB  %d vCPU  $%.2f a month", z.Memory, z.VCPUs, z.MonthlyUSD)})
	}
	return out, nil
}

// fits says why a droplet cannot be given the size.
func (z Size) fits(d Droplet) error {
	switch {
	case !slices.Contains(z.Regions, d.Region):
		return fmt.Errorf("size %s is not available in %s now: choose another", z.Slug, visible.Text(d.Region))
	case z.Disk < d.Disk:
		return fmt.Errorf("size %s has a disk of %d GiB and droplet %s has one of %d: a disk cannot shrink, choose a larger size", z.Slug, z.Disk, d.title(), d.Disk)
	}
	return nil
}

// size finds a size by its slug.
func (d dropletStep) size(ctx context.Context, slug string) (Size, error) {
	all, err := d.cloud.Sizes(ctx)
	if err != nil {
		return Size{}, err
	}
	at := slices.IndexFunc(all, func(z Size) bool { return z.Slug == slug })
	if at < 0 {
		return Size{}, fmt.Errorf("%s: there is no size %s", inSize, visible.Short(slug, 60))
	}
	return all[at], nil
}

// Target refuses a size that does not exist, is sold out in the droplet's region, or has a smaller disk.
func (r ResizeDroplet) Target(ctx context.Context, in engine.Inputs) (string, error) {
	title, err := r.dropletStep.Target(ctx, in)
	if err != nil {
		return "", err
	}
	d, err := r.find(ctx, in)
	if err != nil {
		return "", err
	}
	z, err := r.size(ctx, in[inSize])
	if err != nil {
		return "", err
	}
	if d.Size == z.Slug {
		return title, nil
	}
	return title, z.fits(d)
}

// Deadline leaves room for large disks.
func (ResizeDroplet) Deadline() time.Duration { return 4 * time.Hour }

// Plan says from which size to which, and what that costs.
func (r ResizeDroplet) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	d, err := r.find(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Action: engine.ActNone, Subject: "size of " + d.title(), Note: "it has this size", Undo: nothingToUndo}
	if d.Size == in[inSize] {
		return r.waits(ctx, d.ID, c), nil
	}
	next, err := r.size(ctx, in[inSize])
	if err != nil {
		return engine.Change{}, err
	}
	now, err := r.size(ctx, d.Size)
	if err != nil {
		return engine.Change{}, err
	}
	c = engine.Change{
		Action: engine.ActUpdate, Subject: "size of " + d.title(), Undo: "gives it size " + visible.Text(d.Size) + " again", Value: next.Slug,
		Fields:     []engine.FieldChange{{Name: "size", From: visible.Text(d.Size), To: next.Slug}},
		MonthlyUSD: next.MonthlyUSD - now.MonthlyUSD,
		Note:       fmt.Sprintf("%+.2f dollars a month; the disk stays at %d GiB", next.MonthlyUSD-now.MonthlyUSD, d.Disk),
	}
	return r.waits(ctx, d.ID, c), nil
}

// work is the action that gives the droplet a size.
func (r ResizeDroplet) work(s *engine.State, key string, id int64, size string) *actionWork {
	return &actionWork{
		cloud: r.cloud, s: s, key: key, what: fmt.Sprintf("resize droplet %d to %s", id, visible.Text(size)), kind: "resize",
		list: func(ctx context.Context) ([]Action, error) {
			return again(ctx, func() ([]Action, error) { return r.cloud.DropletActions(ctx, id) })
		},
		post: func(ctx context.Context) (Action, error) { return r.cloud.Resize(ctx, id, size, false) },
		done: func(ctx context.Context) (bool, error) {
			d, err := r.live(ctx, id)
			return d.Size == size, err
		},
	}
}

// Execute resizes the droplet.
func (r ResizeDroplet) Execute(ctx context.Context, s *engine.State) error {
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	size := s.Input(inSize)
	prior, fresh, err := r.before(ctx, s, keySizeBefore, id)
	if err != nil {
		return err
	}
	if fresh && prior.Size != size && prior.Status != statusOff {
		return fmt.Errorf("%w: droplet %d is %s: power it off first", errStillOn, id, visible.Short(prior.Status, 20))
	}
	s.Put(keySizeWritten, size)
	if err := r.work(s, "resize", id, size).run(ctx); err != nil {
		return err
	}
	s.Put("size_was", prior.Size)
	s.Put(keySize, size)
	return nil
}

// Compensate gives the droplet its former size.
func (r ResizeDroplet) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	size := s.Input(inSize)
	var prior was
	if saved, err := s.Saved(keySizeBefore, &prior); err != nil || !saved || prior.Size == size {
		return err
	}
	began, err := r.work(s, "resize", id, size).settle(ctx)
	if err != nil {
		return gone(id, prior.Size, size, err)
	}
	if !began {
		s.Put(keySize, prior.Size)
		return nil
	}
	now, err := r.live(ctx, id)
	if err != nil {
		return gone(id, prior.Size, size, err)
	}
	s.Put(keySize, now.Size)
	switch {
	case now.Size == prior.Size:
		return nil
	case now.Size != size && now.Status == statusOff: // it can be given its former size by an operator's word
		if live := visible.Short(now.Size, 60); !s.MayOverwrite("droplet "+now.title(), live) {
			return &engine.Conflict{Subject: "droplet " + now.title(), Prior: prior.Size, Written: size, Live: live, Overwritable: true}
		}
	case now.Size != size:
		return now.conflict(prior.Size, size, visible.Short(now.Size, 60))
	case now.Status != statusOff:
		return now.conflict(prior.Size+", off", size+", off", visible.Short(now.Size+", "+now.Status, 60))
	}
	if err := r.work(s, "undo_resize", id, prior.Size).run(ctx); err != nil {
		return fmt.Errorf("droplet %s stays at size %s: %w", now.title(), visible.Short(now.Size, 60), err)
	}
	s.Put(keySize, prior.Size)
	return nil
}

// DescribeUndo says which size the droplet would be given.
func (ResizeDroplet) DescribeUndo(s *engine.State) string {
	var prior was
	if ok, _ := s.Saved(keySizeBefore, &prior); !ok || prior.Size == s.Input(inSize) {
		return nothingToUndo
	}
	return fmt.Sprintf("gives droplet %s size %s again", s.Input(inDroplet), visible.Text(prior.Size))
}

// Verify names the droplet if it has not its former size.
func (r ResizeDroplet) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	var prior was
	if saved, err := s.Saved(keySizeBefore, &prior); err != nil || !saved {
		return nil, err
	}
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return nil, err
	}
	return settled(ctx, func() ([]string, error) {
		now, err := r.live(ctx, id)
		if err != nil || now.Size == prior.Size {
			return nil, err
		}
		return []string{fmt.Sprintf("droplet %s has size %s", now.title(), visible.Short(now.Size, 60))}, nil
	})
}
