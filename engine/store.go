package engine

import (
	"context"
	"fmt"
	"time"
)

// Store keeps the ledgers of all sagas. All methods are safe for concurrent use.
//
// Errors: ErrConflict, ErrNotFound, *KeyTakenError, ErrShortTaken, ErrTooLarge, ErrBadValue, ErrReadOnly, ErrDeposed, ErrFrozen, ErrTicket, ErrFull
// and the context's error mean that nothing happened: whatever a store refuses before it writes is one of them. Any other error of Append or
// PutFreeze means that the outcome is not known (a commit that returned an error may still be durable): the engine stops for
// good and the next start reads the truth. A store with an Elector never makes a batch durable after its term: there the driver gives
// up its term instead, and the next one reads the truth.
//
// What a store takes is the same for all of them: what Batch.Fits, Freeze.Fits and DocsFit let through, and it is read back as it
// was given. A question about what no store can hold is answered like one about what this one does not hold.
type Store interface {
	// Append adds a batch to one saga's ledger, all or none, and returns when it is durable (fsynced). Header, indexes,
	// counters, locks and resources change in the same transaction. If the ledger does not end at b.After the answer is
	// ErrConflict. Appends to different sagas may share a transaction; each gets its own answer.
	Append(ctx context.Context, b Batch) error
	// Entries returns the entries of a saga after the given number, in order. A saga that does not exist is ErrNotFound.
	Entries(ctx context.Context, id ID, after uint64) ([]Entry, error)
	// Summaries returns the headers of the given sagas in the given order, leaving out those that do not exist.
	Summaries(ctx context.Context, ids ...ID) ([]Summary, error)
	// List returns one page of headers. Its cost does not depend on how many sagas are stored, nor on how deep the page
	// lies, as long as the query names at most one of status, kind and operator.
	List(ctx context.Context, q Query) (Page, error)
	// Find returns up to limit ids that end with the given hex digits, in id order. Exact for a full id or a full short.
	Find(ctx context.Context, suffix string, limit int) ([]ID, error)
	// Keyed returns the saga that was created last under a caller's key, however long ago, and even if it has been removed
	// meanwhile; ErrNotFound when none was, or when the key was removed with its saga.
	Keyed(ctx context.Context, key string) (ID, error)
	// Counts returns the kept counters, in constant time.
	Counts(ctx context.Context) (Counts, error)
	// Locks returns every place in every lock's queue, by name and then by ticket. The first of a name holds it.
	Locks(ctx context.Context) ([]Lock, error)
	// Resources returns the resources with the given keys (see Resource.Key), leaving out what does not exist; all of
	// them in key order when no key is given.
	Resources(ctx context.Context, keys ...string) ([]Resource, error)
	// Later returns the sagas that left traces under one of the names after the given saga had left its own, the newest first
	// and each once, at most limit. A saga without traces is before all others. The cost depends on the answer alone.
	Later(ctx context.Context, id ID, limit int, names ...string) ([]ID, error)
	// Traces returns the traces under the given names, the oldest first; all of them by name when none is given.
	Traces(ctx context.Context, names ...string) ([]Trace, error)
	// Moves returns for each resource key that has moved the key that it has now, however often it has moved; all moves,
	// each as it was recorded, when no key is given.
	Moves(ctx context.Context, keys ...string) (map[string]string, error)
	// Freezes returns the newest freezes, the newest first, at most limit; 0 means all.
	Freezes(ctx context.Context, limit int) ([]Freeze, error)
	// PutFreeze makes a freeze durable: the one after the newest (the first is 1), or the newest again. Any other number is
	// ErrConflict and nothing happens.
	PutFreeze(ctx context.Context, f Freeze) error
	// Docs returns the documents of a collection with the given names in their order, leaving out what does not exist; all of
	// them in the order of their names when none is given.
	Docs(ctx context.Context, collection string, names ...string) ([]Doc, error)
	// PutDocs makes changes of documents durable, all or none. When a document has another version than its change expects
	// the answer is a *DocConflictError, which is an ErrConflict.
	PutDocs(ctx context.Context, changes ...DocChange) error
}

// ability finds what a store can do besides, also behind what wraps it: a wrapper says what it wraps with Unwrap. A store may have
//
//	Same() error    whether it is still the one that was opened; asked at every sweep, and an error stops the engine
//	Elector         it says which of several processes drives
//	Watcher         it tells what other processes have changed
//	Roster          it says who has it open
func ability[T any](s Store) (T, bool) {
	for {
		if able, ok := s.(T); ok {
			return able, true
		}
		w, ok := s.(interface{ Unwrap() Store })
		if !ok {
			var none T
			return none, false
		}
		s = w.Unwrap()
	}
}

// Batch is what one transition adds to one saga's ledger.
type Batch struct {
	ID        ID
	After     uint64  // the number the ledger ends at now; 0 creates the saga
	Entries   []Entry // numbered After+1, After+2, ...
	Summary   Summary // the header after them
	Key       string  // creation only: the caller's key, empty for none; unique in the store among the sagas of KeyLife
	Locks     LockChange
	Resources []ResourceChange
	Docs      []DocChange // each as in PutDocs; one that meets a conflict refuses the batch
	Traces    TraceChange
	Moves     []Moved

	// Term is the token of the driver whose batch it is, 0 for a launch or a verb, which any process may append. Another term than
	// the one that lasts is ErrDeposed. A store without an Elector takes any.
	Term uint64
	// IfFreeze is for a batch that starts an attempt: one more than the number of the newest freeze that its driver knows of,
	// 0 for no condition. When the newest is another, or is not the engine's own (Auto) and has not ended, the answer is ErrFrozen.
	IfFreeze uint64
}

// LockChange enters a saga in the queues of some locks, or takes it out of them. In a store with an Elector a ticket that is not
// higher than every one that was ever given is refused with a *TicketError, unless it is the lowest there can be (1: the saga holds
// its locks, and goes before all who wait): the order of tickets is the order in which they were entered, whoever entered them, and
// whose ticket is accepted knows all who stand before him if he knew those with lower ones.
type LockChange struct {
	Ticket uint64   // the place in every queue; lower goes first
	Take   []string // names to queue for
	Drop   []string // names to leave
}

// TicketError says which ticket was given last, when one was not higher. It is an ErrTicket.
type TicketError struct{ Last uint64 }

// Error names the last ticket.
func (e *TicketError) Error() string {
	return fmt.Sprintf("%v: the last ticket is %d", ErrTicket, e.Last)
}

// Is makes errors.Is(err, ErrTicket) hold.
func (e *TicketError) Is(target error) bool { return target == ErrTicket }

// Lock is one place in the queue of one lock.
type Lock struct {
	Name   string `json:"name"`
	Ticket uint64 `json:"ticket"`
	Saga   ID     `json:"saga_id"`
}

// KeyLife is how long the key of a launch is good. A creation under a key is refused when the saga that has it was created, by
// its id, less than this before the creation's first entry.
const KeyLife = 30 * 24 * time.Hour

// KeyTakenError says that the key of a creation was used before, and for which saga. It is an ErrKeyTaken.
type KeyTakenError struct{ ID ID }

// Error names the saga that has the key.
func (e *KeyTakenError) Error() string { return "the key was used before, for saga " + e.ID.Short() }

// Is makes errors.Is(err, ErrKeyTaken) hold.
func (e *KeyTakenError) Is(target error) bool { return target == ErrKeyTaken }

// Query asks for one page of sagas. The zero Query is the newest sagas of all.
type Query struct {
	Statuses []Status // any of these; empty: all
	Kind     string   // empty: all
	By       string   // created by; empty: all
	From     ID       // start strictly beyond this id in the direction of the walk; empty: at the end the walk starts from
	Oldest   bool     // walk from old to new; otherwise from new to old
	Limit    int      // at most this many, 1 to 1000; 0 means 50
}

// Page is an answer to a Query, in the order of its walk.
type Page struct {
	Items []Summary
	More  bool // there is at least one more beyond the last item
}

// Counts are the kept counters.
type Counts struct {
	Total    int            `json:"total"`
	ByStatus map[Status]int `json:"by_status"`
}

// Active is the number of sagas that are not at rest.
func (c Counts) Active() int {
	return c.ByStatus[Pending] + c.ByStatus[Running] + c.ByStatus[Compensating]
}
