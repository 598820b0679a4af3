package crashtest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"arcadia/engine"
)

// prologue is what has happened before a course begins: sagas that completed, and what others did since. Nothing goes wrong
// in it, and none of its points counts.
type prologue struct {
	launches []engine.Launch
	since    func(w *world)
	oldest   bool // the course is about the first of the snapshots that it made, not the last
}

// prologue plays it and looks at where the course sets out from.
func (c *course) prologue(m *machine, w *world) (err error) {
	if c.first == nil {
		return nil
	}
	ctx := context.Background()
	p, err := m.start(newLife(0), nil)
	if err != nil {
		return fmt.Errorf("prologue: %w", err)
	}
	defer func() { err = errors.Join(err, p.end()) }()
	for i, l := range c.first.launches {
		l.Inputs = replaced(replaced(l.Inputs, "$droplet", strconv.FormatInt(w.droplet, 10)), "$volume", w.volume)
		feed := p.ops.Watch() // before the start: a saga that ends at once marks nobody who comes later
		sg, err := p.ops.Start(ctx, l)
		if err != nil {
			return fmt.Errorf("prologue, launch %d: %w", i, err)
		}
		for !sg.Status.Terminal() {
			<-feed.Ready()
			feed.Take()
			if sg, err = p.ops.Saga(ctx, sg.ID); err != nil {
				return fmt.Errorf("prologue, saga %d: %w", i, err)
			}
		}
		feed.Close()
		if sg.Status != engine.Completed {
			return fmt.Errorf("prologue, saga %d is %s: %s", i, sg.Status, rows(sg))
		}
		w.before++
	}
	p.stop()
	resources, err := p.store.Resources(ctx)
	if err != nil {
		return err
	}
	if c.first.since != nil {
		c.first.since(w)
	}
	w.records, w.pictures, w.copies, w.sent = w.sim.Zone(zone), w.sim.Snapshots(), w.copiesNow(), len(w.sim.Requests())
	w.machine, w.walls, w.machines = w.machineNow(), w.sim.Firewalls(), len(w.sim.Droplets())
	w.accounts = w.read(resources)
	for _, r := range resources {
		w.key = r.Key()
		if id, ok := strings.CutPrefix(w.key, "droplet_snapshot/"); ok && (!c.first.oldest || w.snapshot == 0) {
			w.snapshot, err = strconv.ParseInt(id, 10, 64)
		}
	}
	return err
}

func replaced(in engine.Inputs, old, by string) engine.Inputs {
	out := engine.Inputs{}
	for k, v := range in {
		out[k] = strings.ReplaceAll(v, old, by)
	}
	return out
}
