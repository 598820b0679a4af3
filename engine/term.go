package engine

import "context"

// Who drives a store is for the store to say. One that only one process can have open for writing says so by its opening: it has no
// Elector, and whoever has it drives. One that several have open is an Elector: of them all, one at a time drives, and the
// others read, launch and give verbs, which are batches without a term.

// Elector is a store that several processes have open.
type Elector interface {
	// Lead waits until this process may drive, or ctx ends.
	Lead(ctx context.Context) (Term, error)
}

// Term is the time for which one process drives. Every batch of a driver carries its token; the store refuses it with ErrDeposed,
// and nothing happens, once another term has begun or this one has ended.
type Term interface {
	Token() uint64 // never 0, and never that of another term
	// Done is closed when the term has ended. The process may hear of it later than the store knows.
	Done() <-chan struct{}
	// Resign ends it, so that another may drive. Safe to call twice.
	Resign()
}

// Marks say what may have changed: ids of sagas, with the empty one for locks, freezes and documents. All is set when there are too
// many to name.
type Marks struct {
	IDs []ID
	All bool
}

// Watcher is a store that tells what other processes have changed. It is a hint: marks may repeat and coalesce, and whoever is told
// nothing looks every half minute all the same. A watcher that does not read holds nobody up and costs no more than 1,024 ids.
type Watcher interface {
	// Watch gives marks until ctx ends; then the channel is closed.
	Watch(ctx context.Context) <-chan Marks
}
