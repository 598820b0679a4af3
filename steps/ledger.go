package steps

import (
	"context"
	"fmt"
	"strings"

	"arcadia/engine"
)

// Ledger is what steps read of the store: what sagas account for, and who holds what. An engine.Store is one. All methods
// are safe for concurrent use.
type Ledger interface {
	// Resources returns the resources with the given keys (see engine.Resource.Key), leaving out what does not exist; all
	// of them in key order when no key is given.
	Resources(ctx context.Context, keys ...string) ([]engine.Resource, error)
	// Moves returns for each resource key that has moved the key that it has now; all moves when no key is given.
	Moves(ctx context.Context, keys ...string) (map[string]string, error)
	// Entries returns the entries of a saga after the given number, in order.
	Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error)
	// Locks returns every place in every lock's queue, by name and then by ticket. The first of a name holds it.
	Locks(ctx context.Context) ([]engine.Lock, error)
}

// noLedger stands in where no store is open: nothing is accounted for.
type noLedger struct{}

func (noLedger) Resources(context.Context, ...string) ([]engine.Resource, error) { return nil, nil }
func (noLedger) Moves(context.Context, ...string) (map[string]string, error)     { return nil, nil }
func (noLedger) Locks(context.Context) ([]engine.Lock, error)                    { return nil, nil }
func (noLedger) Entries(context.Context, engine.ID, uint64) ([]engine.Entry, error) {
	return nil, engine.ErrNotFound
}

// accounted reads one resource.
func accounted(ctx context.Context, l Ledger, key string) (engine.Resource, bool, error) {
	found, err := l.Resources(ctx, key)
	if err != nil || len(found) == 0 {
		return engine.Resource{}, false, err
	}
	return found[0], true, nil
}

// errMoved is the refusal of a step whose saga does not hold what the resource is guarded by now: another saga has moved
// the resource between the launch and its turn.
const errMoved = engine.Reason("resource_moved")

// guarded refuses unless the saga holds all locks of the resource as it is now.
func guarded(ctx context.Context, l Ledger, saga engine.ID, r engine.Resource) error {
	queues, err := l.Locks(ctx)
	if err != nil {
		return err
	}
	holder := map[string]engine.ID{}
	for _, q := range queues {
		if _, taken := holder[q.Name]; !taken {
			holder[q.Name] = q.Saga
		}
	}
	for _, name := range resourceLocks(r) {
		if holder[name] != saga {
			return fmt.Errorf("%w: %s needs the lock %s now, which this saga does not hold: launch again", errMoved, r.Key(), name)
		}
	}
	return nil
}

// maker is the saga in whose hands a snapshot with a saga's name still is; empty when nobody works on it. That saga holds
// its droplet's lock from before the snapshot's beginning, so who looks and finds nobody need not look again.
func maker(ctx context.Context, l Ledger, self engine.ID, snap Snapshot) (engine.ID, error) {
	if !ownSnapshot.MatchString(snap.Name) {
		return "", nil
	}
	return worker(ctx, l, self, snap.Name, "droplet:")
}

// worker is the saga that a copy has its name from, while it holds a lock of what it copies; empty when none does.
func worker(ctx context.Context, l Ledger, self engine.ID, name, lock string) (engine.ID, error) {
	queues, err := l.Locks(ctx)
	if err != nil {
		return "", err
	}
	for _, q := range queues {
		if q.Saga != self && strings.HasPrefix(q.Name, lock) && strings.HasSuffix(name, "-"+q.Saga.Short()) {
			return q.Saga, nil
		}
	}
	return "", nil
}

func snapshotLock(id string) string { return "snapshot:" + id }
