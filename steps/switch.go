package steps

import (
	"context"
	"fmt"
	"time"

	"arcadia/engine"
)

// switching is what powering on and off share, forward and backward.
type switching struct {
	dropletStep
	s  *engine.State
	id int64
}

// The states of a droplet that matter here.
const (
	statusActive = "active"
	statusOff    = "off"
)

// power is the work of one action; key tells it from the others of the row.
func (w switching) power(key string, do PowerAction, want string, patience time.Duration) *actionWork {
	return &actionWork{
		cloud: w.cloud, s: w.s, key: key, what: fmt.Sprintf("%s droplet %d", do, w.id), kind: string(do), patience: patience,
		list: func(ctx context.Context) ([]Action, error) {
			return again(ctx, func() ([]Action, error) { return w.cloud.DropletActions(ctx, w.id) })
		},
		post: func(ctx context.Context) (Action, error) { return w.cloud.Power(ctx, w.id, do) },
		done: func(ctx context.Context) (bool, error) {
			d, err := w.live(ctx, w.id)
			return d.Status == want, err
		},
	}
}

// off shuts the droplet down, and switches it off when it is still on after the grace and force says so.
func (w switching) off(ctx context.Context, prefix string, grace time.Duration, force bool) error {
	if grace > 0 {
		err := w.power(prefix+"shutdown", Shutdown, statusOff, grace).run(ctx)
		if !failedForGood(err) {
			return err
		}
		if !force {
			return fmt.Errorf("%w: it is on %s after its shutdown: launch again with force=yes to switch it off", err, grace)
		}
		if err := w.s.Log(ctx, fmt.Sprintf("droplet %d did not follow its shutdown: switching it off", w.id)); err != nil {
			return err
		}
	}
	return w.power(prefix+"power_off", PowerOff, statusOff, 0).run(ctx)
}

// on switches the droplet on.
func (w switching) on(ctx context.Context, prefix string) error {
	return w.power(prefix+"power_on", PowerOn, statusActive, 0).run(ctx)
}

// settle waits for what the row may have begun.
func (w switching) settle(ctx context.Context, works ...*actionWork) (began bool, err error) {
	for _, one := range works {
		some, err := one.settle(ctx)
		if err != nil {
			return true, err
		}
		began = began || some
	}
	return began, nil
}

// leftOff is the droplet that the rows before have switched off and left so; 0: none.
func leftOff(s *engine.State) (id int64, err error) {
	var status string
	if _, err := s.Lookup(keyStatus, &status); err != nil || status != statusOff {
		return 0, err
	}
	_, err = s.Lookup(keySwitchedOff, &id)
	return id, err
}
