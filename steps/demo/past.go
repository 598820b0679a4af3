package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
)

// Ledger is where the past is written. An engine.Store is one.
type Ledger interface {
	Append(ctx context.Context, b engine.Batch) error
}

// keep carries what has gone on from the scratch store into another, at the time that the account had: each time in the ledgers, and in
// the ids of the sagas.
func (h History) keep(ctx context.Context, into Ledger) error {
	all, err := h.Scratch.List(ctx, engine.Query{Oldest: true, Limit: 1000})
	if err != nil {
		return err
	}
	var renamed []string
	for i := range all.Items {
		renamed = append(renamed, string(all.Items[i].ID), h.then(&all.Items[i]))
	}
	names := strings.NewReplacer(renamed...)
	var batches []engine.Batch
	for i := range all.Items {
		entries, err := h.Scratch.Entries(ctx, all.Items[i].ID, 0)
		if err != nil {
			return err
		}
		entries, err = h.told(entries, names)
		if err != nil {
			return err
		}
		more, err := engine.Replay(entries)
		if err != nil {
			return fmt.Errorf("set saga %s back: %w", all.Items[i].ID.Short(), err)
		}
		batches = append(batches, more...)
	}
	slices.SortStableFunc(batches, func(a, b engine.Batch) int {
		return a.Entries[len(a.Entries)-1].At.Compare(b.Entries[len(b.Entries)-1].At.Time)
	})
	for _, b := range batches {
		if err := into.Append(ctx, b); err != nil {
			return fmt.Errorf("keep saga %s: %w", b.ID.Short(), err)
		}
	}
	return nil
}

// then is the id of a saga as it would have been drawn at the time that the account had.
func (h History) then(s *engine.Summary) string {
	const clock = len("00000000-0000-")
	return string(engine.Before(h.Account.clock.then(s.CreatedAt.Time)))[:clock] + string(s.ID)[clock:]
}

// moment is a time as ledgers keep it, in JSON.
var moment = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"`)

// told is a ledger with other times and ids. What an entry says of a time after it, as of a deadline, is as far from it as it was.
func (h History) told(entries []engine.Entry, names *strings.Replacer) ([]engine.Entry, error) {
	out := make([]engine.Entry, len(entries))
	for i := range entries {
		raw, err := json.Marshal(&entries[i])
		if err != nil {
			return nil, err
		}
		noted := entries[i].At.Time
		text := moment.ReplaceAllStringFunc(names.Replace(string(raw)), func(was string) string {
			t, bad := time.Parse(`"`+time.RFC3339Nano+`"`, was)
			then := h.Account.clock.then(t)
			if t.After(noted) {
				then = h.Account.clock.then(noted).Add(t.Sub(noted))
			}
			if bad != nil || then.Equal(t) {
				return was
			}
			return then.UTC().Format(`"2006-01-02T15:04:05.000Z"`)
		})
		if err := json.Unmarshal([]byte(text), &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
