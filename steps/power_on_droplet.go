package steps

import (
	"context"
	"time"

	"arcadia/engine"
)

// PowerOnDroplet switches a droplet on. Its compensation shuts it down if it was off before.
type PowerOnDroplet struct{ dropletStep }

// NewPowerOnDroplet makes the step over a provider.
func NewPowerOnDroplet(cloud Powers) PowerOnDroplet { return PowerOnDroplet{dropletStep{cloud}} }

// Name is "power_on_droplet".
func (PowerOnDroplet) Name() string { return "power_on_droplet" }

// Inputs declares the droplet.
func (p PowerOnDroplet) Inputs() []engine.Field {
	return []engine.Field{p.field(), {
		Name: inIsOff, Label: "Is off by then", Type: engine.TextField, Help: "whether an earlier step has switched it off",
		Unasked: true, // a kind says so
	}}
}

const inIsOff = "is_off"

// Deadline leaves room for what runs on the droplet before.
func (PowerOnDroplet) Deadline() time.Duration { return 3 * time.Hour }

func (p PowerOnDroplet) work(s *engine.State) (switching, error) {
	id, err := dropletOf(s.Inputs())
	return switching{p.dropletStep, s, id}, err
}

// Plan says what would be switched on.
func (p PowerOnDroplet) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	d, err := p.find(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{
		Action: engine.ActUpdate, Subject: "power of " + d.title(), Fields: []engine.FieldChange{{Name: "status", From: d.Status, To: statusActive}},
		Undo: "shuts it down", Service: engine.ServiceStarts,
	}
	if in[inIsOff] != "" {
		c.Fields[0].From = statusOff
		return c, nil
	}
	if d.Status == statusActive {
		c.Action, c.Fields, c.Undo, c.Note = engine.ActNone, nil, nothingToUndo, "it is on now"
	}
	return p.waits(ctx, d.ID, c), nil
}

// Execute switches the droplet on.
func (p PowerOnDroplet) Execute(ctx context.Context, s *engine.State) error {
	w, err := p.work(s)
	if err != nil {
		return err
	}
	if _, _, err := p.before(ctx, s, keyPowerBefore, w.id); err != nil {
		return err
	}
	if err := w.on(ctx, ""); err != nil {
		return err
	}
	s.Put(keyStatus, statusActive)
	return nil
}

// Compensate shuts the droplet down if it was off.
func (p PowerOnDroplet) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	w, err := p.work(s)
	if err != nil {
		return err
	}
	var prior was
	if saved, err := s.Saved(keyPowerBefore, &prior); err != nil || !saved || prior.Status != statusOff {
		return err
	}
	began, err := w.settle(ctx, w.power("power_on", PowerOn, statusActive, 0))
	if err != nil || !began {
		return gone(w.id, statusOff, statusActive, err)
	}
	if err := w.off(ctx, "undo_", defaultGrace, true); err != nil {
		return gone(w.id, statusOff, statusActive, err)
	}
	s.Put(keyStatus, statusOff)
	return nil
}

// DescribeUndo says whether the droplet would be shut down.
func (PowerOnDroplet) DescribeUndo(s *engine.State) string {
	var prior was
	if ok, _ := s.Saved(keyPowerBefore, &prior); !ok || prior.Status != statusOff {
		return nothingToUndo
	}
	return "shuts droplet " + s.Input(inDroplet) + " down"
}
