package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"arcadia/engine"
)

// Lookout tells of what is no saga's doing: freezes and their ends, a token that the provider refuses, and drift. All of it is
// durable, or found again, elsewhere; what was told already is a document that changes in the same transaction in which the
// deliveries become durable, so that each is told once whoever dies when, and whoever looks beside. It is driven by whoever
// drives the store's sagas.
type Lookout struct {
	Book    Book
	Freezes func(ctx context.Context, limit int) ([]engine.Freeze, error)
	// Drifts is what was found of resources that are not as they were wanted, by key; nil: nobody looks. It makes no request.
	Drifts func() map[string]Adrift
	Watch  func() *engine.Feed // of what changes in the book; only Run needs it
	Log    *slog.Logger        // nil: silence
}

// Adrift is a resource that is not as it was wanted.
type Adrift struct {
	State string // modified, deleted
	At    engine.Time
}

// The document of what was told.
const (
	watched     = "notify"
	watchedName = "told"
)

// told is what was told already.
type told struct {
	Frozen uint64            `json:"frozen"` // the newest freeze whose beginning was told
	Thawed uint64            `json:"thawed"` // and whose end
	Drift  map[string]string `json:"drift,omitempty"`
}

const (
	lookoutEvery = 5 * time.Second // between two looks at least
	lookoutDrift = time.Minute     // and at most: that drift was found is no change of the book
	lookoutMost  = 6               // things told at one look: with 20 targets, that is what one transaction takes
	lastFreezes  = 20              // that are looked at
	maxAdrift    = 1000            // resources whose drift is remembered
)

// Run looks until ctx ends: when the book has changed, and every minute.
func (l Lookout) Run(ctx context.Context) {
	log := l.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	feed := l.Watch()
	defer feed.Close()
	for ctx.Err() == nil {
		if err := l.Look(ctx); err != nil && ctx.Err() == nil {
			log.Error("what is to be told of freezes and drift is not known", "error", err)
		}
		feed.Await(ctx, lookoutEvery, lookoutDrift)
	}
}

// Look tells what is new, at most lookoutMost things. Without a target it remembers nothing: who comes later is told of what comes
// later. An error that is an engine.ErrConflict says that another host has told it.
func (l Lookout) Look(ctx context.Context) error {
	targets, err := List(ctx, l.Book)
	if err != nil || len(targets) == 0 {
		return err
	}
	docs, err := l.Book.Docs(ctx, watched, watchedName)
	if err != nil {
		return err
	}
	freezes, err := l.Freezes(ctx, lastFreezes)
	if err != nil {
		return err
	}
	slices.Reverse(freezes) // the oldest first
	var was told
	version := uint64(0)
	if len(docs) > 0 {
		version = docs[0].Version
		if err := json.Unmarshal(docs[0].Body, &was); err != nil {
			return fmt.Errorf("read what was told: %w", err)
		}
	} else {
		was = beginning(freezes)
	}
	var drifts map[string]Adrift
	if l.Drifts != nil {
		drifts = l.Drifts()
	}
	is, notes := was.news(freezes, drifts, l.Drifts != nil)
	if len(notes) == 0 && version > 0 && was.equal(is) {
		return nil
	}
	var changes []engine.DocChange
	for i, n := range notes {
		more, err := tellFirst(targets, fmt.Sprintf("%s/%d.%d", n.events[0], version+1, i), n)
		if err != nil {
			return err
		}
		changes = append(changes, more...)
	}
	body, err := json.Marshal(is)
	if err != nil {
		return err
	}
	changes = append(changes, engine.DocChange{Doc: engine.Doc{Collection: watched, Name: watchedName, Body: body}, IfVersion: version})
	return l.Book.PutDocs(ctx, changes...)
}

// beginning is what counts as told when nothing was yet: freezes that are over are no news.
func beginning(freezes []engine.Freeze) told {
	var t told
	for _, f := range freezes {
		if !f.EndedAt.IsZero() {
			t.Frozen, t.Thawed = f.N, f.N
		}
	}
	return t
}

func (t told) equal(o told) bool {
	return t.Frozen == o.Frozen && t.Thawed == o.Thawed && maps.Equal(t.Drift, o.Drift)
}

// occasion is a note with the events that it is, the most telling first.
type occasion struct {
	Note
	events []Event
}

// news is what is to be told that was not, and what was told then. It is pure. Freezes come with their oldest first. A freeze
// that was taken over has not let anything go on.
func (t told) news(freezes []engine.Freeze, drifts map[string]Adrift, looked bool) (told, []occasion) {
	is, out := told{t.Frozen, t.Thawed, maps.Clone(t.Drift)}, []occasion{}
	for i, f := range freezes {
		if f.N > is.Frozen && len(out) < lookoutMost {
			o := occasion{Note{At: f.At, By: f.Who(), Reason: f.Why}, []Event{Frozen}}
			if f.Refused {
				o.events = []Event{TokenRefused, Frozen}
			}
			out, is.Frozen = append(out, o), f.N
		}
		if f.EndedAt.IsZero() || f.N <= is.Thawed || f.N > is.Frozen || len(out) >= lookoutMost {
			continue
		}
		is.Thawed = f.N
		if i+1 < len(freezes) && freezes[i+1].At.Sub(f.EndedAt.Time) < time.Second {
			continue
		}
		by := "arcadia"
		if f.EndedBy != nil {
			by = f.EndedBy.Name
		}
		out = append(out, occasion{Note{At: f.EndedAt, By: by, Reason: f.EndedWhy}, []Event{Thawed}})
	}
	if !looked {
		return is, out
	}
	maps.DeleteFunc(is.Drift, func(key, state string) bool { return drifts[key].State != state })
	for _, key := range slices.Sorted(maps.Keys(drifts)) {
		d := drifts[key]
		if is.Drift[key] == d.State || len(out) >= lookoutMost || len(is.Drift) >= maxAdrift {
			continue
		}
		if is.Drift == nil {
			is.Drift = map[string]string{}
		}
		is.Drift[key] = d.State
		out = append(out, occasion{Note{At: d.At, Resource: key, State: d.State}, []Event{Drift}})
	}
	return is, out
}

// tellFirst gives a delivery for each target that wants to know of an occasion, as the first of its events that it wants.
func tellFirst(targets []Target, id string, o occasion) ([]engine.DocChange, error) {
	var out []engine.DocChange
	for _, target := range targets {
		for _, e := range o.events {
			o.Event = e
			if !target.wants(o.Note) {
				continue
			}
			d, err := deliver(id+"/"+target.Name, target.Name, o.Note)
			if err != nil {
				return nil, err
			}
			out = append(out, d)
			break
		}
	}
	return out, nil
}
