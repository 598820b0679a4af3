package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"arcadia/engine"
)

// Carrier takes a note to a target. The answer is what the receiver said, "204", also where it did not take it: then err says why.
type Carrier interface {
	Carry(ctx context.Context, t Target, id string, n Note) (answer string, err error)
}

// Sender empties the outbox. It is driven by whoever drives the store's sagas.
type Sender struct {
	Book    Book
	Carrier Carrier
	Watch   func() *engine.Feed // of what changes in the book; only Run needs it
	Log     *slog.Logger        // nil: silence

	pace *pace // of one Run; nil: nothing was sent before
}

// pace is when targets were last told something.
type pace struct {
	mu sync.Mutex // guards at: targets are served at once
	at map[string][]time.Time
}

// left is how many things a target may be told before a minute has passed.
func (p *pace) left(target string, now time.Time) int {
	if p == nil {
		return flood
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at[target] = slices.DeleteFunc(p.at[target], func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	return flood - len(p.at[target])
}

func (p *pace) sent(target string, now time.Time) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at[target] = append(p.at[target], now)
}

// pauses are the waits between the tries.
var pauses = [...]time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}

const (
	sendEvery = 2 * time.Second     // between two looks at least
	sweeps    = 10 * time.Minute    // between two looks for what is too old
	keeps     = 30 * 24 * time.Hour // a delivery that is over
	flood     = 20                  // things that one target is told in a minute; what is more waits and goes as one digest
	parts     = 50                  // notes that a digest holds
	atOnce    = 60                  // documents that one change of the store removes
)

// Run sends until ctx ends. It looks when the book has changed and when something is due, and rests otherwise.
func (s Sender) Run(ctx context.Context) {
	log := s.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s.pace = &pace{at: map[string][]time.Time{}}
	feed := s.Watch()
	defer feed.Close()
	var swept time.Time
	for next := time.Duration(0); ctx.Err() == nil; feed.Await(ctx, sendEvery, next) {
		err := s.Look(ctx, time.Now())
		if err == nil {
			next, err = s.next(ctx, time.Now())
		}
		if err != nil && ctx.Err() == nil {
			next = sendEvery
			log.Error("deliveries cannot be sent", "error", err)
		}
		if time.Since(swept) >= sweeps {
			swept = time.Now()
			if err := s.sweep(ctx, swept); err != nil && ctx.Err() == nil {
				log.Error("old deliveries cannot be removed", "error", err)
			}
		}
	}
}

// next is how long it takes until something is due, if nothing changes: the first that waits of a saga, of each target. It is never
// longer than the time between two sweeps.
func (s Sender) next(ctx context.Context, now time.Time) (time.Duration, error) {
	waiting, err := s.waiting(ctx)
	wait, seen := sweeps, map[[2]string]bool{}
	for _, l := range waiting {
		of := [2]string{l.Target, string(l.Note.Saga)}
		if l.Note.Saga != "" && seen[of] {
			continue
		}
		seen[of] = true
		wait = max(0, min(wait, l.Next.Sub(now))) // zero: as soon as its target may be told more
	}
	return wait, err
}

// letter is a delivery with the version of its document.
type letter struct {
	Delivery
	version uint64
}

// Look tries everything that is due now: one after the other to one target, targets at once.
func (s Sender) Look(ctx context.Context, now time.Time) error {
	waiting, err := s.waiting(ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	targets, err := List(ctx, s.Book)
	if err != nil {
		return err
	}
	by := map[string][]letter{}
	for _, l := range waiting {
		by[l.Target] = append(by[l.Target], l)
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(by))
	for name, list := range by {
		at := slices.IndexFunc(targets, func(t Target) bool { return t.Name == name })
		wg.Go(func() {
			if at < 0 {
				errs <- s.orphaned(ctx, list, now)
				return
			}
			errs <- s.serve(ctx, targets[at], list, now)
		})
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// waiting is the outbox in the order of what happened.
func (s Sender) waiting(ctx context.Context) ([]letter, error) {
	docs, err := s.Book.Docs(ctx, Outbox)
	if err != nil {
		return nil, err
	}
	var out []letter
	for _, d := range docs {
		l := letter{version: d.Version}
		if err := json.Unmarshal(d.Body, &l.Delivery); err != nil {
			return nil, fmt.Errorf("read delivery %s: %w", d.Name, err)
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b letter) int {
		return cmp.Or(a.Note.At.Compare(b.Note.At.Time), cmp.Compare(a.Note.Seq, b.Note.Seq), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// due are the letters that may be tried now: no saga's before the one that happened earlier.
func due(list []letter, now time.Time) []letter {
	held := map[engine.ID]bool{}
	var out []letter
	for _, l := range list {
		if l.Note.Saga != "" && held[l.Note.Saga] {
			continue
		}
		if l.Next.After(now) {
			held[l.Note.Saga] = true
			continue
		}
		out = append(out, l)
	}
	return out
}

// serve tries what is due to one target.
func (s Sender) serve(ctx context.Context, t Target, list []letter, now time.Time) error {
	ready := due(list, now)
	if len(ready) > flood {
		return s.digest(ctx, ready[:min(len(ready), atOnce)])
	}
	failed := map[engine.ID]bool{}
	for _, l := range ready[:min(len(ready), max(0, s.pace.left(t.Name, now)))] {
		if failed[l.Note.Saga] && l.Note.Saga != "" {
			continue
		}
		answer, err := s.Carrier.Carry(ctx, t, l.ID, l.Note)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it is tried again, under the same id
		}
		failed[l.Note.Saga] = err != nil
		s.pace.sent(t.Name, now)
		if err := s.record(ctx, l, answer, err, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// record makes durable what became of a try.
func (s Sender) record(ctx context.Context, l letter, answer string, failure error, now time.Time) error {
	l.Tries++
	l.Answer = answer
	switch {
	case failure == nil:
		l.Sent = engine.At(now)
		return s.over(ctx, l)
	case l.Tries > len(pauses):
		l.Answer, l.GaveUp = clip(failure.Error()), engine.At(now)
		return s.over(ctx, l)
	}
	l.Answer, l.Next = clip(failure.Error()), engine.At(now.Add(pauses[l.Tries-1]))
	c, err := l.doc(Outbox)
	c.IfVersion = l.version
	return settle(err, func() error { return s.Book.PutDocs(ctx, c) })
}

// over takes a delivery from the outbox to those that are over. One that was given up is told to the other targets.
func (s Sender) over(ctx context.Context, l letter) error {
	to := Deliveries
	if !l.GaveUp.IsZero() {
		to = GivenUp
	}
	kept, err := l.doc(to)
	if err != nil {
		return err
	}
	changes := []engine.DocChange{{Doc: engine.Doc{Collection: Outbox, Name: l.ID}, IfVersion: l.version, Remove: true}, kept}
	if !l.GaveUp.IsZero() && l.Note.Event != Undelivered {
		more, err := Tell(ctx, s.Book, "undelivered/"+l.ID, Note{
			Event: Undelivered, At: l.GaveUp, Saga: l.Note.Saga, Kind: l.Note.Kind, Subject: l.Note.Subject, Told: l.Target, Reason: l.Answer,
		})
		if err != nil {
			return err
		}
		changes = append(changes, more...)
	}
	return s.Book.PutDocs(ctx, changes...)
}

// orphaned gives up what a target was to be told that is no more.
func (s Sender) orphaned(ctx context.Context, list []letter, now time.Time) error {
	for _, l := range list {
		l.Answer, l.GaveUp = "the target was removed", engine.At(now)
		kept, err := l.doc(Deliveries)
		if err != nil {
			return err
		}
		if err := s.Book.PutDocs(ctx, engine.DocChange{Doc: engine.Doc{Collection: Outbox, Name: l.ID}, IfVersion: l.version, Remove: true}, kept); err != nil {
			return err
		}
	}
	return nil
}

// digest puts one delivery in the place of many, durable before it is tried: it keeps its id.
func (s Sender) digest(ctx context.Context, list []letter) error {
	first := list[0]
	n := Note{Event: Digest, At: first.Note.At, More: max(0, len(list)-parts)}
	id, changes := "digest/"+strconv.Itoa(len(list))+"/"+first.ID, []engine.DocChange{}
	for i, l := range list {
		if l.Note.Event == Digest {
			n.Parts, n.More = append(n.Parts, l.Note.Parts...), n.More+l.Note.More
		} else if i < parts {
			n.Parts = append(n.Parts, l.Note)
		}
		changes = append(changes, engine.DocChange{Doc: engine.Doc{Collection: Outbox, Name: l.ID}, IfVersion: l.version, Remove: true})
		if l.Note.Event == Digest {
			continue
		}
		l.Digest = id
		trace, err := l.doc(Deliveries)
		if err != nil {
			return err
		}
		changes = append(changes, trace)
	}
	if over := len(n.Parts) - parts; over > 0 {
		n.Parts, n.More = n.Parts[:parts], n.More+over
	}
	c, err := deliver(id, first.Target, n)
	return settle(err, func() error { return s.Book.PutDocs(ctx, append(changes, c)...) })
}

// sweep removes what is over for long.
func (s Sender) sweep(ctx context.Context, now time.Time) error {
	var old []engine.DocChange
	for _, c := range []string{Deliveries, GivenUp} {
		docs, err := s.Book.Docs(ctx, c)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if now.Sub(d.UpdatedAt.Time) > keeps && len(old) < atOnce {
				old = append(old, engine.DocChange{Doc: engine.Doc{Collection: c, Name: d.Name}, IfVersion: d.Version, Remove: true})
			}
		}
	}
	if len(old) == 0 {
		return nil
	}
	return s.Book.PutDocs(ctx, old...)
}

func (l letter) doc(collection string) (engine.DocChange, error) {
	body, err := json.Marshal(l.Delivery)
	return engine.DocChange{Doc: engine.Doc{Collection: collection, Name: l.ID, Body: body}}, err
}

func settle(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// clip bounds what a receiver has said.
func clip(s string) string {
	const most = 300
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}
