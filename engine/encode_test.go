package engine_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arcadia/engine"
)

// fill sets every field of v to something, drawn from r. Fields that JSON leaves out stay as they are.
func fill(r *rapid.T, v reflect.Value, label string) {
	switch v.Interface().(type) {
	case engine.Time:
		if rapid.Bool().Draw(r, label) {
			v.Set(reflect.ValueOf(engine.At(time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(r, label)))))
		}
		return
	case json.RawMessage:
		raw, err := json.Marshal(rapid.String().Draw(r, label))
		if err != nil {
			r.Fatal(err)
		}
		v.Set(reflect.ValueOf(json.RawMessage(raw)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				fill(r, v.Field(i), f.Name)
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(r, label) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), label)
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 3).Draw(r, label); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(r, v.Index(i), label)
			}
		}
	case reflect.Map:
		if n := rapid.IntRange(-1, 3).Draw(r, label); n >= 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				fill(r, key, label)
				fill(r, value, label)
				v.SetMapIndex(key, value)
			}
		}
	case reflect.String:
		v.SetString(rapid.String().Draw(r, label))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.Int().Draw(r, label)))
	case reflect.Uint64:
		v.SetUint(rapid.Uint64().Draw(r, label))
	case reflect.Float64:
		v.SetFloat(float64(rapid.IntRange(0, 1000).Draw(r, label)) / 4)
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(r, label))
	default:
		r.Fatalf("field %s has a type that this test does not fill: %s", label, v.Type())
	}
}

func TestAppendJSONWritesWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var e engine.Entry
		fill(r, reflect.ValueOf(&e).Elem(), "entry")
		got, err := e.AppendJSON(nil)
		if err != nil {
			r.Fatal(err)
		}
		same(r, got, e)
		var s engine.Summary
		fill(r, reflect.ValueOf(&s).Elem(), "header")
		var back engine.Summary
		if err := json.Unmarshal(append(s.AppendFields([]byte(`{"v":1`)), '}'), &back); err != nil {
			r.Fatal(err)
		}
		s.ID, s.Short = "", ""
		if !reflect.DeepEqual(s, back) {
			r.Fatalf("read back: %+v, want %+v", back, s)
		}
	})
}

func same(r *rapid.T, got []byte, v any) {
	want, err := json.Marshal(v)
	if err != nil {
		r.Fatal(err)
	}
	if string(got) != string(want) {
		r.Fatalf("it writes\n%s\nand encoding/json writes\n%s", got, want)
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	e := engine.Entry{V: 1, Seq: 7, At: engine.At(time.Unix(1_800_000_000, 123e6)), Type: engine.EntryStepStarted, Idx: 1, Attempt: 1, Undoable: true}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = e.AppendJSON(buf[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
