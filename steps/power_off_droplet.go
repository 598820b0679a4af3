package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// PowerOffDroplet shuts a droplet down, and switches it off when it does not follow. Its compensation switches it on again
// if it was on before, unless somebody has resized or rebuilt it since.
type PowerOffDroplet struct {
	dropletStep
	ledger Ledger
}

// NewPowerOffDroplet makes the step over a provider and a store.
func NewPowerOffDroplet(cloud Powers, ledger Ledger) PowerOffDroplet {
	return PowerOffDroplet{dropletStep{cloud}, ledger}
}

const (
	inGrace = "grace"
	inForce = "force"

	defaultGrace = 120 * time.Second

	keyPowerBefore = "power_before"
	keyStatus      = "droplet_status" // what it is when the row has ended, whichever way it went
	keySwitchedOff = "switched_off_droplet_id"
	keyPowerFound  = "power_found" // for later rows: how the droplet was before this saga switched it off
)

// Name is "power_off_droplet".
func (PowerOffDroplet) Name() string { return "power_off_droplet" }

// Inputs declares the droplet, and how patiently it is switched off.
func (p PowerOffDroplet) Inputs() []engine.Field {
	return []engine.Field{p.field(), graceField(), {
		Name: inForce, Label: "Force", Type: engine.ChoiceField, Choices: []string{"yes", "no"}, Default: "yes",
		Help: "switch it off when it is still on after the grace; no: only shut down",
	}}
}

func graceField() engine.Field {
	return engine.Field{
		Name: inGrace, Label: "Grace", Type: engine.TextField, Default: defaultGrace.String(), Check: checkGrace,
		Help: "how long it may take to shut down, as 120s or 5m; 0s: switch it off at once",
	}
}

func checkGrace(value string, _ engine.Inputs) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 || d > time.Hour {
		return fmt.Errorf("%q is not a time between 0s and 1h", visible.Short(value, 40))
	}
	return nil
}

func graceOf(in engine.Inputs) time.Duration {
	d, err := time.ParseDuration(in[inGrace])
	if err != nil {
		return defaultGrace
	}
	return d
}

// Deadline leaves room for the longest grace and for what runs on the droplet before.
func (PowerOffDroplet) Deadline() time.Duration { return 3 * time.Hour }

func (p PowerOffDroplet) work(s *engine.State) (switching, error) {
	id, err := dropletOf(s.Inputs())
	return switching{p.dropletStep, s, id}, err
}

// Plan says what would be switched off.
func (p PowerOffDroplet) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	d, err := p.find(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{
		Action: engine.ActUpdate, Subject: "power of " + d.title(), Fields: []engine.FieldChange{{Name: "status", From: d.Status, To: statusOff}},
		Undo: "switches it on again", Service: engine.ServiceStops,
	}
	if d.Status == statusOff {
		c.Action, c.Fields, c.Undo, c.Note = engine.ActNone, nil, nothingToUndo, "it is off"
	}
	return p.waits(ctx, d.ID, c), nil
}

// Execute switches the droplet off.
func (p PowerOffDroplet) Execute(ctx context.Context, s *engine.State) error {
	w, err := p.work(s)
	if err != nil {
		return err
	}
	prior, _, err := p.before(ctx, s, keyPowerBefore, w.id)
	if err != nil {
		return err
	}
	s.Put(keyPowerFound, prior.Status)
	if err := w.off(ctx, "", graceOf(s.Inputs()), s.Input(inForce) != "no"); err != nil {
		return err
	}
	s.Put(keyStatus, statusOff)
	s.Put(keySwitchedOff, w.id)
	return nil
}

// Compensate switches the droplet on again if it was on.
func (p PowerOffDroplet) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	w, err := p.work(s)
	if err != nil {
		return err
	}
	var prior was
	if saved, err := s.Saved(keyPowerBefore, &prior); err != nil || !saved || prior.Status != statusActive {
		return err
	}
	began, err := w.settle(ctx, w.power("shutdown", Shutdown, statusOff, 0), w.power("power_off", PowerOff, statusOff, 0))
	if err != nil || !began {
		return gone(w.id, statusActive, statusOff, err)
	}
	now, err := p.live(ctx, w.id)
	if err != nil {
		return gone(w.id, statusActive, statusOff, err)
	}
	if err := p.unlike(ctx, s, now, prior); err != nil {
		return err
	}
	if err := w.on(ctx, "undo_"); err != nil {
		return err
	}
	s.Put(keyStatus, statusActive)
	return nil
}

// unlike is the conflict of a droplet that somebody has resized or rebuilt since; what this saga itself has done to it is
// none.
func (p PowerOffDroplet) unlike(ctx context.Context, s *engine.State, now Droplet, prior was) error {
	var own string
	if _, err := s.Lookup(keySizeWritten, &own); err != nil {
		return err
	}
	var image int64
	if _, err := s.Lookup(keyImageWritten, &image); err != nil {
		return err
	}
	same, err := isImage(ctx, p.ledger, now, prior.Image)
	if err != nil {
		return err
	}
	if now.Size != prior.Size && now.Size != own || !same && now.ImageID != image {
		return now.conflict(fmt.Sprintf("active, %s, image %d", prior.Size, prior.Image), "off",
			fmt.Sprintf("%s, %s, image %d", now.Status, now.Size, now.ImageID))
	}
	return nil
}

// DescribeUndo says whether the droplet would be switched on.
func (PowerOffDroplet) DescribeUndo(s *engine.State) string {
	var prior was
	if ok, _ := s.Saved(keyPowerBefore, &prior); !ok || prior.Status != statusActive {
		return nothingToUndo
	}
	return "switches droplet " + s.Input(inDroplet) + " on again"
}

// Verify names the droplet if it was on and is not.
func (p PowerOffDroplet) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	var prior was
	if saved, err := s.Saved(keyPowerBefore, &prior); err != nil || !saved || prior.Status != statusActive {
		return nil, err
	}
	w, err := p.work(s)
	if err != nil {
		return nil, err
	}
	return settled(ctx, func() ([]string, error) {
		now, err := p.live(ctx, w.id)
		if err != nil || now.Status == statusActive {
			return nil, err
		}
		return []string{"droplet " + now.title() + " is " + visible.Short(now.Status, 20)}, nil
	})
}

// failedForGood reports whether an action ended without its effect, as opposed to not having ended.
func failedForGood(err error) bool {
	return errors.Is(err, errNoEffect) || errors.Is(err, errActionErrored)
}
