package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// protectedName is the document in which a store keeps what was protected at some launch: so it is known, when something is not any
// more, that somebody has lifted that.
const protectedName = "protected"

// lifted lists what a plan touches that was protected and is no more. That is for the record of the launch: the change forgets it, and
// notes what is protected now.
func (e *Engine) lifted(ctx context.Context, p Plan) (lifted []string, change []DocChange, err error) {
	policy, err := e.rules(ctx)
	if err != nil {
		return nil, nil, err
	}
	docs, err := e.store.Docs(ctx, storeCollection, protectedName)
	if err != nil {
		return nil, nil, fmt.Errorf("read what was protected: %w", err)
	}
	var known []string
	version := uint64(0)
	if len(docs) > 0 {
		version = docs[0].Version
		if err := json.Unmarshal(docs[0].Body, &known); err != nil {
			return nil, nil, fmt.Errorf("read what was protected: %w", err)
		}
	}
	tag := slices.ContainsFunc(known, func(name string) bool { return strings.HasPrefix(name, "tag:") })
	touched, err := e.touches(ctx, p, tag)
	if err != nil {
		return nil, nil, err
	}
	now := slices.Clone(policy.Protect)
	for _, name := range known {
		switch {
		case slices.Contains(policy.Protect, name):
		case slices.Contains(touched, name):
			lifted = append(lifted, name)
		default:
			now = append(now, name) // lifted, and not used yet
		}
	}
	slices.Sort(now)
	now = slices.Compact(now)
	if slices.Equal(now, known) {
		return nil, nil, nil
	}
	body, err := json.Marshal(now)
	if err == nil && len(body) > MaxDoc {
		err = fmt.Errorf("%w: %w: what is protected, and was", ErrRefused, ErrTooLarge)
	}
	return lifted, []DocChange{{Doc: Doc{Collection: storeCollection, Name: protectedName, Body: body}, IfVersion: version}}, err
}
