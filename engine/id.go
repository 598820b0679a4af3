package engine

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ID names one saga for ever: a UUIDv7 in its 36-character text form. IDs sort by creation time.
type ID string

// Short is the last eight hex digits of the id: what people see and type. The first digits of a UUIDv7 are a clock and are
// shared by every saga created within about 65 s, so they never serve as a name. Creation keeps Short unique in a store.
func (id ID) Short() string {
	if len(id) < 8 {
		return string(id)
	}
	return string(id[len(id)-8:])
}

// Created is the moment at which the id was drawn, to the millisecond; the zero time for what is no id.
func (id ID) Created() time.Time {
	u, err := uuid.Parse(string(id))
	if err != nil {
		return time.Time{}
	}
	ms := int64(0)
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

// Before is above every id that was drawn before a moment, and below every one drawn from then on: where a walk through what there
// was at a time begins. It names no saga.
func Before(t time.Time) ID {
	ms := max(0, t.UnixMilli())
	return ID(fmt.Sprintf("%08x-%04x-0000-0000-000000000000", ms>>16, ms&0xffff))
}

// newID draws a fresh id from the clock and the system's random source.
func newID() (ID, error) {
	u, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("draw a saga id: %w", err)
	}
	return ID(u.String()), nil
}
