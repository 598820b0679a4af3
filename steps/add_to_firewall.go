package steps

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// AddToFirewall puts a firewall before a droplet. Its compensation takes it away again. The other droplets and the rules are never
// written.
type AddToFirewall struct{ cloud WallCloud }

// WallCloud is what the step asks of the provider.
type WallCloud interface {
	Powers
	Walls
}

// NewAddToFirewall makes the step over a provider.
func NewAddToFirewall(cloud WallCloud) AddToFirewall { return AddToFirewall{cloud} }

const keyGuard = "firewall_guards"

// guardIntent is saved before the write.
type guardIntent struct {
	There   bool `json:"there"`             // before the write
	Refused bool `json:"refused,omitempty"` // it was answered with no
}

// Name is "add_to_firewall".
func (AddToFirewall) Name() string { return "add_to_firewall" }

// Inputs declares the firewall and the droplet.
func (a AddToFirewall) Inputs() []engine.Field {
	droplet := dropletStep{a.cloud}.field()
	droplet.Later = true
	return []engine.Field{
		{
			Name: inFirewall, Label: "Firewall", Type: engine.TextField, Required: true, Check: checkFirewall, Options: FirewallRule{walls: a.cloud}.options,
			Help: "the id of the firewall",
		},
		droplet,
	}
}

// Locks names the firewall, and the droplet as far as it is known.
func (AddToFirewall) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	out := []string{"firewall:" + in[inFirewall]}
	if in[inDroplet] != "" {
		out = append(out, dropletLock(in[inDroplet]))
	}
	return out, nil
}

// find reads the firewall now.
func (a AddToFirewall) find(ctx context.Context, id string) (Firewall, error) {
	w, _, err := FirewallRule{walls: a.cloud}.find(ctx, id, Rule{})
	return w, err
}

// Target is the firewall's name. What does not exist refuses the launch.
func (a AddToFirewall) Target(ctx context.Context, in engine.Inputs) (string, error) {
	w, err := a.find(ctx, in[inFirewall])
	if err != nil {
		return "", err
	}
	if in[inDroplet] != "" {
		if _, err := (dropletStep{a.cloud}).find(ctx, in); err != nil {
			return "", err
		}
	}
	if err := denied(a.cloud, PlaceWalls, LiftWalls); err != nil {
		return "", fmt.Errorf("change firewall %s: %w", visible.Text(w.Name), err)
	}
	return "firewall " + visible.Text(w.Name), nil
}

// Plan says which firewall would stand before which droplet.
func (a AddToFirewall) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	w, err := a.find(ctx, in[inFirewall])
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Action: engine.ActUpdate, Subject: "firewall " + visible.Text(w.Name), Undo: "takes the firewall from the droplet"}
	if in[inDroplet] == "" {
		return c, nil
	}
	d, err := dropletStep{a.cloud}.find(ctx, in)
	if err != nil {
		return c, err
	}
	if slices.Contains(w.Droplets, d.ID) {
		c.Action, c.Undo, c.Note = engine.ActNone, nothingToUndo, "it stands before "+d.title()
		return c, nil
	}
	c.Fields = []engine.FieldChange{{Name: "droplet", To: d.title()}}
	return c, nil
}

// Execute puts the firewall before the droplet, and looks whether it stands there. To write it twice does no harm.
func (a AddToFirewall) Execute(ctx context.Context, s *engine.State) error {
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	var in guardIntent
	begun, err := s.Saved(keyGuard, &in)
	if err != nil {
		return err
	}
	if begun && !in.Refused { // the write of an earlier attempt may still arrive
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
	}
	w, err := a.find(ctx, s.Input(inFirewall))
	if err != nil {
		return verdict(ctx, err)
	}
	if !begun {
		in.There = slices.Contains(w.Droplets, droplet)
		s.Put(keyGuard, in)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if in.There || slices.Contains(w.Droplets, droplet) {
		what := outcomeAdded // by an attempt before this one
		if in.There || in.Refused {
			what = outcomeNoop
		}
		s.Put(keyOutcome, what)
		return nil
	}
	if in.Refused { // from here on the write may happen
		in.Refused = false
		s.Put(keyGuard, in)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	err = a.cloud.Guard(ctx, w.ID, droplet)
	if err != nil {
		in.Refused = refused(err)
		s.Put(keyGuard, in)
		return verdict(ctx, err)
	}
	if err := a.settle(ctx, w.ID, droplet, true); err != nil {
		return err
	}
	s.Put(keyOutcome, outcomeAdded)
	return nil
}

// settle waits until the firewall stands before the droplet, or does so no more.
func (a AddToFirewall) settle(ctx context.Context, id string, droplet int64, there bool) error {
	left, err := settled(ctx, func() ([]string, error) {
		w, err := a.find(ctx, id)
		if err != nil || slices.Contains(w.Droplets, droplet) == there {
			return nil, err
		}
		return []string{w.Name}, nil
	})
	if err == nil && len(left) > 0 {
		return fmt.Errorf("%w: firewall %s and droplet %d", errNoEffect, visible.Text(left[0]), droplet)
	}
	return verdict(ctx, err)
}

// Compensate takes the firewall from the droplet if this row has put it there.
func (a AddToFirewall) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	var in guardIntent
	if begun, err := s.Saved(keyGuard, &in); err != nil || !begun || in.There || in.Refused {
		return err
	}
	if err := pause(ctx, lateWrite); err != nil { // a write that was cut off on its way may still arrive
		return err
	}
	w, err := a.find(ctx, s.Input(inFirewall))
	switch {
	case absent(err), err == nil && !slices.Contains(w.Droplets, droplet):
		return nil
	case err != nil:
		return verdict(ctx, err)
	}
	if err := a.cloud.Unguard(ctx, w.ID, droplet); err != nil && !absent(err) {
		return verdict(ctx, err)
	}
	return a.settle(ctx, w.ID, droplet, false)
}

// DescribeUndo says whether the firewall would be taken away.
func (AddToFirewall) DescribeUndo(s *engine.State) string {
	var in guardIntent
	if ok, _ := s.Saved(keyGuard, &in); !ok || in.There || in.Refused {
		return nothingToUndo
	}
	return "takes firewall " + s.Input(inFirewall) + " from droplet " + s.Input(inDroplet)
}
