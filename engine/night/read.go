package night

import (
	"context"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

// Reader is where nights are read from. *engine.Session satisfies it.
type Reader interface {
	List(ctx context.Context, q engine.Query) (engine.Page, error)
	Saga(ctx context.Context, id engine.ID) (*engine.Saga, error)
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
	Freezes(ctx context.Context, limit int) ([]engine.Freeze, error)
}

// The bounds of one reading.
const (
	mostSagas   = 1000 // the newest of a night
	mostFreezes = 100
)

// When says when the night was that ended, or will end, on the day of now, by the clocks of the zone that most schedules are in; without
// a schedule that names one, by those of the zone given. back goes to earlier nights.
func When(ctx context.Context, r Reader, now time.Time, otherwise *time.Location, back int) (from, to time.Time, err error) {
	all, err := schedule.List(ctx, r, now)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	from, to = Span(now, Zone(all, otherwise), back)
	return from, to, nil
}

// Read looks at a time: at the sagas that were launched in it, and at what schedules launched or did not.
func Read(ctx context.Context, r Reader, from, to time.Time) (Night, error) {
	n := Night{From: engine.At(from), To: engine.At(to), Zone: to.Location().String()}
	views, err := schedule.List(ctx, r, to)
	if err != nil {
		return n, err
	}
	ids, err := n.during(ctx, r)
	if err != nil {
		return n, err
	}
	sagas := make([]*engine.Saga, 0, len(ids))
	for _, id := range slices.Backward(ids) {
		s, err := r.Saga(ctx, id)
		if err != nil {
			return n, fmt.Errorf("read saga %s of the night: %w", id.Short(), err)
		}
		sagas = append(sagas, s)
	}
	freezes, err := r.Freezes(ctx, mostFreezes)
	if err != nil {
		return n, err
	}
	n.Freezes = []engine.Freeze{}
	for _, f := range slices.Backward(freezes) {
		if f.At.Before(to) && (f.EndedAt.IsZero() || f.EndedAt.After(from)) {
			n.Freezes = append(n.Freezes, f)
		}
	}
	n.tell(sagas, views)
	return n, nil
}

// during are the sagas that were launched in the night, the newest first.
func (n *Night) during(ctx context.Context, r Reader) ([]engine.ID, error) {
	q := engine.Query{From: engine.Before(n.To.Time), Limit: 200}
	var out []engine.ID
	for {
		p, err := r.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range p.Items {
			switch {
			case p.Items[i].CreatedAt.Before(n.From.Time):
				return out, nil
			case len(out) == mostSagas:
				n.More = true
				return out, nil
			}
			out = append(out, p.Items[i].ID)
		}
		if !p.More {
			return out, nil
		}
		q.From = p.Items[len(p.Items)-1].ID
	}
}
