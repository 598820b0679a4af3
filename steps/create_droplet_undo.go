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

// Compensate deletes the droplet, whether its id was ever recorded or not.
func (c CreateDroplet) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var id int64
	known, err := s.Saved(keyDropletCreated, &id)
	if err != nil {
		return err
	}
	if !known {
		var in dropletIntent
		if begun, err := s.Saved(keyDropletIntent, &in); err != nil || !begun || in.Refused {
			return err
		}
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
		d, found, err := c.look(ctx, in.Tag, lookups)
		switch {
		case err != nil:
			return err
		case !found:
			return untag(ctx, c.cloud, s, in.Tag)
		}
		id = d.ID
		s.Put(keyDropletCreated, id)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if err := c.delete(ctx, s, id); err != nil {
		return err
	}
	return untag(ctx, c.cloud, s, dropletTag(s))
}

// delete deletes the droplet if it is still the one that was made, and nothing else has come to it.
func (c CreateDroplet) delete(ctx context.Context, s *engine.State, id int64) error {
	for n := 0; ; n++ {
		d, err := again(ctx, func() (Droplet, error) { return c.cloud.Droplet(ctx, id) })
		switch {
		case absent(err): // a new droplet may be listed late: deleting what is not there does no harm
		case err != nil:
			return verdict(ctx, err)
		default:
			if err := c.ours(ctx, s, d); err != nil {
				return err
			}
		}
		err = c.cloud.DeleteDroplet(ctx, id)
		switch {
		case err == nil:
			return s.Idle(ctx, fmt.Sprintf("droplet %d to be gone", id), time.Time{}, func(ctx context.Context) error { return vanished(ctx, c.cloud, id) })
		case absent(err):
			return nil
		case ClassOf(err) != Pending:
			return verdict(ctx, err)
		}
		if err := pause(ctx, pollPause(n)); err != nil { // its creation is under way
			return err
		}
	}
}

// ours is the conflict of a droplet that is not what was made any more. In the seconds after a deletion a droplet is still
// there, without its tags.
func (c CreateDroplet) ours(ctx context.Context, s *engine.State, d Droplet) error {
	var more []string
	ips, err := c.cloud.ReservedIPs(ctx)
	if err != nil {
		return verdict(ctx, err)
	}
	for _, ip := range ips {
		if ip.Droplet == d.ID {
			more = append(more, "reserved IP "+visible.Short(ip.IP, 40))
		}
	}
	if !slices.Contains(d.Tags, dropletTag(s)) && len(d.Tags) > 0 || d.Name != s.Input(inHostname) {
		more = append(more, "another name or other tags")
	}
	if len(d.Volumes) > 0 {
		more = append(more, fmt.Sprintf("%d volumes", len(d.Volumes)))
	}
	if len(d.Snapshots) > 0 {
		more = append(more, fmt.Sprintf("%d snapshots", len(d.Snapshots)))
	}
	if len(d.Backups) > 0 {
		more = append(more, fmt.Sprintf("%d backups", len(d.Backups)))
	}
	if len(more) == 0 {
		return nil
	}
	return &engine.Conflict{Subject: "droplet " + d.title(), Prior: "absent", Written: "a new droplet", Live: "the droplet, with " + strings.Join(more, ", ")}
}

// DescribeUndo says which droplet would be deleted, and how old it is.
func (CreateDroplet) DescribeUndo(s *engine.State) string {
	var in dropletIntent
	begun, _ := s.Saved(keyDropletIntent, &in)
	var id int64
	if known, _ := s.Saved(keyDropletCreated, &id); known {
		return fmt.Sprintf("deletes droplet %d (%s), made %s, and all that is on it", id, visible.Text(s.Input(inHostname)), in.At.Format("2006-01-02 15:04"))
	}
	if !begun || in.Refused {
		return nothingToUndo
	}
	return "looks for the droplet with tag " + in.Tag + " and deletes it"
}

// Touches is the droplet, and all that is made of it.
func (CreateDroplet) Touches(s *engine.State) []engine.Touch {
	var id int64
	if known, err := s.Saved(keyDropletCreated, &id); err != nil || !known {
		return nil
	}
	return []engine.Touch{{Name: dropletLock(itoa(id))}, {Name: madeOf(itoa(id))}}
}

// Verify names the droplet if it is still there.
func (c CreateDroplet) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	var id int64
	if known, err := s.Saved(keyDropletCreated, &id); err != nil || !known {
		return nil, err
	}
	return settled(ctx, func() ([]string, error) {
		d, err := c.cloud.Droplet(ctx, id)
		if absent(err) {
			return nil, nil
		}
		return []string{"droplet " + d.title()}, err
	})
}
