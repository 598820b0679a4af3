package bolt

import (
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
)

// entriesRecord is the stored form of the entries of one append.
type entriesRecord struct {
	Entries []engine.Entry `json:"entries"`
}

// prepared is a batch encoded by its caller's goroutine, so that the writer has little left to do. Its memory is used
// again for other batches when its transaction is over.
type prepared struct {
	request request
	buffer  []byte // what entries and header are written in

	id      key
	after   uint64
	entries draft
	header  headerDraft
	next    head // after the batch, but for the last sum
	key     string
	keyed   []byte    // the record of the key
	at      time.Time // of the first entry
	take    []record
	drop    []string
	changes []resourceChange
	docs    []docChange
	start   uint64   // IfFreeze
	leave   []string // names of traces
	lift    bool     // take the saga's traces away
	moves   []record
	bytes   int
}

// record is a sealed value ready to be put.
type record struct{ key, value []byte }

// resourceChange takes a resource out of the store and puts its next version in; either may be missing.
type resourceChange struct {
	remove []byte
	put    record
	owner  key  // of put
	prior  key  // the saga to which undoing the change gives the resource back
	shares bool // prior is another saga than the batch's
}

// head is what the writer must know of a saga to append to it.
type head struct {
	seq    uint64
	last   sum
	status engine.Status
	kind   string
	by     string
}

func newPrepared() *prepared {
	p := &prepared{request: request{done: make(chan struct{}, 1)}, buffer: make([]byte, 0, 2<<10)}
	p.request.batch = p
	return p
}

// prepare refuses what no engine may send, and encodes the rest. Nothing happens to the store.
func (p *prepared) prepare(b *engine.Batch) error {
	if err := b.Fits(); err != nil {
		return err
	}
	k, _ := keyOf(b.ID)
	*p = prepared{
		request: p.request, buffer: p.buffer[:0], id: k, after: b.After, drop: b.Locks.Drop,
		next: head{seq: b.Summary.Seq, status: b.Summary.Status, kind: b.Summary.Kind, by: b.Summary.CreatedBy},
	}
	p.request.err, p.start = nil, b.IfFreeze
	if b.After == 0 {
		p.key, p.at = b.Key, b.Entries[0].At.Time
	}
	if err := p.encode(b); err != nil {
		return fmt.Errorf("append to ledger of saga %s: %w: %w", b.ID.Short(), engine.ErrBadValue, err)
	}
	return nil
}

// draftEntries appends the record of all entries of a batch to the buffer.
func (p *prepared) draftEntries(entries []engine.Entry) error {
	b, at := begin(p.buffer)
	b = append(b, `{"entries":[`...)
	for i := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = entries[i].AppendJSON(b); err != nil {
			return fmt.Errorf("entry %d: %w", entries[i].Seq, err)
		}
	}
	p.buffer = append(b, ']', '}')
	p.entries = finish(p.buffer, at, p.id.at(p.next.seq), "")
	return nil
}

func (p *prepared) encode(b *engine.Batch) error {
	if err := p.draftEntries(b.Entries); err != nil {
		return err
	}
	p.buffer, p.header = draftHeader(p.buffer, p.id, &b.Summary)
	p.bytes = 2*len(ledgerKey{}) + len(p.entries.value) + len(p.header.value)
	if p.key != "" {
		value, err := sealed(keysBucket, []byte(p.key), keyRecord{V: recordVersion, Saga: b.ID})
		if err != nil {
			return err
		}
		p.keyed = value
	}
	for _, name := range b.Locks.Take {
		at := lockKey(name, b.Locks.Ticket, p.id)
		value, err := sealed(locksBucket, at, lockRecord{V: recordVersion, Lock: engine.Lock{Name: name, Ticket: b.Locks.Ticket, Saga: b.ID}})
		if err != nil {
			return fmt.Errorf("lock %q: %w", name, err)
		}
		p.take = append(p.take, record{at, value})
		p.drop = append(slices.Clip(p.drop), name)
	}
	docs, err := encodeDocs(b.Docs)
	if err != nil {
		return err
	}
	p.docs = docs
	p.leave, p.lift = b.Traces.Leave, b.Traces.Lift || len(b.Traces.Leave) > 0
	for _, m := range b.Moves {
		value, err := sealed(movesBucket, []byte(m.From), moveRecord{V: recordVersion, To: m.To})
		if err != nil {
			return fmt.Errorf("move of %q: %w", m.From, err)
		}
		p.moves = append(p.moves, record{[]byte(m.From), value})
	}
	for _, c := range b.Resources {
		if err := p.encodeResource(c); err != nil {
			return fmt.Errorf("resource %q: %w", c.Key(), err)
		}
	}
	return nil
}

func (p *prepared) encodeResource(c engine.ResourceChange) error {
	change := resourceChange{}
	if c.Before != nil {
		change.remove = []byte(c.Before.Key())
		if prior, ok := keyOf(c.Before.SagaID); ok && prior != p.id {
			change.prior, change.shares = prior, true
		}
	}
	if c.After != nil {
		at := []byte(c.After.Key())
		value, err := sealed(resourcesBucket, at, resourceRecord{V: recordVersion, Resource: *c.After})
		if err != nil {
			return err
		}
		change.put = record{at, value}
		change.owner, _ = keyOf(c.After.SagaID)
		p.bytes += len(at) + len(value)
	}
	p.changes = append(p.changes, change)
	return nil
}
