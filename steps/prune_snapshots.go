package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// prune deletes those copies of a thing that a retention does not keep: only copies that a saga has made and that the store
// accounts for. Which ones is fixed, and durable, before the first is deleted. It is the core of two steps, over two kinds of
// copies.
type prune struct {
	copies copies
	ledger Ledger
}

// copies are what the copies of one kind of thing have of their own.
type copies interface {
	// subject names the thing of the inputs ("web-01 (482913)"), from a live read.
	subject(ctx context.Context, in engine.Inputs) (string, error)
	lock(in engine.Inputs) string
	// list gives the copies of the thing that have a saga's name, as they are now.
	list(ctx context.Context, in engine.Inputs) ([]stored, error)
	// there reports whether a copy can still be read.
	there(ctx context.Context, in engine.Inputs, id string) (bool, error)
	erase(ctx context.Context, id string) error
	// fresh is the id of the copy that the saga has made, empty for none.
	fresh(s *engine.State) (string, error)
	// made is the store's resource type.
	made() string
}

const (
	keyPruning    = "pruning"
	keyPruned     = "pruned"
	keyPruneLeft  = "prune_left"
	keyPruneSaved = "pruned_monthly_usd"

	inCountsNew = "counts_new"
)

// pruning is the intent: what will be deleted, and how far that is.
type pruning struct {
	Of     int      `json:"of"` // copies that were looked at
	Copies []stored `json:"copies"`
	Gone   int      `json:"gone"` // the first so many are gone or left for another night
	Left   []string `json:"left,omitempty"`
	Posted bool     `json:"posted,omitempty"` // a DELETE may have been applied
}

// pruneFields are the inputs of a step: the thing, the retention and its brake.
func pruneFields(thing []engine.Field) []engine.Field {
	return append(append(thing, retentionFields()...), engine.Field{
		Name: inCountsNew, Label: "Counts the new one", Type: engine.TextField,
		Unasked: true, // a kind says so
		Help:    "whether the plan counts the snapshot that the saga takes before",
	})
}

// Final says why there is no way back.
func (prune) Final() string { return "a deleted snapshot cannot be brought back" }

// Locks names the thing.
func (p prune) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{p.copies.lock(in)}, nil
}

// Target is the thing. A retention that keeps nothing refuses the launch.
func (p prune) Target(ctx context.Context, in engine.Inputs) (string, error) {
	if _, err := retentionOf(in); err != nil {
		return "", err
	}
	return p.copies.subject(ctx, in)
}

// candidates are the thing's copies that sagas have made and the store accounts for.
func (p prune) candidates(ctx context.Context, in engine.Inputs, fresh string) ([]stored, error) {
	live, err := p.copies.list(ctx, in)
	if err != nil {
		return nil, err
	}
	ours, err := p.ledger.Resources(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]engine.Resource{}
	for _, r := range ours {
		known[r.Key()] = r
	}
	var out []stored
	for _, c := range live {
		r, ok := known[p.copies.made()+"/"+c.ID]
		if !ok {
			continue
		}
		note, err := noteOf(r)
		if err != nil {
			return nil, err
		}
		c.Verified, c.Keep, c.Fresh = !note.Verified.IsZero(), note.Keep, c.ID == fresh
		out = append(out, c)
	}
	return out, nil
}

// Plan lists each copy with what becomes of it and why. Behind a step that takes one, that one is counted as it will be.
func (p prune) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	name, err := p.copies.subject(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	r, err := retentionOf(in)
	if err != nil {
		return engine.Change{}, err
	}
	all, err := p.candidates(ctx, in, "")
	if err != nil {
		return engine.Change{}, err
	}
	if in[inCountsNew] != "" {
		all = append(all, stored{ID: planned, Name: "the snapshot that the saga takes", Created: time.Now(), Verified: true, Fresh: true})
	}
	c := engine.Change{Action: engine.ActNone, Subject: "snapshots of " + name, Undo: nothingToUndo}
	goes, err := r.goes(all, in[inMaxDelete])
	if err != nil {
		return c, err
	}
	saves := 0.0
	for _, gone := range goes {
		usd := MonthlyUSD(gone.SizeGB)
		saves += usd
		c.Fields = append(c.Fields, engine.FieldChange{
			Name: "delete", From: gone.line(), Note: fmt.Sprintf("kept by none of the rules; saves $%.2f a month", usd),
		})
	}
	why := r.stays(all)
	if why[planned] != "" {
		why[planned] = "the newest one" // whichever day that will be
	}
	slices.SortFunc(all, newestFirst)
	for _, stays := range all {
		if why[stays.ID] != "" {
			c.Fields = append(c.Fields, engine.FieldChange{Name: "keep", From: stays.line(), To: stays.line(), Note: why[stays.ID]})
		}
	}
	if len(goes) > 0 {
		c.Action, c.Undo, c.MonthlyUSD = engine.ActDelete, "cannot be undone", -saves
	}
	c.Note = fmt.Sprintf("prunes %d of %d, saves $%.2f a month; hand-made snapshots are never counted nor deleted", len(goes), len(all), saves)
	return c, nil
}

// planned stands for the id of a copy that is not made yet.
const planned = "planned"

// line is "arcadia-snap-482913-1a2b3c4d, 25 Nov 02:00 UTC, 4.50 GiB", safe to show.
func (c stored) line() string {
	if c.ID == planned {
		return c.Name
	}
	return fmt.Sprintf("%s, %s, %.2f GiB", visible.Short(c.Name, 120), c.Created.UTC().Format("2 Jan 2006 15:04 MST"), c.SizeGB)
}

// Execute puts pruned, the ids that are gone, prune_left, what could not be deleted and stays for another time, and what the
// pruning saves a month.
func (p prune) Execute(ctx context.Context, s *engine.State) error {
	var do pruning
	begun, err := s.Saved(keyPruning, &do)
	if err != nil {
		return err
	}
	if !begun {
		if do, err = p.decide(ctx, s); err != nil {
			return verdict(ctx, err)
		}
		if len(do.Copies) == 0 {
			s.Put(keyPruned, []string{})
			return nil
		}
		s.Put(keyPruning, do)
		if err := s.Save(ctx, fmt.Sprintf("prunes %d of %d", len(do.Copies), do.Of)); err != nil {
			return err
		}
	}
	p.passes(s, do)
	for do.Gone < len(do.Copies) {
		if err := p.next(ctx, s, &do); err != nil {
			return err
		}
	}
	p.finish(s, do)
	return nil
}

func (p prune) decide(ctx context.Context, s *engine.State) (pruning, error) {
	r, err := retentionOf(s.Inputs())
	if err != nil {
		return pruning{}, err
	}
	fresh, err := p.copies.fresh(s)
	if err != nil {
		return pruning{}, err
	}
	all, err := p.candidates(ctx, s.Inputs(), fresh)
	if err != nil {
		return pruning{}, err
	}
	goes, err := r.goes(all, s.Input(inMaxDelete))
	return pruning{Of: len(all), Copies: goes}, err
}

// pruneTries is how often the deletion of one copy is tried. What cannot be deleted then stays, and is a candidate the next time:
// once the first is gone, failing would take back the saga's own copy and make things worse.
const pruneTries = 5

// next deletes one copy and looks whether it is gone. How far it is, is durable before the one after it. A cancel between two
// copies ends the attempt: when one is gone by then, the engine goes on with another.
func (p prune) next(ctx context.Context, s *engine.State, do *pruning) error {
	c := do.Copies[do.Gone]
	if !do.Posted {
		do.Posted = true // a crash after the DELETE must not look like one before it
		s.Put(keyPruning, *do)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := p.erase(ctx, s, c)
	switch {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && do.Gone == len(do.Left) && !errors.Is(err, errUndeleted): // nothing is gone: failing loses nothing
		return verdict(ctx, err)
	case err != nil:
		do.Left = append(do.Left, c.ID)
	}
	do.Gone++
	s.Put(keyPruning, *do)
	p.passes(s, *do)
	if err == nil {
		return s.Save(ctx, "pruned "+c.line())
	}
	return s.Save(ctx, visible.Short("left "+c.line()+": "+err.Error(), engine.MaxLine/2))
}

// erase deletes a copy, more than once if need be, and looks whether it is gone. A cancel in the midst of it does not make it
// unknown: either the copy is gone, and the saga goes on, or it stays.
func (p prune) erase(ctx context.Context, s *engine.State, c stored) (err error) {
	own, end := outlive(ctx)
	defer end()
	unsure := false // a DELETE may have been applied
	for n := range pruneTries {
		if n > 0 && pause(ctx, pollPause(n)) != nil {
			break
		}
		_, err = unhurried(ctx, s, func() (struct{}, error) { return struct{}{}, p.copies.erase(ctx, c.ID) })
		unsure = unsure || err == nil || ClassOf(err) == Unknown
		if err == nil || absent(err) {
			err = p.gone(own, s.Inputs(), c)
		} else if ClassOf(err) == Unknown && pause(own, lateWrite) == nil {
			if there, lost := p.copies.there(own, s.Inputs(), c.ID); lost == nil && !there {
				return nil
			}
		}
		if err == nil || ClassOf(err) == Permanent {
			break
		}
	}
	if err != nil && unsure && ctx.Err() != nil {
		return p.gone(own, s.Inputs(), c)
	}
	return err
}

// gone looks until a copy cannot be read any more.
func (p prune) gone(ctx context.Context, in engine.Inputs, c stored) error {
	left, err := p.left(ctx, in, []stored{c})
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("%w: snapshot %s", errUndeleted, c.ID)
	}
	return err
}

// left are the ids of those copies that can be read for longer than a reading may lag.
func (p prune) left(ctx context.Context, in engine.Inputs, of []stored) ([]string, error) {
	return settled(ctx, func() ([]string, error) {
		var left []string
		for _, c := range of {
			there, err := p.copies.there(ctx, in, c.ID)
			if err != nil {
				return nil, err
			}
			if there {
				left = append(left, c.ID)
			}
		}
		return left, nil
	})
}

// pruned are the copies that are gone.
func (do pruning) pruned() []stored {
	return slices.DeleteFunc(slices.Clone(do.Copies[:do.Gone]), func(c stored) bool { return slices.Contains(do.Left, c.ID) })
}

func ids(of []stored) []string {
	out := []string{}
	for _, c := range of {
		out = append(out, c.ID)
	}
	return out
}

// passes says what is gone for good by now: from the first copy on the saga only goes forward, however the attempt ends.
func (prune) passes(s *engine.State, do pruning) {
	if gone := ids(do.pruned()); len(gone) > 0 {
		s.Passed(lost(gone))
	}
}

// lost says what is gone for good.
func lost(ids []string) string {
	return visible.Short(count(len(ids), "snapshot")+": "+strings.Join(ids, ", "), 160)
}

func (p prune) finish(s *engine.State, do pruning) {
	saved := 0.0
	for _, c := range do.pruned() {
		saved += MonthlyUSD(c.SizeGB)
		s.Withdraw(p.copies.made(), c.ID)
	}
	s.Put(keyPruned, ids(do.pruned()))
	s.Put(keyPruneLeft, len(do.Left))
	s.Put(keyPruneSaved, saved)
	s.Made("", -saved)
}

// Compensate succeeds when nothing was deleted. What is gone stays gone: then the saga goes forward.
func (p prune) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var do pruning
	begun, err := s.Saved(keyPruning, &do)
	if err != nil || !begun || !do.Posted {
		return err
	}
	if err := pause(ctx, lateWrite); err != nil { // the last request may still arrive
		return err
	}
	tried := do.Copies[:min(do.Gone+1, len(do.Copies))]
	left, err := p.left(ctx, s.Inputs(), tried)
	if err != nil {
		return verdict(ctx, err)
	}
	gone := slices.DeleteFunc(ids(tried), func(id string) bool { return slices.Contains(left, id) })
	if len(gone) == 0 {
		return nil
	}
	s.Passed(lost(gone))
	return fmt.Errorf("%w: %s are gone: %s: resolve this row", errFinal, strings.Join(gone, ", "), p.Final())
}

// DescribeUndo says what is lost.
func (p prune) DescribeUndo(s *engine.State) string {
	var do pruning
	if begun, err := s.Saved(keyPruning, &do); err != nil || !begun || !do.Posted {
		return nothingToUndo
	}
	return "cannot be undone: " + p.Final()
}

// RetryPolicies end the compensation soon: no later attempt brings a snapshot back.
func (prune) RetryPolicies() (forward, backward engine.RetryPolicy) {
	backward = engine.BackwardRetry
	backward.Attempts = 3
	return engine.ForwardRetry, backward
}

// Touches is nothing: what is gone for good stands in nobody's way.
func (prune) Touches(*engine.State) []engine.Touch { return nil }
