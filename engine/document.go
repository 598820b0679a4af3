package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Doc is what is neither ledger nor resource: a schedule, a target, the account that a store belongs to. It has a name within a
// collection, and a version that grows by one with each change.
type Doc struct {
	Collection string          `json:"collection"`
	Name       string          `json:"name"`
	Version    uint64          `json:"version"` // 1 when it is made
	Body       json.RawMessage `json:"body"`    // at most MaxDoc bytes
	By         Actor           `json:"by"`      // who changed it last
	UpdatedAt  Time            `json:"updated_at"`
}

// DocChange makes a document, puts another version in its place, or removes it. The store sets Doc.Version. A document that is made again after it was removed begins at version 1 again.
type DocChange struct {
	Doc
	IfVersion uint64 // what is there now must have this version; 0: nothing may be there
	Remove    bool
	Defining  *Defining // it lets sagas be launched later; only for Session.PutDocs, and not kept with the document
}

// DocConflictError says which document has another version than a change expected. It is an ErrConflict.
type DocConflictError struct {
	Collection, Name string
	Want, Have       uint64 // 0: it is not there
}

// Error names the document and both versions.
func (e *DocConflictError) Error() string {
	return fmt.Sprintf("%s %q has changed: version %d was expected and %d is there: look at it again", e.Collection, e.Name, e.Want, e.Have)
}

// Is makes errors.Is(err, ErrConflict) hold.
func (e *DocConflictError) Is(target error) bool { return target == ErrConflict }

// Admits refuses, with a *DocConflictError, a change of a document that has the given version now, 0 when it is not there.
func (c *DocChange) Admits(have uint64) error {
	if have == c.IfVersion && (have != 0 || !c.Remove) {
		return nil
	}
	return &DocConflictError{Collection: c.Collection, Name: c.Name, Want: c.IfVersion, Have: have}
}

// Docs reads documents of a collection: those with the given names in their order, leaving out what does not exist, or all in
// the order of their names when none is given.
func (e *Engine) Docs(ctx context.Context, collection string, names ...string) ([]Doc, error) {
	docs, err := e.store.Docs(ctx, collection, names...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", collection, err)
	}
	return docs, nil
}

// PutDocs changes documents, all or none, as the session's person and now. It is durable when it returns. A version that is not
// the expected one is an ErrConflict, and text that cannot be kept an ErrInput.
func (s *Session) PutDocs(ctx context.Context, changes ...DocChange) error {
	if err := s.permit(VerbDocs); err != nil {
		return err
	}
	for _, c := range changes {
		switch c.Collection {
		case storeCollection:
			return fmt.Errorf("change documents: %w: what a store says about itself is not changed", ErrRefused)
		case Definitions:
			return fmt.Errorf("change documents: %w: what people have agreed to is not changed", ErrRefused)
		}
	}
	for {
		more, err := s.defined(ctx, changes)
		if err != nil {
			return err
		}
		err = s.engine.putDocs(ctx, s.signed(slices.Concat(changes, more)))
		if moved, ok := errors.AsType[*DocConflictError](err); ok && moved.Collection == Definitions {
			continue // somebody has said something meanwhile
		}
		return err
	}
}

// signed is the changes with who makes them and when.
func (s *Session) signed(changes []DocChange) []DocChange {
	out := make([]DocChange, len(changes))
	for i, c := range changes {
		c.By, c.UpdatedAt = s.actor, At(time.Now())
		out[i] = c
	}
	return out
}

// putDocs changes documents; see unsure for an answer that leaves open what is durable.
func (e *Engine) putDocs(ctx context.Context, changes []DocChange) error {
	if err := e.Err(); err != nil {
		return err
	}
	if err := DocsFit(changes); err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	switch err := e.store.PutDocs(ctx, changes...); {
	case err == nil:
		e.hub.mark("")
		return nil
	case Untouched(err), ctx.Err() != nil && err == ctx.Err(): //nolint:errorlint // the store's own word that it did nothing
		return fmt.Errorf("change documents: %w", err)
	default:
		return e.unsure(0, fmt.Errorf("change documents: %w", err))
	}
}
