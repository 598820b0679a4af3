package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/night"
)

// Morning tells those who ask for it, once a day when the night is over, what went on in it. Which morning was told is a document that
// changes in the transaction in which the deliveries become durable. It is driven by whoever drives the store's sagas.
type Morning struct {
	Book  Book
	Night night.Reader
	Zone  *time.Location // of a store whose schedules name none; nil: UTC
	Log   *slog.Logger   // nil: silence
}

const (
	morningName  = "morning"
	morningEvery = time.Minute
)

// mornings is the document of what was told.
type mornings struct {
	Told string `json:"told"` // the day whose morning was told last: "2026-11-26"
}

// Run looks until ctx ends.
func (m Morning) Run(ctx context.Context) {
	log := m.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	for {
		if err := m.Look(ctx, time.Now()); err != nil && ctx.Err() == nil && !errors.Is(err, engine.ErrConflict) { // another host has told it
			log.Error("what went on in the night cannot be told", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(morningEvery):
		}
	}
}

// Look tells of the night that ended today, when that was not told. Nobody is told of the night before the first target asked.
func (m Morning) Look(ctx context.Context, now time.Time) error {
	targets, err := List(ctx, m.Book)
	if err != nil {
		return err
	}
	note := Note{Event: LastNight}
	targets = slices.DeleteFunc(targets, func(t Target) bool { return !t.wants(note) })
	if len(targets) == 0 {
		return nil
	}
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	from, to, err := night.When(ctx, m.Night, now, zone, 0)
	if err != nil {
		return err
	}
	if now.Before(to) {
		from, to = from.AddDate(0, 0, -1), to.AddDate(0, 0, -1)
	}
	was, version, err := m.told(ctx)
	day := to.Format(time.DateOnly)
	if err != nil || was.Told >= day {
		return err
	}
	var changes []engine.DocChange
	if version > 0 {
		n, err := night.Read(ctx, m.Night, from, to)
		if err != nil {
			return err
		}
		n = n.Short()
		note.At, note.Night = n.To, &n
		for _, t := range targets {
			d, err := deliver(nightOf(day, t.Name), t.Name, note)
			if err != nil {
				return err
			}
			changes = append(changes, d)
		}
	}
	body, err := json.Marshal(mornings{day})
	if err != nil {
		return err
	}
	return m.Book.PutDocs(ctx, append(changes, engine.DocChange{Doc: engine.Doc{Collection: watched, Name: morningName, Body: body}, IfVersion: version})...)
}

// told reads which morning was told last.
func (m Morning) told(ctx context.Context) (mornings, uint64, error) {
	docs, err := m.Book.Docs(ctx, watched, morningName)
	if err != nil || len(docs) == 0 {
		return mornings{}, 0, err
	}
	var was mornings
	if err := json.Unmarshal(docs[0].Body, &was); err != nil {
		return mornings{}, 0, fmt.Errorf("read which morning was told: %w", err)
	}
	return was, docs[0].Version, nil
}

// nightOf is the id of the delivery about the night that ended on a day.
func nightOf(day, target string) string { return string(LastNight) + "/" + day + "/" + target }

// OfNight gives what targets were told of the night that ended at a moment, to targets that there are.
func OfNight(ctx context.Context, r Reader, to time.Time) ([]Delivery, error) {
	targets, err := List(ctx, r)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = nightOf(to.Format(time.DateOnly), t.Name)
	}
	return named(ctx, r, names)
}
