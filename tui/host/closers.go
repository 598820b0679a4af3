package host

import (
	"errors"
	"slices"
)

// Closers give back what was opened, the last first. The zero value has nothing to give back.
type Closers []func() error

// Push adds what is to be called before all others.
func (c *Closers) Push(f func() error) { *c = append(*c, f) }

// Last adds what is to be called after all others.
func (c *Closers) Last(f func() error) { *c = slices.Insert(*c, 0, f) }

// Close calls them, each once.
func (c *Closers) Close() error {
	var errs []error
	for _, f := range slices.Backward(*c) {
		errs = append(errs, f())
	}
	*c = nil
	return errors.Join(errs...)
}
