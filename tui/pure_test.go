package tui

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"testing"
	"time"
)

// seed is of the sums in one run of the tests.
var seed = maphash.MakeSeed()

// sum is a number for all that can be reached from a value: what is written anywhere in it changes the sum.
func sum(v any) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	walkValue(&h, reflect.ValueOf(v), map[visit]bool{})
	return h.Sum64()
}

// visit is a thing that a walk was at.
type visit struct {
	at uintptr
	of reflect.Type
}

func walkValue(h *maphash.Hash, v reflect.Value, seen map[visit]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		at := visit{v.Pointer(), v.Type()}
		if v.IsNil() || seen[at] || at.of == reflect.TypeFor[*time.Location]() { // a location remembers what it was asked
			fmt.Fprint(h, v.IsNil())
			return
		}
		seen[at] = true
		walkValue(h, v.Elem(), seen)
	case reflect.Interface:
		if !v.IsNil() {
			fmt.Fprint(h, v.Elem().Type())
			walkValue(h, v.Elem(), seen)
		}
	case reflect.Struct:
		for _, f := range v.Fields() {
			walkValue(h, f, seen)
		}
	case reflect.Slice:
		fmt.Fprint(h, v.Len(), " ")
		// what lies behind the end is not shown, but may be another's
		for i := range v.Cap() {
			walkValue(h, v.Slice(0, v.Cap()).Index(i), seen)
		}
	case reflect.Array:
		for i := range v.Len() {
			walkValue(h, v.Index(i), seen)
		}
	case reflect.Map:
		all := uint64(0) // in no order
		for it := v.MapRange(); it.Next(); {
			var one maphash.Hash
			one.SetSeed(seed)
			walkValue(&one, it.Key(), seen)
			walkValue(&one, it.Value(), map[visit]bool{})
			all += one.Sum64()
		}
		fmt.Fprint(h, v.Len(), all)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		fmt.Fprint(h, v.Pointer(), " ")
	default:
		fmt.Fprint(h, v, " ")
	}
}

// drawsOnly fails the test when drawing the console changes anything in it. It is drawn in another size than the last time, so that
// there would be something to write.
func (s *stage) drawsOnly(name string) {
	s.tb.Helper()
	a := s.app
	model := func() uint64 {
		e := &a.env
		return sum([]any{a.stacks, a.at, a.overlays, a.last, a.plain, a.mouse, e.State, e.Keys, e.Clock, e.front})
	}
	before, w, h := model(), a.env.Width, a.env.Height
	for _, other := range sizes {
		a.env.Width, a.env.Height = other.w, other.h
		a.body(other.w, other.h-a.headLines()-2)
		a.header(other.w)
		a.footer(other.w)
	}
	a.env.Width, a.env.Height = w, h
	if model() != before {
		s.tb.Errorf("%s: drawing has changed the console", name)
	}
}

// What finds that drawing changes nothing finds a change anywhere.
func TestASumTellsWhatHasChanged(t *testing.T) {
	t.Parallel()
	type leaf struct{ hidden []int }
	type tree struct {
		leaves map[string]*leaf
		next   any
	}
	grow := func() *tree {
		return &tree{leaves: map[string]*leaf{"a": {make([]int, 1, 4)}}, next: &leaf{[]int{1}}}
	}
	for name, change := range map[string]func(*tree){
		"an element":           func(x *tree) { x.next.(*leaf).hidden[0] = 2 },
		"a value in a map":     func(x *tree) { x.leaves["a"].hidden[0]++ },
		"what is behind a end": func(x *tree) { _ = append(x.leaves["a"].hidden, 7) },
		"a key":                func(x *tree) { x.leaves["b"] = nil },
	} {
		x := grow()
		before := sum(x)
		if sum(x) != before {
			t.Fatal("a sum is not the same twice")
		}
		if change(x); sum(x) == before {
			t.Errorf("%s was changed, and the sum is the same", name)
		}
	}
}
