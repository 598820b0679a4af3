package steps

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

const inSnapshot = "snapshot"

// errInUse is the refusal to touch a snapshot that a saga is still about.
const errInUse = engine.Reason("a_saga_works_on_it")

// loose is what the steps about one existing snapshot share.
type loose struct {
	cloud  Snapshots
	ledger Ledger
}

// field declares the snapshot, with what can be picked.
func (l loose) field(options func(context.Context, engine.Inputs) ([]engine.Option, error)) []engine.Field {
	return []engine.Field{{
		Name: inSnapshot, Label: "Snapshot", Type: engine.IntField, Required: true, Check: checkSnapshot, Options: options,
		Help: "the id of a droplet's snapshot",
	}}
}

func checkSnapshot(value string, _ engine.Inputs) error {
	if id, err := strconv.ParseInt(value, 10, 64); err != nil || id < 1 || value != itoa(id) {
		return fmt.Errorf("%q is not a snapshot's id", visible.Short(value, 40))
	}
	return nil
}

// options lists the snapshots with sagas' names that pass.
func (l loose) options(pass func(accounted bool) bool) func(context.Context, engine.Inputs) ([]engine.Option, error) {
	return func(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
		all, err := l.cloud.AllSnapshots(ctx)
		if err != nil {
			return nil, err
		}
		ours, err := keys(ctx, l.ledger)
		if err != nil {
			return nil, err
		}
		var out []engine.Option
		for _, s := range all {
			if ownSnapshot.MatchString(s.Name) && pass(ours[snapshotKey(s.ID)]) {
				out = append(out, engine.Option{Value: itoa(s.ID), Label: visible.Text(s.Name), Detail: itoa(s.ID) + "  " + s.cost()})
			}
		}
		return out, nil
	}
}

// keys are the keys of all resources.
func keys(ctx context.Context, l Ledger) (map[string]bool, error) {
	all, err := l.Resources(ctx)
	out := make(map[string]bool, len(all))
	for _, r := range all {
		out[r.Key()] = true
	}
	return out, err
}

func snapshotKey(id int64) string { return snapshotResource + "/" + itoa(id) }

// Locks names the snapshot, and the droplet of one that a saga accounts for. One that nobody accounts for says only at the
// provider whose it is: see idle.
func (l loose) Locks(ctx context.Context, in engine.Inputs) ([]string, error) {
	r, found, err := accounted(ctx, l.ledger, snapshotResource+"/"+in[inSnapshot])
	if err != nil {
		return nil, err
	}
	if !found {
		r = engine.Resource{Type: snapshotResource, ExternalID: in[inSnapshot]}
	}
	return resourceLocks(r), nil
}

func (l loose) id(in engine.Inputs) (int64, error) {
	if err := checkSnapshot(in[inSnapshot], in); err != nil {
		return 0, named(inSnapshot, err)
	}
	return strconv.ParseInt(in[inSnapshot], 10, 64)
}

// find reads the snapshot. found is false when the provider says that there is none.
func (l loose) find(ctx context.Context, in engine.Inputs) (snap Snapshot, found bool, err error) {
	id, err := l.id(in)
	if err != nil {
		return snap, false, err
	}
	snap, err = l.cloud.Snapshot(ctx, id)
	if absent(err) {
		return Snapshot{ID: id}, false, nil
	}
	return snap, err == nil, err
}

// findAgain is find that does not believe the first answer that there is none.
func (l loose) findAgain(ctx context.Context, in engine.Inputs) (snap Snapshot, found bool, err error) {
	for i := 1; ; i++ {
		if snap, found, err = l.find(ctx, in); err != nil || found || i == absences {
			return snap, found, err
		}
		if err := pause(ctx, absencePause); err != nil {
			return snap, false, err
		}
	}
}

// idle refuses a snapshot that the saga which makes it, or takes it back, still works on.
func (l loose) idle(ctx context.Context, self engine.ID, snap Snapshot) error {
	saga, err := maker(ctx, l.ledger, self, snap)
	if err != nil {
		return fmt.Errorf("look who works on snapshot %d: %w", snap.ID, err)
	}
	if saga != "" {
		return fmt.Errorf("%w: saga %s is not done with %s: wait for its end, or retry or resolve it", errInUse, saga.Short(), snap.title())
	}
	return nil
}

// title is "snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)", safe to show.
func (s Snapshot) title() string {
	if s.Name == "" {
		return fmt.Sprintf("snapshot %d", s.ID)
	}
	return fmt.Sprintf("snapshot %d (%s)", s.ID, visible.Short(s.Name, 120))
}

// cost is "2.5 GiB, $0.15 a month"; the size is that of the last reading.
func (s Snapshot) cost() string { return costOf(s.SizeGB) }

// cost is the same of a volume's.
func (v VolumeSnapshot) cost() string { return costOf(v.SizeGB) }

func costOf(sizeGB float64) string {
	return fmt.Sprintf("%s GiB, $%.2f a month", strings.TrimSuffix(strconv.FormatFloat(sizeGB, 'f', 2, 64), ".00"), MonthlyUSD(sizeGB))
}

// putSnapshot puts which snapshot a step is about, and what it costs.
func putSnapshot(s *engine.State, snap Snapshot) {
	s.Put(keySnapshotID, snap.ID)
	s.Put(keySnapshotName, snap.Name)
	s.Put(keySnapshotSize, snap.SizeGB)
	s.Put(keySnapshotCost, MonthlyUSD(snap.SizeGB))
}
