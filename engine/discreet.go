package engine

import (
	"context"
	"slices"
)

// discreet is what somebody reads who may not act: everything but where operators work from and with which keys. Their names stay.
type discreet struct{ reader }

// Entries gives the entries without addresses and keys.
func (d discreet) Entries(ctx context.Context, id ID, after uint64) ([]Entry, error) {
	all, err := d.reader.Entries(ctx, id, after)
	all = slices.Clone(all) // the engine may keep them
	for i := range all {
		all[i].By = all[i].By.nameOnly()
	}
	return all, err
}

// Freezes gives the freezes without addresses and keys.
func (d discreet) Freezes(ctx context.Context, limit int) ([]Freeze, error) {
	all, err := d.reader.Freezes(ctx, limit)
	all = slices.Clone(all)
	for i := range all {
		all[i].By, all[i].EndedBy = all[i].By.nameOnly(), all[i].EndedBy.nameOnly()
	}
	return all, err
}

// Frozen gives the freeze under way without addresses and keys.
func (d discreet) Frozen() *Frozen {
	f := d.reader.Frozen()
	if f == nil {
		return nil
	}
	copied := *f
	copied.By, copied.EndedBy = f.By.nameOnly(), f.EndedBy.nameOnly()
	return &copied
}

// Docs gives documents without addresses and keys.
func (d discreet) Docs(ctx context.Context, collection string, names ...string) ([]Doc, error) {
	all, err := d.reader.Docs(ctx, collection, names...)
	all = slices.Clone(all)
	for i := range all {
		all[i].By = *all[i].By.nameOnly()
	}
	return all, err
}

// nameOnly is an actor for everybody to see.
func (a *Actor) nameOnly() *Actor {
	if a == nil {
		return nil
	}
	return &Actor{Name: a.Name, Role: a.Role}
}
