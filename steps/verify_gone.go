package steps

import (
	"context"
	"fmt"
	"time"

	"arcadia/engine"
)

// VerifyGone waits until a droplet cannot be read any more. It changes nothing and may be repeated for ever.
type VerifyGone struct{ machines Machines }

// NewVerifyGone makes the step over a provider.
func NewVerifyGone(machines Machines) VerifyGone { return VerifyGone{machines} }

// errStillThere is why the step asks for another attempt.
const errStillThere = engine.Reason("droplet_still_there")

// Name is "verify_gone".
func (VerifyGone) Name() string { return "verify_gone" }

// Again says that looking once more does no harm.
func (VerifyGone) Again() {}

// Inputs declares the droplet.
func (VerifyGone) Inputs() []engine.Field {
	return []engine.Field{{Name: inDroplet, Label: "Droplet", Type: engine.IntField, Required: true, Check: checkDroplet, Help: "the id of the droplet that has to be gone"}}
}

// Plan says what is looked at.
func (VerifyGone) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActWait, Subject: "for droplet " + in[inDroplet] + " to be gone", Undo: nothingToUndo}, nil
}

// Execute waits until the provider has said three times in a row that there is no such droplet.
func (v VerifyGone) Execute(ctx context.Context, s *engine.State) error {
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	err = s.Idle(ctx, fmt.Sprintf("droplet %d to be gone", id), time.Time{}, func(ctx context.Context) error { return vanished(ctx, v.machines, id) })
	if err == nil {
		s.Put("gone_droplet_id", id)
	}
	return err
}

// vanished waits until a droplet cannot be read any more. One that still can after a while asks for another attempt.
func vanished(ctx context.Context, machines Machines, id int64) error {
	for n := range lookups {
		_, err := again(ctx, func() (Droplet, error) { return machines.Droplet(ctx, id) })
		switch {
		case absent(err):
			return nil
		case err != nil && ClassOf(err) != Retryable:
			return verdict(ctx, err)
		}
		if err := pause(ctx, pollPause(n)); err != nil {
			return err
		}
	}
	return engine.Retryable(fmt.Errorf("%w: droplet %d was deleted and is still there", errStillThere, id), 0)
}
