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
// and nothing happens, once another term has begun or this one has ended. All methods are safe for concurrent use.
type Term interface {
	Token() uint64 // never 0, and never that of another term
	// Done is closed when the term has ended. The process may hear of it later than the store knows.
	Done() <-chan struct{}
	// Lasts reports whether this process can be sure now that the term has not ended: false once more than two thirds of
	// its lease have gone by, on the monotonic clock, since the store was asked for the last time that it has answered. Cheap: it
	// is asked before every call of the provider.
	Lasts() bool
	// Resign ends it, so that another may drive. Safe to call twice.
	Resign()
}

// Marks say what may have changed: ids of sagas, with the empty one for locks, freezes, documents and hosts. All is set when there
// are too many to name.
type Marks struct {
	IDs []ID
	All bool
}

// Watcher is a store that tells what other processes have changed; it may tell what this one has changed too. It is a hint: marks
// may repeat and coalesce, and whoever is told nothing looks every half minute all the same. A watcher that does not read holds
// nobody up and costs no more than 1,024 ids.
type Watcher interface {
	// Watch gives marks until ctx ends; then the channel is closed.
	Watch(ctx context.Context) <-chan Marks
}

// Host is one process that has a store open and runs an engine on it.
type Host struct {
	Name    string            `json:"name"`              // unique among those that have the store open, at most MaxName bytes
	Address string            `json:"address,omitempty"` // where it can be reached, as its operator says
	Version string            `json:"version"`           // of its program
	Steps   []string          `json:"steps"`             // of its build, in alphabetical order
	Account string            `json:"account,omitempty"` // whose things its steps change: the team's UUID, or the user's; empty: it does not know
	Files   map[string]string `json:"files,omitempty"`   // digests of the files of its own that decide, by what they are: operators, policy
	Policy  *Policy           `json:"policy,omitempty"`  // its own, so that where they differ the stricter holds
	Unread  string            `json:"unread,omitempty"`  // why its policy cannot be read
	Since   Time              `json:"since"`             // when it began
	Drives  bool              `json:"drives"`            // the store's word, whatever was announced
}

// Roster is a store that knows who has it open.
type Roster interface {
	// Announce says who this process is: it is among the hosts from then until ctx ends, or until the process is gone for as
	// long as a term's lease. Called before Lead, and again when something of it has changed.
	Announce(ctx context.Context, h Host) error
	// Hosts are all who are there, by name.
	Hosts(ctx context.Context) ([]Host, error)
}
