package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
)

// Book is where schedules are written down. *engine.Session satisfies it.
type Book interface {
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
	PutDocs(ctx context.Context, changes ...engine.DocChange) error
}

// Reader is the part of it that reads.
type Reader interface {
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
}

// View is a schedule with what became of it.
type View struct {
	Schedule
	Name  string      `json:"name"`
	Next  engine.Time `json:"next"` // zero while it is paused, and when it is over
	State State       `json:"state"`
	// Definition is who was asked to agree to all that it launches, and has; it counts where the policy asks for approvals.
	Definition *engine.Approval `json:"definition,omitempty"`
	By         string           `json:"by"` // who changed it last
	Version    uint64           `json:"version"`
}

// List gives all schedules by name, with their next occurrence after now.
func List(ctx context.Context, b Reader, now time.Time) ([]View, error) {
	docs, err := b.Docs(ctx, Collection)
	if err != nil {
		return nil, err
	}
	states, err := b.Docs(ctx, States)
	if err != nil {
		return nil, err
	}
	agreed, err := b.Docs(ctx, engine.Definitions)
	if err != nil {
		return nil, err
	}
	out := []View{}
	for _, d := range docs {
		v, err := viewOf(d, states, agreed, now)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Get reads one schedule. One that does not exist is an ErrInput.
func Get(ctx context.Context, b Reader, name string) (View, error) {
	docs, err := b.Docs(ctx, Collection, name)
	if err != nil {
		return View{}, err
	}
	if len(docs) == 0 {
		return View{}, fmt.Errorf("%w: no schedule %.60q: arcadia schedule list shows what there is", engine.ErrInput, name)
	}
	states, err := b.Docs(ctx, States, name)
	if err != nil {
		return View{}, err
	}
	agreed, err := b.Docs(ctx, engine.Definitions, Of(name))
	if err != nil {
		return View{}, err
	}
	return viewOf(docs[0], states, agreed, time.Now())
}

func viewOf(d engine.Doc, states, agreed []engine.Doc, now time.Time) (View, error) {
	s, err := read(d)
	if err != nil {
		return View{}, err
	}
	v := View{Schedule: s, Name: s.Name, By: d.By.Name, Version: d.Version}
	if at := slices.IndexFunc(states, func(o engine.Doc) bool { return o.Name == d.Name }); at >= 0 {
		if err := json.Unmarshal(states[at].Body, &v.State); err != nil {
			return View{}, fmt.Errorf("read the state of schedule %s: %w", d.Name, err)
		}
	}
	if at := slices.IndexFunc(agreed, func(o engine.Doc) bool { return o.Name == Of(d.Name) }); at >= 0 {
		v.Definition, err = engine.ReadDefinition(agreed[at], now)
		if err != nil {
			return View{}, err
		}
	}
	if v.State.Outcomes == nil {
		v.State.Outcomes = []Outcome{}
	}
	if rule, err := s.Rule(); err == nil && s.Paused == nil {
		v.Next = engine.At(rule.Next(now))
	}
	return v, nil
}

// Put makes a schedule, or changes the one with the given version; occurrences up to now are none of its. It refuses what
// Check refuses.
func Put(ctx context.Context, b Book, s Schedule, version uint64) error {
	if err := s.Check(); err != nil {
		return fmt.Errorf("schedule %.60s: %w", s.Name, err)
	}
	s.Since = engine.At(time.Now())
	err := put(ctx, b, s, version)
	if version == 0 && errors.Is(err, engine.ErrConflict) {
		return fmt.Errorf("%w: schedule %s exists already: remove it first, or change it with arcadia schedule apply", engine.ErrConflict, s.Name)
	}
	return err
}

func put(ctx context.Context, b Book, s Schedule, version uint64) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return b.PutDocs(ctx, engine.DocChange{
		Doc: engine.Doc{Collection: Collection, Name: s.Name, Body: body}, IfVersion: version, Defining: &engine.Defining{Hash: s.Hash(), Demand: s.Demand},
	})
}

// SetPause keeps a schedule from firing, or with nil lets it fire again: what was due meanwhile was skipped.
func SetPause(ctx context.Context, b Book, name string, p *Pause) error {
	v, err := Get(ctx, b, name)
	if err != nil {
		return err
	}
	if p != nil && p.At.IsZero() {
		p.At = engine.At(time.Now())
	}
	s := v.Schedule
	s.Name, s.Paused = name, p
	return put(ctx, b, s, v.Version)
}

// Remove takes a schedule and its outcomes away. What it has launched stays.
func Remove(ctx context.Context, b Book, name string) error {
	v, err := Get(ctx, b, name)
	if err != nil {
		return err
	}
	changes := []engine.DocChange{{Doc: engine.Doc{Collection: Collection, Name: name}, IfVersion: v.Version, Remove: true, Defining: &engine.Defining{}}}
	states, err := b.Docs(ctx, States, name)
	if err != nil {
		return err
	}
	for _, d := range states {
		changes = append(changes, engine.DocChange{Doc: engine.Doc{Collection: States, Name: name}, IfVersion: d.Version, Remove: true})
	}
	return b.PutDocs(ctx, changes...)
}
