package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// Append implements engine.Store: one transaction, which compares all that the batch depends on.
//
// An append that got no answer is sent again, the very same, until it is known what became of it: its nonce in the ledger says
// that it landed, and a refusal cannot be overtaken by it, since what is compared never comes back to an earlier state. What goes on
// with a saga while etcd's quota is used up waits until a person has made room; a launch is refused.
func (s *Store) Append(ctx context.Context, b engine.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.Fits(); err != nil {
		return err
	}
	if s.config.ReadOnly {
		return fmt.Errorf("append to the ledger of saga %s: %w", b.ID.Short(), engine.ErrReadOnly)
	}
	a := appending{Store: s, b: &b, nonce: newNonce()}
	if err := a.roomy(); err != nil {
		return err
	}
	known := a.cached()
	wait, open := s.newBackoff(), false
	var full error
	for {
		if known == nil {
			var err error
			if known, err = a.read(ctx, open); err != nil && open {
				return fmt.Errorf("append to the ledger of saga %s: whether it was done is not known: %w", b.ID.Short(), err)
			}
			switch {
			case err != nil:
				return err
			case known.landed:
				a.remember(known.head.mod)
				return nil
			case full != nil && b.After == 0:
				return fmt.Errorf("create saga %s: %w", b.ID.Short(), full)
			}
			if err := a.refusal(known); err != nil {
				return err
			}
		}
		c, err := a.change(known)
		if err != nil {
			return err
		}
		if c.size() > maxRequest {
			return fmt.Errorf("append to the ledger of saga %s: %w: %d bytes for etcd, at most %d", b.ID.Short(), engine.ErrTooLarge, c.size(), maxRequest)
		}
		p := proposal{cmps: a.compares(known), change: c, leave: len(b.Traces.Leave) > 0}
		s.propose(&p)
		switch err := p.err; {
		case p.done:
			a.remember(p.rev)
			return nil
		case errors.Is(err, rpctypes.ErrNoSpace): // it may have been done all the same; a saga under way waits until there is room
			full, open, wait = s.explain(err), true, s.newBackoff()
			if !pause(s.open, s.open, mostWait) {
				return fmt.Errorf("append to the ledger of saga %s: whether it was done is not known: %w", b.ID.Short(), full)
			}
		case err != nil && final(err):
			return fmt.Errorf("append to the ledger of saga %s: %w", b.ID.Short(), s.explain(err))
		case err != nil:
			open = true
			if !wait.again(s.open, s.open) {
				return fmt.Errorf("append to the ledger of saga %s: whether it was done is not known: %w", b.ID.Short(), s.explain(err))
			}
		}
		known = nil
	}
}

// appending is one Append under way.
type appending struct {
	*Store
	b     *engine.Batch
	nonce string
}

// head is what must be known of a saga to append to it.
type head struct {
	mod    int64 // the revision of its header, 0 when it does not exist
	seq    uint64
	status engine.Status
	kind   string
	by     string
}

// state is what a batch meets.
type state struct {
	head   head
	landed bool      // our nonce is in the ledger
	leader int64     // the token of the term that lasts, 0 for none
	ticket string    // the highest ever given, as its key has it
	frozen string    // as the key of the newest freeze has it
	keyed  engine.ID // the saga that has the key
	keyMod int64
	short  bool // another saga has the same short
	docs   map[string]stored
	at     int64    // the revision of all this
	left   []string // the names under which the saga has left traces
}

type stored struct {
	mod int64
	doc engine.Doc
}

// cached is what is remembered, if that is enough.
func (a *appending) cached() *state {
	b := a.b
	if len(b.Docs) > 0 || b.Traces.Lift || len(b.Traces.Leave) > 0 {
		return nil
	}
	if b.After == 0 {
		return &state{}
	}
	h, ok := a.heads.get(b.ID)
	if !ok || h.seq != b.After {
		return nil
	}
	return &state{head: h}
}

// remember keeps what a batch that landed makes of the head.
func (a *appending) remember(mod int64) {
	sum := &a.b.Summary
	a.heads.put(a.b.ID, head{mod: mod, seq: sum.Seq, status: sum.Status, kind: sum.Kind, by: sum.CreatedBy})
}

// read looks at all that the batch depends on, at one revision. After a request without an answer it must not be cut off.
func (a *appending) read(ctx context.Context, open bool) (*state, error) {
	if open {
		ctx = a.open
	}
	b, k := a.b, a.keys
	what := "append to the ledger of saga " + b.ID.Short()
	ops := []clientv3.Op{
		clientv3.OpGet(k.header(b.ID)), clientv3.OpGet(k.entries(b.ID, b.Summary.Seq)), clientv3.OpGet(k.leader()), clientv3.OpGet(k.ticket()),
		clientv3.OpGet(k.frozen()), clientv3.OpGet(k.named(b.Key)), clientv3.OpGet(k.suffix(b.ID)), clientv3.OpGet(k.left(b.ID)),
	}
	r, err := a.look(ctx, what, ops...)
	if err != nil {
		return nil, err
	}
	st := &state{at: r.Header.Revision}
	first := func(i int) (value []byte, created, mod int64) {
		if kvs := r.Responses[i].GetResponseRange().Kvs; len(kvs) > 0 {
			return kvs[0].Value, kvs[0].CreateRevision, kvs[0].ModRevision
		}
		return nil, 0, 0
	}
	if raw, _, mod := first(0); mod > 0 {
		h, err := decodeHeader(b.ID, raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		st.head = head{mod: mod, seq: h.Seq, status: h.Status, kind: h.Kind, by: h.CreatedBy}
	}
	if raw, _, mod := first(1); mod > 0 {
		rec, err := decodeEntries(what, raw)
		if err != nil {
			return nil, err
		}
		st.landed = rec.Nonce == a.nonce
	}
	_, st.leader, _ = first(2)
	ticket, _, _ := first(3)
	st.ticket = string(ticket)
	frozen, _, _ := first(4)
	st.frozen = string(frozen)
	keyed, _, mod := first(5)
	st.keyed, st.keyMod = engine.ID(keyed), mod
	_, short, _ := first(6)
	st.short = short != 0
	if raw, _, mod := first(7); mod > 0 {
		t, err := decode[tracesRecord]("traces of saga "+b.ID.Short(), raw)
		if err != nil {
			return nil, err
		}
		st.left = t.Names
	}
	if len(b.Docs) > 0 {
		st.docs, err = a.docsAt(ctx, st.at, b.Docs)
	}
	return st, err
}

// refusal is the one that the batch deserves, in the order that every store keeps.
func (a *appending) refusal(st *state) error {
	b := a.b
	at := "append to ledger of saga " + b.ID.Short()
	switch {
	case b.Term != 0 && st.leader != int64(b.Term):
		return fmt.Errorf("%s: %w", at, engine.ErrDeposed)
	case a.ticketed() && st.ticket >= ticketText(b.Locks.Ticket):
		last, _ := strconv.ParseUint(st.ticket, 16, 64)
		return fmt.Errorf("%s with ticket %d: %w", at, b.Locks.Ticket, &engine.TicketError{Last: last})
	case b.IfFreeze != 0 && st.frozen != passable(b.IfFreeze-1):
		return fmt.Errorf("start in saga %s: %w", b.ID.Short(), engine.ErrFrozen)
	case st.head.seq != b.After:
		return fmt.Errorf("%s: %w: want %d, have %d", at, engine.ErrConflict, b.After, st.head.seq)
	case a.keyedNow() && st.keyed != "" && b.Entries[0].At.Sub(st.keyed.Created()) < engine.KeyLife:
		return &engine.KeyTakenError{ID: st.keyed}
	case b.After == 0 && st.short:
		return fmt.Errorf("create saga %s: %w", b.ID.Short(), engine.ErrShortTaken)
	}
	for i := range b.Docs {
		if err := b.Docs[i].Admits(st.docs[a.keys.doc(b.Docs[i].Collection, b.Docs[i].Name)].doc.Version); err != nil {
			return err
		}
	}
	return nil
}

// ticketed reports whether the batch enters queues behind all who stand there. The lowest ticket goes before all.
func (a *appending) ticketed() bool { return len(a.b.Locks.Take) > 0 && a.b.Locks.Ticket != 1 }

func (a *appending) keyedNow() bool { return a.b.After == 0 && a.b.Key != "" }

// compares are what must still be so when the transaction runs.
func (a *appending) compares(st *state) []clientv3.Cmp {
	b, k := a.b, a.keys
	cmps := []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(k.header(b.ID)), "=", st.head.mod)}
	if b.Term != 0 {
		cmps = append(cmps, clientv3.Compare(clientv3.CreateRevision(k.leader()), "=", int64(b.Term)))
	}
	if a.ticketed() {
		cmps = append(cmps, clientv3.Compare(clientv3.Value(k.ticket()), "<", ticketText(b.Locks.Ticket)))
	}
	switch {
	case b.IfFreeze == 1:
		cmps = append(cmps, clientv3.Compare(clientv3.CreateRevision(k.frozen()), "=", 0))
	case b.IfFreeze > 1:
		cmps = append(cmps, clientv3.Compare(clientv3.Value(k.frozen()), "=", passable(b.IfFreeze-1)))
	}
	if b.After == 0 {
		cmps = append(cmps, clientv3.Compare(clientv3.CreateRevision(k.suffix(b.ID)), "=", 0))
	}
	if a.keyedNow() {
		cmps = append(cmps, clientv3.Compare(clientv3.ModRevision(k.named(b.Key)), "=", st.keyMod))
	}
	return append(cmps, a.docCompares(b.Docs, st.docs, st.at)...)
}

// ticketText is a ticket as it stands under the key of the highest: texts of one length, which sort as the numbers do.
func ticketText(n uint64) string { return fmt.Sprintf("%016x", n) }

// change is all that the batch puts and deletes.
func (a *appending) change(st *state) (*change, error) {
	b, k, c := a.b, a.keys, newChange()
	entries, err := encodeEntries(a.nonce, b.Entries)
	if err != nil {
		return nil, err
	}
	c.put(k.entries(b.ID, b.Summary.Seq), entries)
	c.put(k.header(b.ID), encodeHeader(&b.Summary))
	if b.After == 0 {
		c.put(k.index("a", "", false)+inverted(string(b.ID)), "")
		c.put(k.suffix(b.ID), string(b.ID))
		if b.Key != "" {
			c.put(k.named(b.Key), string(b.ID))
		}
		if made := clockOf(string(b.ID)); made < a.made.Load() { // copied into this store: a list begins there
			value, err := encoded(metaRecord{recordVersion, formatName, schema, engine.At(time.UnixMilli(int64(made)))})
			if err != nil {
				return nil, err
			}
			c.put(k.meta(), value)
			a.made.Store(made)
		}
	}
	a.file(c, "k", st.head.kind, b.Summary.Kind, b.After == 0)
	a.file(c, "b", st.head.by, b.Summary.CreatedBy, b.After == 0)
	a.file(c, "s", string(st.head.status), string(b.Summary.Status), b.After == 0)
	if st.head.status != b.Summary.Status {
		c.count(k.counter('+', b.Summary.Status))
		if b.After > 0 {
			c.count(k.counter('-', st.head.status))
		}
	}
	if err := a.locksTo(c); err != nil {
		return nil, err
	}
	if err := a.resourcesTo(c); err != nil {
		return nil, err
	}
	if err := a.docsTo(c, b.Docs); err != nil {
		return nil, err
	}
	for _, m := range b.Moves {
		c.put(k.moves()+m.From, m.To)
	}
	return c, a.tracesTo(c, st.left)
}

// file moves the saga from one place of an index to another.
func (a *appending) file(c *change, by, from, to string, created bool) {
	if !created && from == to {
		return
	}
	for _, oldest := range []bool{false, true} {
		at := string(a.b.ID)
		if !oldest {
			at = inverted(at)
		}
		if !created {
			c.remove(a.keys.index(by, from, oldest) + at)
		}
		c.put(a.keys.index(by, to, oldest)+at, "")
	}
}

func (a *appending) locksTo(c *change) error {
	for _, name := range a.b.Locks.Drop {
		c.remove(a.keys.lock(name, a.b.ID))
	}
	for _, name := range a.b.Locks.Take {
		value, err := encoded(lockRecord{recordVersion, a.b.Locks.Ticket})
		if err != nil {
			return err
		}
		c.put(a.keys.lock(name, a.b.ID), value)
	}
	if a.ticketed() {
		c.put(a.keys.ticket(), ticketText(a.b.Locks.Ticket))
	}
	return nil
}

func (a *appending) resourcesTo(c *change) error {
	for _, r := range a.b.Resources {
		if r.Before != nil {
			c.remove(a.keys.resources() + r.Before.Key())
			if prior := r.Before.SagaID; prior != "" && prior != a.b.ID {
				c.put(a.keys.prior(prior)+string(a.b.ID), "")
			}
		}
		if r.After == nil {
			continue
		}
		value, err := encoded(resourceRecord{recordVersion, *r.After})
		if err != nil {
			return err
		}
		c.put(a.keys.resources()+r.After.Key(), value)
	}
	return nil
}

// tracesTo removes the traces that the saga has left, and files its new ones. The order of traces is that of their keys' revisions; all of one
// saga have the same.
func (a *appending) tracesTo(c *change, left []string) error {
	t := a.b.Traces
	if !t.Lift && len(t.Leave) == 0 {
		return nil
	}
	for _, name := range left {
		c.remove(a.keys.trace(name, a.b.ID))
	}
	if len(t.Leave) == 0 {
		c.remove(a.keys.left(a.b.ID))
		return nil
	}
	for _, name := range t.Leave {
		c.put(a.keys.trace(name, a.b.ID), "")
	}
	value, err := encoded(tracesRecord{recordVersion, slices.Compact(slices.Sorted(slices.Values(t.Leave)))})
	c.put(a.keys.left(a.b.ID), value)
	return err
}

// roomy refuses launches when the quota is nearly used up: what is under way needs the rest.
func (a *appending) roomy() error {
	full := a.full.Load()
	if a.b.After > 0 || full < StopAt {
		return nil
	}
	return fmt.Errorf("create saga %s: %w: store %s has used %s %% of etcd's quota: prune it (arcadia prune --older-than 90d), or raise the quota",
		a.b.ID.Short(), engine.ErrFull, a.config, strconv.Itoa(int(full)))
}
