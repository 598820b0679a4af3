package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// mostNamed bounds the sagas that one refusal looks for and names.
const mostNamed = 12

// OrderError refuses a rollback because later sagas have written, or rely on, what it would take back. It is an ErrRefused.
type OrderError struct {
	Saga  ID
	Order []ID // how it can be done: the later sagas, the newest first, and then Saga
	More  bool // there are later ones still that are not in Order
	why   string
}

// Error names what is to be rolled back before, and how all of it is done.
func (e *OrderError) Error() string {
	before := e.Order[:len(e.Order)-1]
	names := strings.Join(shorts(before), ", ")
	if e.More {
		return fmt.Sprintf("%s: roll back more than %d later sagas first, the newest of them %s", e.why, len(before), before[0].Short())
	}
	all := "both"
	if len(e.Order) > 2 {
		all = "all"
	}
	return fmt.Sprintf("%s: roll back %s first (or %s, in order: %s)", e.why, names, all, strings.Join(shorts(e.Order), " "))
}

// Is makes errors.Is(err, ErrRefused) hold.
func (e *OrderError) Is(target error) bool { return target == ErrRefused }

func shorts(ids []ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.Short()
	}
	return out
}

// undoable says why a completed or failed saga cannot be rolled back now, or nil. Sagas in before are to be rolled back before it,
// and so are those that already are on their way back unless now is set.
func (e *Engine) undoable(ctx context.Context, s *Saga, before map[ID]bool, now bool) error {
	later, err := e.standing(ctx, s, before, now)
	if err != nil || len(later) == 0 {
		return err
	}
	return e.inTheWay(ctx, s, later, before, now)
}

// standing are the later sagas that touch what this one does and are not rolled back, the newest first.
func (e *Engine) standing(ctx context.Context, s *Saga, before map[ID]bool, now bool) ([]ID, error) {
	later, err := e.store.Later(ctx, s.ID, mostNamed+1+len(before), each(s.Touched, Touch.meets)...)
	if err != nil {
		return nil, fmt.Errorf("look for sagas that came after %s: %w", s.Short, err)
	}
	owners, err := e.owners(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, id := range owners {
		if !slices.Contains(later, id) {
			later = append(later, id)
		}
	}
	if len(later) == 0 {
		return nil, nil
	}
	heads, err := e.store.Summaries(ctx, later...)
	if err != nil {
		return nil, fmt.Errorf("look at sagas that came after %s: %w", s.Short, err)
	}
	later = nil
	for _, h := range heads {
		gone := h.Status == RolledBack || h.Status == Compensating && !now
		if !gone && !before[h.ID] {
			later = append(later, h.ID)
		}
	}
	return later, nil
}

// owners are the sagas that account now for what this one has written.
func (e *Engine) owners(ctx context.Context, s *Saga) ([]ID, error) {
	var out []ID
	for i := range s.Rows {
		if s.Rows[i].Status == RowCompensated || s.Rows[i].Status == RowResolved {
			continue
		}
		for _, c := range s.Rows[i].Resources {
			now, err := e.resourceNow(ctx, c.Key())
			if err != nil {
				return nil, err
			}
			if now != nil && now.SagaID != s.ID && !slices.Contains(out, now.SagaID) && c.After != nil {
				out = append(out, now.SagaID)
			}
		}
	}
	return out, nil
}

// inTheWay says which sagas are in the way of a rollback and in which order all of it goes, those that are in the way of the
// first ones included.
func (e *Engine) inTheWay(ctx context.Context, s *Saga, later []ID, before map[ID]bool, now bool) error {
	first, err := e.Saga(ctx, later[0])
	if err != nil {
		return err
	}
	why := fmt.Sprintf("saga %s came later and has changed the same, or relies on it", first.Short)
	if first.Target != "" {
		why = fmt.Sprintf("saga %s came later and has changed %s, or relies on it", first.Short, first.Target)
	}
	if first.Status == Failed {
		why = fmt.Sprintf("saga %s came later and has failed", first.Short)
	}
	if first.Status == Pending || first.Status == Running {
		return fmt.Errorf("%w: saga %s came later and is %s: wait for its end, or cancel it", ErrRefused, first.Short, first.Status)
	}
	for _, id := range later {
		l, err := e.Saga(ctx, id)
		if err != nil {
			return err
		}
		if err := l.Refuses(VerbRollback); err != nil && l.Status == Completed {
			return fmt.Errorf("%w: saga %s came later, has changed the same and cannot be rolled back (%w): launch what should be there instead", ErrRefused, l.Short, err)
		}
	}
	o := ordering{engine: e, seen: map[ID]bool{}, before: before, now: now}
	if err := o.visit(ctx, s.ID); err != nil {
		return err
	}
	return &OrderError{Saga: s.ID, Order: o.order, More: o.more, why: why}
}

// ordering finds an order in which sagas can be rolled back: whatever is in the way of one comes before it.
type ordering struct {
	engine *Engine
	seen   map[ID]bool
	before map[ID]bool
	now    bool // those that are on their way back count as well
	order  []ID
	more   bool
}

func (o *ordering) visit(ctx context.Context, id ID) error {
	if o.seen[id] {
		return nil
	}
	o.seen[id] = true
	if len(o.seen) > mostNamed {
		o.more = true
		return nil
	}
	s, err := o.engine.Saga(ctx, id)
	if err != nil {
		return err
	}
	later, err := o.engine.standing(ctx, s, o.before, o.now)
	if err != nil {
		return err
	}
	for _, l := range later {
		if err := o.visit(ctx, l); err != nil {
			return err
		}
	}
	o.order = append(o.order, id)
	return nil
}

// resourceNow is the resource under a key, or under the one that it has moved to; nil when there is none.
func (e *Engine) resourceNow(ctx context.Context, key string) (*Resource, error) {
	moves, err := e.store.Moves(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("look where %s is now: %w", key, err)
	}
	if to := moves[key]; to != "" {
		key = to
	}
	found, err := e.store.Resources(ctx, key)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Withdrawn says why the rollback that was asked for last was given up before it undid anything; empty when none was.
func (s *Summary) Withdrawn() string {
	if s.Status != Completed || s.Error == nil {
		return ""
	}
	return WithdrawnBecause(s.Error.Reason)
}

// WithdrawnBecause is the sentence in the reason of an entry that withdraws a rollback; empty for other reasons.
func WithdrawnBecause(reason string) string {
	why, ok := strings.CutPrefix(reason, reasonWithdrawn)
	if !ok {
		return ""
	}
	return cmp.Or(strings.TrimPrefix(why, ":"), "it was withdrawn")
}

// RollbackOrder says in which order the given sagas are rolled back, each of them once. It refuses, and says which and why, when one of them
// cannot be, or only after a saga that is not among them.
func (e *Engine) RollbackOrder(ctx context.Context, ids ...ID) ([]ID, error) {
	among := map[ID]bool{}
	for _, id := range ids {
		among[id] = true
	}
	sagas := map[ID]*Saga{}
	after := map[ID][]ID{} // what goes before each
	for _, id := range ids {
		s, err := e.Saga(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := s.Refuses(VerbRollback); err != nil {
			return nil, fmt.Errorf("roll back saga %s: %w: %w", s.Short, ErrRefused, err)
		}
		if err := e.undoable(ctx, s, among, false); err != nil {
			return nil, fmt.Errorf("roll back saga %s: %w", s.Short, err)
		}
		if after[id], err = e.standing(ctx, s, nil, false); err != nil {
			return nil, err
		}
		sagas[id] = s
	}
	var order []ID
	seen := map[ID]bool{}
	var visit func(ID)
	visit = func(id ID) {
		if sagas[id] == nil || seen[id] {
			return
		}
		seen[id] = true
		for _, l := range after[id] {
			visit(l)
		}
		order = append(order, id)
	}
	for _, id := range ids {
		visit(id)
	}
	return order, nil
}

// RollbackAll rolls back several sagas, each after those that are in its way. When one of them cannot be rolled back the
// answer says which and why, and nothing is begun. It returns the order.
func (s *Session) RollbackAll(ctx context.Context, ids []ID, q Request) ([]ID, error) {
	if err := s.permit(VerbRollback); err != nil {
		return nil, err
	}
	order, err := s.engine.RollbackOrder(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i, id := range order {
		if err := s.Rollback(ctx, id, q); err != nil {
			return order[:i], err
		}
	}
	return order, nil
}
