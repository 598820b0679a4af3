package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
)

// All gives every delivery that waits or is over, the newest first.
func All(ctx context.Context, r Reader) ([]Delivery, error) {
	out := []Delivery{}
	for _, c := range []string{Outbox, Deliveries, GivenUp} {
		some, err := deliveries(ctx, r, c)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortStableFunc(out, func(a, b Delivery) int { return b.Note.At.Compare(a.Note.At.Time) })
	return out, nil
}

// NotDelivered gives those that were given up and that nobody has dropped or sent again: a person is needed. The oldest first.
func NotDelivered(ctx context.Context, r Reader) ([]Delivery, error) {
	out, err := deliveries(ctx, r, GivenUp)
	slices.SortStableFunc(out, func(a, b Delivery) int { return a.GaveUp.Compare(b.GaveUp.Time) })
	return out, err
}

// Waiting counts those that are in the outbox.
func Waiting(ctx context.Context, r Reader) (int, error) {
	docs, err := r.Docs(ctx, Outbox)
	return len(docs), err
}

func deliveries(ctx context.Context, r Reader, collection string, names ...string) ([]Delivery, error) {
	docs, err := r.Docs(ctx, collection, names...)
	if err != nil {
		return nil, err
	}
	out := make([]Delivery, 0, len(docs))
	for _, d := range docs {
		var one Delivery
		if err := json.Unmarshal(d.Body, &one); err != nil {
			return nil, fmt.Errorf("read delivery %s: %w", d.Name, err)
		}
		out = append(out, one)
	}
	return out, nil
}

// mostEntries bounds how many entries of a saga are looked at for what was told of it: the newest.
const mostEntries = 200

// OfSaga gives what targets were told of a saga whose newest entry has this number, the oldest first: to targets that there are.
func OfSaga(ctx context.Context, r Reader, id engine.ID, seq uint64) ([]Delivery, error) {
	targets, err := List(ctx, r)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	var names []string
	for n := seq - min(seq, mostEntries) + 1; n <= seq; n++ {
		for _, t := range targets {
			names = append(names, deliveryOf(id, n, t.Name))
		}
	}
	return named(ctx, r, names)
}

// named gives the deliveries with these ids, the oldest first.
func named(ctx context.Context, r Reader, ids []string) ([]Delivery, error) {
	var out []Delivery
	for _, c := range []string{Outbox, Deliveries, GivenUp} {
		some, err := deliveries(ctx, r, c, ids...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortStableFunc(out, func(a, b Delivery) int { return a.Note.At.Compare(b.Note.At.Time) })
	return out, nil
}

// deliveryOf is the id of the delivery of what one entry of a saga causes.
func deliveryOf(id engine.ID, seq uint64, target string) string {
	return fmt.Sprintf("%s/%d/%s", id, seq, target)
}

// givenUp reads a delivery that was given up, from where it is.
func givenUp(ctx context.Context, b Book, id string) (engine.Doc, Delivery, error) {
	for _, c := range []string{GivenUp, Deliveries} {
		docs, err := b.Docs(ctx, c, id)
		if err != nil {
			return engine.Doc{}, Delivery{}, err
		}
		if len(docs) == 0 {
			continue
		}
		var d Delivery
		if err := json.Unmarshal(docs[0].Body, &d); err != nil {
			return engine.Doc{}, Delivery{}, fmt.Errorf("read delivery %s: %w", id, err)
		}
		if !d.GaveUp.IsZero() {
			return docs[0], d, nil
		}
	}
	return engine.Doc{}, Delivery{}, fmt.Errorf("%w: no delivery %.120q was given up: arcadia deliveries shows what there is", engine.ErrInput, id)
}

// Again puts a delivery that was given up back into the outbox, under its own id.
func Again(ctx context.Context, b Book, id string) error {
	doc, d, err := givenUp(ctx, b, id)
	if err != nil {
		return err
	}
	back, err := deliver(d.ID, d.Target, d.Note)
	if err != nil {
		return err
	}
	return b.PutDocs(ctx, engine.DocChange{Doc: engine.Doc{Collection: doc.Collection, Name: id}, IfVersion: doc.Version, Remove: true}, back)
}

// Drop says that deliveries which were given up need not arrive any more: nobody is needed for them. They stay in the list.
func Drop(ctx context.Context, b Book, ids ...string) error {
	for _, id := range ids {
		doc, d, err := givenUp(ctx, b, id)
		if err != nil {
			return err
		}
		if !d.Dropped.IsZero() {
			continue
		}
		d.Dropped = engine.At(time.Now())
		kept, err := letter{Delivery: d}.doc(Deliveries)
		if err != nil {
			return err
		}
		changes := []engine.DocChange{kept}
		if doc.Collection == Deliveries {
			changes[0].IfVersion = doc.Version
		} else {
			changes = append(changes, engine.DocChange{Doc: engine.Doc{Collection: doc.Collection, Name: id}, IfVersion: doc.Version, Remove: true})
		}
		if err := b.PutDocs(ctx, changes...); err != nil {
			return err
		}
	}
	return nil
}

// Try puts a test for a target into the outbox, asked for by somebody, and gives its id.
func Try(ctx context.Context, b Book, target, by string) (id string, err error) {
	if _, err := List(ctx, b, target); err != nil {
		return "", err
	}
	now := engine.At(time.Now())
	id = "test/" + now.Format("20060102T150405.000000000Z") + "/" + target
	c, err := deliver(id, target, Note{Event: Test, At: now, By: by})
	return id, settle(err, func() error { return b.PutDocs(ctx, c) })
}
