package estate

import (
	"context"
	"errors"
	"time"

	"arcadia/engine"
)

// Orphan is a snapshot that a saga of some ledger has made and that the asked ledger does not account for. It costs money until
// somebody deletes it, or finds the ledger that it belongs to.
type Orphan struct {
	ID         int64         `json:"id,omitzero"` // of a droplet's
	VolumeCopy string        `json:"volume_snapshot_id,omitempty"`
	Name       string        `json:"name"`
	Droplet    int64         `json:"droplet_id,omitzero"` // which may be gone
	Volume     string        `json:"volume_id,omitempty"` // the same
	Created    time.Time     `json:"created_at"`
	Age        time.Duration `json:"-"` // at the time of the look
	SizeGB     float64       `json:"size_gigabytes"`
	MonthlyUSD float64       `json:"monthly_usd"`
}

// Lister lists the snapshots with our names for which accountedFor says no.
type Lister func(ctx context.Context, accountedFor func(name string) bool) ([]Orphan, error)

// Sagas is what is asked of a store to tell whether a saga in it accounts for a snapshot.
type Sagas interface {
	Find(ctx context.Context, ref string) (engine.ID, error)
	Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error)
}

// Orphans lists the snapshots that no saga of a store accounts for. When that cannot be said of one there is no list: it could be
// deleted for an orphan.
func Orphans(ctx context.Context, look Lister, sagas Sagas) ([]Orphan, error) {
	var doubt error
	found, err := look(ctx, func(name string) bool {
		known, err := accountedFor(ctx, sagas, name)
		doubt = errors.Join(doubt, err)
		return known || err != nil
	})
	if err := errors.Join(err, doubt); err != nil {
		return nil, err
	}
	return found, nil
}

// accountedFor reports whether a saga that is not rolled back has the snapshot of this name, whose end is its short id.
func accountedFor(ctx context.Context, sagas Sagas, name string) (bool, error) {
	id, err := sagas.Find(ctx, name[max(0, len(name)-8):])
	if errors.Is(err, engine.ErrNotFound) || errors.Is(err, engine.ErrInput) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	all, err := sagas.Summaries(ctx, id)
	if err != nil || len(all) == 0 {
		return false, err
	}
	return all[0].Status != engine.RolledBack, nil
}
