package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
)

// The absurd values of each type that a store is handed somewhere. Batches and freezes are walked by reflection, so that a
// new field is tried without anybody thinking of it.
var (
	absurdTexts = []string{
		"", "\x00", "a\x00b", "\xff\xfe", "a\xc3", "\u2028<&>\ufffd", "\x1b[2J\r\n", strings.Repeat("x", engine.MaxName+1), strings.Repeat("k", 40<<10), strings.Repeat("z", 2<<20),
	}
	absurdNumbers  = []int64{0, -1, 7, math.MaxInt64, math.MinInt64, math.MaxInt32 + 1}
	absurdMessages = []string{
		"", "{", "1e999", `"\ud800"`, "\"\xff\"", " 1 ", `{"a":1,"a":2}`, strings.Repeat("[", 9990) + strings.Repeat("]", 9990), `"` + strings.Repeat("m", 2<<20) + `"`,
	}
	absurdTimes = []engine.Time{
		{},
		{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Time: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Time: time.Unix(1, 999)},
		{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))},
	}
)

var (
	timeType    = reflect.TypeFor[engine.Time]()
	messageType = reflect.TypeFor[json.RawMessage]()
	statusType  = reflect.TypeFor[engine.Status]()
	idType      = reflect.TypeFor[engine.ID]()
)

// populate gives everything under v a value, so that every field is there to be spoiled.
func populate(v reflect.Value, id engine.ID) {
	switch v.Type() {
	case timeType:
		v.Set(reflect.ValueOf(engine.At(epoch)))
		return
	case messageType:
		v.Set(reflect.ValueOf(json.RawMessage(`{"a":[1]}`)))
		return
	case statusType:
		v.SetString(string(engine.Running))
		return
	case idType:
		v.SetString(string(id))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(v.Elem(), id)
	case reflect.Struct:
		for f, field := range v.Fields() {
			if f.IsExported() { // what is not is never stored
				populate(field, id)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		populate(v.Index(0), id)
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		populate(value, id)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("name").Convert(v.Type().Key()), value)
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("storagetest: no value known for " + v.Type().String() + ": add it, and absurd ones")
	}
}

// fullBatch is a creation in which no field is empty.
func fullBatch(n int) *engine.Batch {
	b := &engine.Batch{}
	id := ID(n)
	populate(reflect.ValueOf(b).Elem(), id)
	b.After, b.Entries[0].V, b.Entries[0].Seq, b.Entries[0].Type = 0, 1, 1, engine.EntryCreated
	b.Summary.Seq, b.Summary.Short, b.Key = 1, id.Short(), fmt.Sprintf("key-%d", n)
	b.Term = 0
	b.Locks.Take, b.Locks.Drop = []string{fmt.Sprintf("lock-%d", n)}, []string{"another"}
	for i := range b.Docs {
		b.Docs[i].Name, b.Docs[i].IfVersion, b.Docs[i].Remove = fmt.Sprintf("doc-%d", n), 0, false
	}
	for i := range b.Resources {
		b.Resources[i].Before.ExternalID, b.Resources[i].After.ExternalID = fmt.Sprintf("b%d", n), fmt.Sprintf("a%d", n)
	}
	return b
}

// spoilings are the ways to make one place under v absurd, each by what it does and where. at returns the same place of
// another value of the type.
func spoilings(v reflect.Value, where string, at func(reflect.Value) reflect.Value, each func(what string, spoil func(root reflect.Value))) {
	set := func(what string, value reflect.Value) {
		each(where+" = "+what, func(root reflect.Value) { at(root).Set(value) })
	}
	within := func(next func(reflect.Value) reflect.Value) func(reflect.Value) reflect.Value {
		return func(root reflect.Value) reflect.Value { return next(at(root)) }
	}
	switch v.Type() {
	case timeType:
		for _, t := range absurdTimes {
			set(t.String(), reflect.ValueOf(t))
		}
		return
	case messageType:
		set("nil", reflect.Zero(messageType))
		for _, m := range absurdMessages {
			set(fmt.Sprintf("%.20q", m), reflect.ValueOf(json.RawMessage(m)))
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		set("nil", reflect.Zero(v.Type()))
		spoilings(v.Elem(), where, within(reflect.Value.Elem), each)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Tag.Get("json") == "-" || !f.IsExported() {
				continue // never stored
			}
			spoilings(v.Field(i), where+"."+f.Name, within(func(v reflect.Value) reflect.Value { return v.Field(i) }), each)
		}
	case reflect.Slice:
		set("nil", reflect.Zero(v.Type()))
		for _, n := range []int{0, engine.MaxLocks + 1, 5000} {
			many := reflect.MakeSlice(v.Type(), n, n)
			for i := range n {
				many.Index(i).Set(v.Index(0))
			}
			set(fmt.Sprintf("%d of it", n), many)
		}
		spoilings(v.Index(0), where+"[0]", within(func(v reflect.Value) reflect.Value { return v.Index(0) }), each)
	case reflect.Map:
		set("nil", reflect.Zero(v.Type()))
		for _, text := range absurdTexts {
			value := v.MapIndex(v.MapKeys()[0])
			each(fmt.Sprintf("%s with %.20q", where, text), func(root reflect.Value) {
				at(root).SetMapIndex(reflect.ValueOf(text).Convert(v.Type().Key()), value)
			})
		}
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(v.MapKeys()[0]))
		spoilings(value, where+"[name]", func(reflect.Value) reflect.Value { return value }, func(what string, spoil func(reflect.Value)) {
			each(what, func(root reflect.Value) {
				spoil(value)
				at(root).SetMapIndex(v.MapKeys()[0], value)
			})
		})
	case reflect.String:
		for _, text := range absurdTexts {
			set(fmt.Sprintf("%.20q of %d", text, len(text)), reflect.ValueOf(text).Convert(v.Type()))
		}
	case reflect.Int, reflect.Int64:
		for _, n := range absurdNumbers {
			set(fmt.Sprint(n), reflect.ValueOf(n).Convert(v.Type()))
		}
	case reflect.Uint64:
		for _, n := range absurdNumbers {
			set(fmt.Sprint(uint64(n)), reflect.ValueOf(uint64(n)).Convert(v.Type()))
		}
	case reflect.Float64:
		for _, x := range []float64{0, -1, 0.1, math.MaxFloat64, math.Inf(1), math.NaN()} {
			set(fmt.Sprint(x), reflect.ValueOf(x))
		}
	case reflect.Bool:
		set("false", reflect.ValueOf(false))
	default:
		panic("storagetest: no absurd value known for " + v.Type().String())
	}
}

// modelOf is the model of a store that one process has, or of one that several have.
func modelOf(s engine.Store) *Memory {
	m := NewMemory()
	if _, shared := s.(engine.Elector); shared {
		m.Share()
	}
	return m
}

// absurdBatches puts every absurd value into every field of a batch. Each is refused with an error that says that nothing
// has happened, or is read back as it was given; the store and the model agree which; and neither is harmed.
func absurdBatches(t *testing.T, s engine.Store) {
	ctx := t.Context()
	model := modelOf(s)
	n, taken := 0, 0
	spoilings(reflect.ValueOf(fullBatch(0)).Elem(), "batch", func(v reflect.Value) reflect.Value { return v }, func(what string, spoil func(reflect.Value)) {
		n++
		b := fullBatch(n)
		spoil(reflect.ValueOf(b).Elem())
		want, have := model.Append(ctx, *b), s.Append(ctx, *b)
		if errorKind(want) != errorKind(have) {
			t.Errorf("%s: the model says %v, the store %v", what, want, have)
			return
		}
		if have != nil {
			if !engine.Untouched(have) {
				t.Errorf("%s: refused with %v, which does not say that nothing has happened", what, have)
			}
			return
		}
		taken++
		if got, err := s.Entries(ctx, b.ID, 0); err != nil || text(t, got) != text(t, b.Entries) {
			t.Errorf("%s: was taken and is read back as another entry (%v): add the field to Fits", what, err)
		}
		if got, err := s.Summaries(ctx, b.ID); err != nil || text(t, got) != text(t, []engine.Summary{b.Summary}) {
			t.Errorf("%s: was taken and is read back as another header (%v): add the field to Fits", what, err)
		}
	})
	if n < 500 || taken < n/20 {
		t.Errorf("%d values tried and %d taken: the walk does not reach what it should", n, taken)
	}
	same(t, "counts", got(s.Counts(ctx))(t), got(model.Counts(ctx))(t))
	same(t, "locks", got(s.Locks(ctx))(t), got(model.Locks(ctx))(t))
	same(t, "resources", got(s.Resources(ctx))(t), got(model.Resources(ctx))(t))
	same(t, "documents", got(s.Docs(ctx, "text"))(t), got(model.Docs(ctx, "text"))(t))
	must(t, s.Append(ctx, Creation(n+1)))
}

// absurdFreezes does the same to a freeze.
func absurdFreezes(t *testing.T, s engine.Store) {
	ctx := t.Context()
	model := NewMemory()
	next := uint64(1)
	full := &engine.Freeze{}
	populate(reflect.ValueOf(full).Elem(), ID(1))
	spoilings(reflect.ValueOf(full).Elem(), "freeze", func(v reflect.Value) reflect.Value { return v }, func(what string, spoil func(reflect.Value)) {
		f := &engine.Freeze{}
		populate(reflect.ValueOf(f).Elem(), ID(1))
		f.N = next
		spoil(reflect.ValueOf(f).Elem())
		want, have := model.PutFreeze(ctx, *f), s.PutFreeze(ctx, *f)
		switch {
		case errorKind(want) != errorKind(have):
			t.Errorf("%s: the model says %v, the store %v", what, want, have)
		case have != nil && !engine.Untouched(have):
			t.Errorf("%s: refused with %v, which does not say that nothing has happened", what, have)
		case have == nil:
			next = f.N + 1
			same(t, what, got(s.Freezes(ctx, 1))(t), []engine.Freeze{*f})
		}
	})
	same(t, "all", got(s.Freezes(ctx, 0))(t), got(model.Freezes(ctx, 0))(t))
}

// absurdQuestions asks for what no store can hold.
func absurdQuestions(t *testing.T, s engine.Store) {
	ctx := t.Context()
	model := NewMemory()
	for n := range 3 {
		must(t, s.Append(ctx, Creation(n)))
		must(t, model.Append(ctx, Creation(n)))
	}
	questions := map[string]func(engine.Store, string) (any, error){
		"entries":   func(s engine.Store, x string) (any, error) { return s.Entries(ctx, engine.ID(x), math.MaxUint64) },
		"summaries": func(s engine.Store, x string) (any, error) { return s.Summaries(ctx, engine.ID(x), ID(1)) },
		"find":      func(s engine.Store, x string) (any, error) { return s.Find(ctx, x, -1) },
		"keyed":     func(s engine.Store, x string) (any, error) { return s.Keyed(ctx, x) },
		"documents": func(s engine.Store, x string) (any, error) { return s.Docs(ctx, x) },
		"document":  func(s engine.Store, x string) (any, error) { return s.Docs(ctx, "schedules", x) },
		"resources": func(s engine.Store, x string) (any, error) { return s.Resources(ctx, x) },
		"status": func(s engine.Store, x string) (any, error) {
			return s.List(ctx, engine.Query{Statuses: []engine.Status{engine.Status(x)}, Limit: -7})
		},
		"kind": func(s engine.Store, x string) (any, error) { return s.List(ctx, engine.Query{Kind: x}) },
		"by":   func(s engine.Store, x string) (any, error) { return s.List(ctx, engine.Query{By: x}) },
		"from": func(s engine.Store, x string) (any, error) {
			return s.List(ctx, engine.Query{From: engine.ID(x), Oldest: true})
		},
		"freezes": func(s engine.Store, x string) (any, error) { return s.Freezes(ctx, -len(x)) },
		"past":    func(s engine.Store, _ string) (any, error) { return s.Entries(ctx, ID(1), math.MaxUint64) },
	}
	for name, ask := range questions {
		for _, x := range absurdTexts {
			want, wantErr := ask(model, x)
			have, haveErr := ask(s, x)
			what := fmt.Sprintf("%s of %.20q", name, x)
			same(t, what, have, want)
			same(t, what, errorKind(haveErr), errorKind(wantErr))
			if haveErr != nil && !engine.Untouched(haveErr) {
				t.Errorf("%s: %v", what, haveErr)
			}
		}
	}
	must(t, s.Append(ctx, Creation(7)))
}

// errorKind names an error by the refusal in it.
func errorKind(err error) string {
	for name, is := range map[string]error{
		"conflict": engine.ErrConflict, "not found": engine.ErrNotFound, "key": engine.ErrKeyTaken, "short": engine.ErrShortTaken,
		"too large": engine.ErrTooLarge, "bad value": engine.ErrBadValue, "read only": engine.ErrReadOnly, "frozen": engine.ErrFrozen,
		"deposed": engine.ErrDeposed, "ticket": engine.ErrTicket, "canceled": context.Canceled,
	} {
		if errors.Is(err, is) {
			return name
		}
	}
	if err == nil {
		return "done"
	}
	return "unknown"
}
