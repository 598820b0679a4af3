package engine

import (
	"fmt"

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

// newID draws a fresh id from the clock and the system's random source.
func newID() (ID, error) {
	u, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("draw a saga id: %w", err)
	}
	return ID(u.String()), nil
}
