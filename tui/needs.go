package tui

import (
	"context"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
)

// maxBusy bounds how many sagas at work are looked at for how they stand.
const maxBusy = 1000

// maxEnded bounds how many sagas that have come to rest are counted by day.
const maxEnded = 1000

// ended says when the newest sagas at rest came there, and how often each kind is among them.
func ended(ctx context.Context, b Backend) (map[engine.ID]time.Time, map[string]int, error) {
	out, used := map[engine.ID]time.Time{}, map[string]int{}
	p, err := b.List(ctx, engine.Query{Statuses: []engine.Status{engine.Completed, engine.RolledBack}, Limit: maxEnded})
	for i := range p.Items {
		out[p.Items[i].ID] = p.Items[i].FinishedAt.Time
		used[p.Items[i].Kind]++
	}
	return out, used, err
}

// standing says how the sagas stand that are not at rest. Those that have failed are counted by the store.
func standing(ctx context.Context, b Backend) (map[engine.ID]say.Stand, error) {
	out := map[engine.ID]say.Stand{}
	p, err := b.List(ctx, engine.Query{Statuses: []engine.Status{engine.Running, engine.Compensating, engine.Pending}, Limit: maxBusy})
	for i := range p.Items {
		out[p.Items[i].ID] = say.StandOf(&p.Items[i])
	}
	return out, err
}
