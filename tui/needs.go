package tui

import (
	"context"

	"arcadia/engine"
)

// maxWaits bounds how many sagas at work are looked at for those that wait for a person.
const maxWaits = 1000

// waitsForMe lists the sagas at work that go nowhere until a person acts. Those that have failed are counted by the store.
func waitsForMe(ctx context.Context, b Backend) (map[engine.ID]bool, error) {
	out := map[engine.ID]bool{}
	p, err := b.List(ctx, engine.Query{Statuses: []engine.Status{engine.Running, engine.Compensating, engine.Pending}, Limit: maxWaits})
	for i := range p.Items {
		if p.Items[i].NeedsOperator() {
			out[p.Items[i].ID] = true
		}
	}
	return out, err
}
