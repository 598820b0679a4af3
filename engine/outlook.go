package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// outlook is what one step of a plan is about, locks and would do.
type outlook struct {
	target    string
	locks     []string
	change    Change
	plans     bool // the step can say what it would do
	targetErr error
	locksErr  error
	changeErr error
}

// atOnce is how many steps of a plan look at the world at the same time.
const atOnce = 8

// outlooks asks each step of a plan, several at once: nearly all of it is waiting for the provider. A step that locks nothing has
// nothing to wait for.
func (e *Engine) outlooks(ctx context.Context, c course) []outlook {
	out := make([]outlook, len(c.steps))
	places := make(chan struct{}, atOnce)
	var asked sync.WaitGroup
	for i := c.first; i < len(c.steps); i++ {
		if _, locks := e.steps[c.steps[i]].(Locker); !locks {
			out[i] = e.outlook(ctx, c, i)
			continue
		}
		places <- struct{}{}
		asked.Go(func() {
			defer func() { <-places }()
			out[i] = e.outlook(ctx, c, i)
		})
	}
	asked.Wait()
	return out
}

// outlook contains a panic of the step.
func (e *Engine) outlook(ctx context.Context, c course, i int) (o outlook) {
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("a step panics while it is planned", "step", c.steps[i], "panic", p, "stack", string(debug.Stack()))
			o.locksErr = fmt.Errorf("panic: %v", p)
		}
	}()
	step := e.steps[c.steps[i]]
	if t, ok := step.(Targeter); ok {
		o.target, o.targetErr = t.Target(ctx, c.known(i))
	}
	if l, ok := step.(Locker); ok {
		o.locks, o.locksErr = l.Locks(ctx, c.known(i))
	}
	var p Planner
	p, o.plans = step.(Planner)
	if o.plans {
		o.change, o.changeErr = p.Plan(ctx, c.known(i))
	}
	return o
}

// target names what the saga is about; the first step that can say wins, but an unknown droplet or domain of any step refuses the launch.
func target(c course, all []outlook) (string, error) {
	name := ""
	for i, o := range all {
		if bad, ok := errors.AsType[*InputError](o.targetErr); ok { // the step does not know which it is
			return "", &InputError{Name: nameFor(c.in, i, bad.Name), Idx: i, Err: bad.Err}
		}
		if o.targetErr != nil {
			return "", fmt.Errorf("look at what step %d %s is about: %w", i, c.steps[i], o.targetErr)
		}
		if name == "" {
			name = legible(o.target, maxTarget)
		}
	}
	return name, nil
}
