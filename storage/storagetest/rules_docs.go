package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"arcadia/engine"
)

// Document is a change that puts a body under a name, if it has the given version now.
func Document(name, body string, ifVersion uint64) engine.DocChange {
	return engine.DocChange{IfVersion: ifVersion, Doc: engine.Doc{
		Collection: "schedules", Name: name, Body: json.RawMessage(body), By: engine.Actor{Name: "ada"}, UpdatedAt: engine.At(epoch),
	}}
}

// asStored is the document as a change leaves it.
func asStored(c engine.DocChange) engine.Doc {
	c.Version = c.IfVersion + 1
	return c.Doc
}

func docsChange(t *testing.T, s engine.Store) {
	ctx := t.Context()
	same(t, "none", len(got(s.Docs(ctx, "schedules"))(t)), 0)
	made := Document("nightly", `{"at":"03:00"}`, 0)
	must(t, s.PutDocs(ctx, made))
	for _, version := range []uint64{0, 2, 7} {
		var conflict *engine.DocConflictError
		err := s.PutDocs(ctx, Document("nightly", `1`, version))
		if !errors.As(err, &conflict) || !errors.Is(err, engine.ErrConflict) || conflict.Have != 1 || conflict.Want != version {
			t.Errorf("version %d is expected and 1 is there: %v", version, err)
		}
	}
	gone := Document("hourly", `1`, 1)
	gone.Remove = true
	if err := s.PutDocs(ctx, gone); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("one that is not there is removed: %v", err)
	}
	gone.IfVersion = 0
	if err := s.PutDocs(ctx, gone); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("one that is not there, as expected, is removed: %v", err)
	}
	same(t, "as it was made", got(s.Docs(ctx, "schedules"))(t), []engine.Doc{asStored(made)})
	changed := Document("nightly", `{"at":"04:00"}`, 1)
	must(t, s.PutDocs(ctx, changed))
	same(t, "changed", got(s.Docs(ctx, "schedules", "nightly"))(t), []engine.Doc{asStored(changed)})
	gone = Document("nightly", `1`, 2)
	gone.Remove = true
	must(t, s.PutDocs(ctx, gone))
	same(t, "removed", len(got(s.Docs(ctx, "schedules"))(t)), 0)
	must(t, s.PutDocs(ctx, made))
	must(t, s.PutDocs(ctx))
}

func docsAllOrNone(t *testing.T, s engine.Store) {
	ctx := t.Context()
	must(t, s.PutDocs(ctx, Document("b", `1`, 0), Document("a", `2`, 0)))
	if err := s.PutDocs(ctx, Document("c", `3`, 0), Document("a", `4`, 9)); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("one of two in conflict: %v", err)
	}
	if err := s.PutDocs(ctx, Document("a", `5`, 1), Document("a", `6`, 2)); !errors.Is(err, engine.ErrBadValue) {
		t.Errorf("one of them twice: %v", err)
	}
	if err := s.PutDocs(ctx, Document("big", `"`+strings.Repeat("x", engine.MaxDoc)+`"`, 0)); !errors.Is(err, engine.ErrTooLarge) {
		t.Errorf("one that is too large: %v", err)
	}
	must(t, s.PutDocs(ctx, Document("big", `"`+strings.Repeat("x", engine.MaxDoc-2)+`"`, 0)))
	var names []string
	for _, d := range got(s.Docs(ctx, "schedules"))(t) {
		names = append(names, d.Name)
	}
	same(t, "in the order of their names", names, []string{"a", "b", "big"})
	names = nil
	for _, d := range got(s.Docs(ctx, "schedules", "b", "none", "a"))(t) {
		names = append(names, d.Name)
	}
	same(t, "in the order asked for", names, []string{"b", "a"})
	other := Document("a", `7`, 0)
	other.Collection = "schedule"
	must(t, s.PutDocs(ctx, other))
	same(t, "another collection that begins alike", got(s.Docs(ctx, "schedule"))(t), []engine.Doc{asStored(other)})
}

func docsWithAppend(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	b.Docs = []engine.DocChange{Document("last_run", `1`, 0)}
	must(t, s.Append(ctx, b))
	late := Creation(2)
	late.Docs = []engine.DocChange{Document("other", `1`, 0), Document("last_run", `2`, 0)}
	late.Locks = engine.LockChange{Ticket: 3, Take: []string{"a"}}
	var conflict *engine.DocConflictError
	if err := s.Append(ctx, late); !errors.As(err, &conflict) || conflict.Name != "last_run" {
		t.Errorf("an append with a document in conflict: %v", err)
	}
	same(t, "locks", got(s.Locks(ctx))(t), []engine.Lock{})
	same(t, "sagas", got(s.Counts(ctx))(t).Total, 1)
	same(t, "other", len(got(s.Docs(ctx, "schedules", "other"))(t)), 0)
	more := After(b.Summary, engine.Running, 1)
	more.Docs = []engine.DocChange{Document("last_run", `3`, 1)}
	must(t, s.Append(ctx, more))
	same(t, "changed", got(s.Docs(ctx, "schedules"))(t), []engine.Doc{asStored(more.Docs[0])})
	stale := After(b.Summary, engine.Running, 1)
	stale.Docs = []engine.DocChange{Document("last_run", `4`, 2)}
	if err := s.Append(ctx, stale); !errors.Is(err, engine.ErrConflict) || errors.As(err, &conflict) && conflict.Want == 2 {
		t.Errorf("a stale append whose document is right: %v", err)
	}
}

func oneDocWins(t *testing.T, s engine.Store) {
	answers := make([]error, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			if i%2 == 0 {
				answers[i] = s.PutDocs(context.WithoutCancel(t.Context()), Document("one", fmt.Sprint(i), 0))
				return
			}
			b := Creation(i)
			b.Docs = []engine.DocChange{Document("one", fmt.Sprint(i), 0)}
			answers[i] = s.Append(context.WithoutCancel(t.Context()), b)
		})
	}
	all.Wait()
	won := 0
	for _, err := range answers {
		if err == nil {
			won++
		} else if !errors.Is(err, engine.ErrConflict) {
			t.Error(err)
		}
	}
	same(t, "winners", won, 1)
}

// absurdDocs puts every absurd value into every field of a change of a document.
func absurdDocs(t *testing.T, s engine.Store) {
	ctx := t.Context()
	model := NewMemory()
	full := &engine.DocChange{}
	populate(reflect.ValueOf(full).Elem(), ID(1))
	n := 0
	spoilings(reflect.ValueOf(full).Elem(), "document", func(v reflect.Value) reflect.Value { return v }, func(what string, spoil func(reflect.Value)) {
		n++
		c := &engine.DocChange{}
		populate(reflect.ValueOf(c).Elem(), ID(1))
		c.Name, c.IfVersion, c.Remove = fmt.Sprintf("doc-%d", n), 0, false
		spoil(reflect.ValueOf(c).Elem())
		want, have := model.PutDocs(ctx, *c), s.PutDocs(ctx, *c)
		switch {
		case errorKind(want) != errorKind(have):
			t.Errorf("%s: the model says %v, the store %v", what, want, have)
		case have != nil && !engine.Untouched(have):
			t.Errorf("%s: refused with %v, which does not say that nothing has happened", what, have)
		case have == nil && !c.Remove:
			same(t, what, got(s.Docs(ctx, c.Collection, c.Name))(t), []engine.Doc{asStored(*c)})
		}
	})
	same(t, "all", got(s.Docs(ctx, "text"))(t), got(model.Docs(ctx, "text"))(t))
}

// document changes one of a few documents, in a transaction of its own or with an append.
func (m *machine) document(r *rapid.T) {
	c := Document(fmt.Sprint(rapid.IntRange(0, 3).Draw(r, "document")), fmt.Sprint(rapid.IntRange(0, 9).Draw(r, "body")), uint64(rapid.IntRange(0, 3).Draw(r, "version")))
	if rapid.IntRange(0, 4).Draw(r, "removed") == 0 {
		c.Remove = true
	}
	if len(m.heads) > 0 && rapid.Bool().Draw(r, "with an append") {
		b := m.next(r)
		b.Docs = []engine.DocChange{c}
		m.both(r, b)
		return
	}
	want, have := m.model.PutDocs(m.t.Context(), c), m.store.PutDocs(m.t.Context(), c)
	if kindOf(want) != kindOf(have) {
		r.Fatalf("put document: model %v, store %v", want, have)
	}
}
