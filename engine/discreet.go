package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// discreet is what somebody reads who may not act: everything but where operators work from and with which keys. Their names stay.
type discreet struct{ reader }

// Saga gives one saga whole, without addresses and keys.
func (d discreet) Saga(ctx context.Context, id ID) (*Saga, error) {
	s, err := d.reader.Saga(ctx, id)
	if err != nil {
		return nil, err
	}
	s.Approval = s.Approval.namesOnly()
	for i := range s.Approvals {
		s.Approvals[i] = *s.Approvals[i].namesOnly()
	}
	return s, nil
}

// Summaries gives headers without addresses and keys.
func (d discreet) Summaries(ctx context.Context, ids ...ID) ([]Summary, error) {
	all, err := d.reader.Summaries(ctx, ids...)
	return discreetly(all), err
}

// List gives a page of headers without addresses and keys.
func (d discreet) List(ctx context.Context, q Query) (Page, error) {
	p, err := d.reader.List(ctx, q)
	p.Items = discreetly(p.Items)
	return p, err
}

func discreetly(all []Summary) []Summary {
	for i := range all {
		if all[i].Approval != nil {
			all = slices.Clone(all)
			for ; i < len(all); i++ {
				all[i].Approval = all[i].Approval.namesOnly()
			}
			return all
		}
	}
	return all
}

// Entries gives the entries without addresses and keys.
func (d discreet) Entries(ctx context.Context, id ID, after uint64) ([]Entry, error) {
	all, err := d.reader.Entries(ctx, id, after)
	all = slices.Clone(all) // the engine may keep them
	for i := range all {
		all[i].By = all[i].By.nameOnly()
		if c := all[i].Created; c != nil && c.Agreed != nil {
			named := *c
			named.Agreed = c.Agreed.namesOnly()
			all[i].Created = &named
		}
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
		if collection != Definitions || err != nil {
			continue
		}
		a, wrong := ReadDefinition(all[i], time.Time{})
		if wrong != nil {
			return nil, wrong
		}
		all[i].Body, err = json.Marshal(a.namesOnly())
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
