package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// dropletStep is what the steps about one existing droplet share.
type dropletStep struct{ cloud Powers }

// field declares the droplet, with what can be picked.
func (d dropletStep) field() engine.Field {
	return engine.Field{
		Name: inDroplet, Label: "Droplet", Type: engine.IntField, Required: true, Check: checkDroplet, Options: d.options,
		Help: "the id of the droplet",
	}
}

func (d dropletStep) options(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	droplets, err := d.cloud.Droplets(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]engine.Option, 0, len(droplets))
	for _, one := range droplets {
		out = append(out, engine.Option{
			Value: itoa(one.ID), Label: visible.Text(one.Name),
			Detail: visible.Text(fmt.Sprintf("%d  %s  %s", one.ID, one.Region, one.Status)),
		})
	}
	return out, nil
}

// Locks names the droplet.
func (dropletStep) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{dropletLock(in[inDroplet])}, nil
}

// title is "web-01 (482913)", safe to show.
func (d Droplet) title() string { return fmt.Sprintf("%s (%d)", visible.Text(d.Name), d.ID) }

// find reads the droplet of the inputs. One that does not exist, and one that is locked, refuse.
func (d dropletStep) find(ctx context.Context, in engine.Inputs) (Droplet, error) {
	id, err := dropletOf(in)
	if err != nil {
		return Droplet{}, err
	}
	got, err := d.cloud.Droplet(ctx, id)
	switch {
	case absent(err):
		return Droplet{}, fmt.Errorf("droplet %d is not in this account", id)
	case err != nil:
		return Droplet{}, err
	case got.Locked:
		return Droplet{}, fmt.Errorf("droplet %s is locked by the provider: ask its support why, nothing can be done to it until then", got.title())
	}
	return got, nil
}

// Target is "web-01 (482913)". A droplet that does not exist or is locked refuses the launch, and so does a token known to
// lack a scope.
func (d dropletStep) Target(ctx context.Context, in engine.Inputs) (string, error) {
	got, err := d.find(ctx, in)
	if err != nil {
		return "", err
	}
	if err := denied(d.cloud, ChangeDroplets, FollowActions); err != nil {
		return "", fmt.Errorf("change droplet %s: %w", got.title(), err)
	}
	return got.title(), nil
}

// waits turns a plan into that of a step that first waits for what runs on the droplet now.
func (d dropletStep) waits(ctx context.Context, droplet int64, c engine.Change) engine.Change {
	a, busy := runningOn(ctx, d.cloud, droplet)
	if !busy {
		return c
	}
	note := fmt.Sprintf("another event is running on the droplet (%s, action %d): waits for it to end first", visible.Short(a.Type, 40), a.ID)
	if c.Note != "" {
		note = c.Note + "; " + note
	}
	c.Note = note
	return c
}

// runningOn is the action that runs on a droplet now, as far as it can be seen: the droplet's lock is an administrative one
// and says nothing about it.
func runningOn(ctx context.Context, cloud Actions, droplet int64) (Action, bool) {
	actions, err := cloud.DropletActions(ctx, droplet)
	if err != nil {
		return Action{}, false // the step itself waits for what it cannot see here
	}
	at := slices.IndexFunc(actions, func(a Action) bool { return a.Status == ActionRunning })
	if at < 0 {
		return Action{}, false
	}
	return actions[at], true
}

// live reads the droplet for a step that works on it. One that is gone is an error for good.
func (d dropletStep) live(ctx context.Context, id int64) (Droplet, error) {
	got, err := again(ctx, func() (Droplet, error) { return d.cloud.Droplet(ctx, id) })
	if absent(err) {
		return Droplet{}, fmt.Errorf("%w: droplet %d", errDropletGone, id)
	}
	return got, verdict(ctx, err)
}

// errDropletGone is why a step fails whose droplet somebody has destroyed.
const errDropletGone = engine.Reason("droplet_gone")

// was is what a droplet was before a step changed it.
type was struct {
	Status string `json:"status"`
	Size   string `json:"size"`
	Image  int64  `json:"image_id"`
}

// before gives what the droplet was before this row changed it: as saved, or else as it is, which is then saved. fresh says
// which of the two.
func (d dropletStep) before(ctx context.Context, s *engine.State, key string, id int64) (prior was, fresh bool, err error) {
	saved, err := s.Saved(key, &prior)
	if err != nil || saved {
		return prior, false, err
	}
	now, err := d.live(ctx, id)
	if err != nil {
		return prior, false, err
	}
	prior = was{Status: now.Status, Size: now.Size, Image: now.ImageID}
	s.Put(key, prior)
	return prior, true, s.Save(ctx)
}

// conflict is the refusal of a compensation to change a droplet that is not as the saga left it.
func (d Droplet) conflict(prior, written, live string) error {
	return &engine.Conflict{Subject: "droplet " + d.title(), Prior: prior, Written: written, Live: live}
}

// gone turns the error about a droplet that does not exist any more into a conflict: there is nothing to put back.
func gone(id int64, prior, written string, err error) error {
	if errors.Is(err, errDropletGone) {
		return &engine.Conflict{Subject: "droplet " + strconv.FormatInt(id, 10), Prior: prior, Written: written, Live: "absent"}
	}
	return err
}
