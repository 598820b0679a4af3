package tui

import (
	"context"

	"arcadia/engine"
	"arcadia/tui/say"
)

// maxBusy bounds how many sagas at work are looked at for how they stand.
const maxBusy = 1000

// standing says how the sagas stand that are not at rest. Those that have failed are counted by the store.
func standing(ctx context.Context, b Backend) (map[engine.ID]say.Stand, error) {
	out := map[engine.ID]say.Stand{}
	p, err := b.List(ctx, engine.Query{Statuses: []engine.Status{engine.Running, engine.Compensating, engine.Pending}, Limit: maxBusy})
	for i := range p.Items {
		out[p.Items[i].ID] = say.StandOf(&p.Items[i])
	}
	return out, err
}
