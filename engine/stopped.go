package engine

import "fmt"

// fail stops the engine for good: the store's answer can no longer be believed. Invariant: no step starts and no entry is
// written after it.
func (e *Engine) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken != nil {
		return
	}
	e.broken = fmt.Errorf("%w: %w: nothing more is done; start again to read the truth from the store", ErrStopped, err)
	e.log.Error("the ledger cannot be written, the engine stops", "error", err)
	if e.stop != nil {
		e.stop(ErrShutdown)
	}
	if e.quit != nil {
		e.quit()
	}
}

// unsure takes in that an answer of the store leaves open what is durable, and returns the error to go on with. Where this process
// alone has the store, nothing can be believed from then on: the engine stops for good. Where several have it, what was written in a
// term is durable before the next one begins or never: the driver gives up its term (0: it was not written in one), and whoever drives
// next, which may be this process again, reads where each ledger ends.
func (e *Engine) unsure(term uint64, err error) error {
	if !e.several {
		e.fail(err)
		return e.Err()
	}
	e.log.Error("the store does not answer: nothing starts until it does", "error", err)
	e.deposed(term)
	return err
}

// Err is why the engine stopped for good, or nil.
func (e *Engine) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.broken
}
