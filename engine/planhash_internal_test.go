package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// planOf is a plan with something in every place that an effect can have.
func planOf() (Plan, Inputs) {
	p := Plan{Kind: "move", Target: "app", Locks: []string{"dns:a/b", "droplet:1"}}
	for i, name := range []string{"snap", "point", "look", "grow", "add", "drop", "move", "wipe"} {
		p.Steps = append(p.Steps, PlanStep{Idx: i, Name: name, Change: Change{
			Action: ActUpdate, Subject: "A app." + name, Undo: "restore both", Note: "a note",
			Fields: []FieldChange{{Name: "data", From: "1", To: "2", Note: "a note"}, {Name: "ttl", From: "300", To: "60"}},
		}})
	}
	p.Steps[7].Change.Final = "gone for good"
	return p, Inputs{"name": "app", "1:name": "www"}
}

// texts are all texts of a plan that are effects.
func texts(p *Plan) []*string {
	all := []*string{&p.Kind}
	for i := range p.Locks {
		all = append(all, &p.Locks[i])
	}
	for i := range p.Steps {
		c := &p.Steps[i].Change
		all = append(all, &p.Steps[i].Name, (*string)(&c.Action), &c.Subject, &c.Undo, &c.Final)
		for j := range c.Fields {
			all = append(all, &c.Fields[j].Name, &c.Fields[j].From, &c.Fields[j].To)
		}
	}
	return all
}

// vary makes one change: a byte is set, put in or taken out, a text moves into its neighbor, or a list gets one more or less.
func vary(rng *rand.Rand, p *Plan, in Inputs) string {
	all := texts(p)
	at := rng.IntN(len(all))
	s := all[at]
	place := rng.IntN(len(*s) + 1)
	b := byte(rng.IntN(256))
	switch n := rng.IntN(7); {
	case n == 0 && place < len(*s):
		b = (*s)[place] ^ byte(1+rng.IntN(255))
		*s = (*s)[:place] + string([]byte{b}) + (*s)[place+1:]
		return fmt.Sprintf("text %d: byte %d is %x", at, place, b)
	case n == 1 && place < len(*s):
		*s = (*s)[:place] + (*s)[place+1:]
		return fmt.Sprintf("text %d: without byte %d", at, place)
	case n == 2 && at+1 < len(all) && place < len(*s): // the same bytes in a row, cut elsewhere
		*all[at+1] = (*s)[place:] + *all[at+1]
		*s = (*s)[:place]
		return fmt.Sprintf("text %d: from byte %d on it is in the next", at, place)
	case n == 3:
		c := &p.Steps[rng.IntN(len(p.Steps))].Change
		k := rng.IntN(len(c.Fields))
		c.Fields = append(append([]FieldChange{}, c.Fields[:k]...), c.Fields[k+1:]...)
		return fmt.Sprintf("a step without field %d", k)
	case n == 4:
		k := rng.IntN(len(p.Steps))
		p.Steps = append(append([]PlanStep{}, p.Steps[:k]...), p.Steps[k+1:]...)
		return fmt.Sprintf("without step %d", k)
	case n == 5:
		name := []string{"name", "1:name"}[rng.IntN(2)]
		in[name] += string([]byte{b})
		return fmt.Sprintf("input %s with byte %x at its end", name, b)
	}
	*s = (*s)[:place] + string([]byte{b}) + (*s)[place:]
	return fmt.Sprintf("text %d: byte %x at %d", at, b, place)
}

func TestAnySingleChangeOfAnEffectIsAnotherPlan(t *testing.T) {
	t.Parallel()
	seen := map[PlanHash]string{}
	base, in := planOf()
	first := base.hashOf(course{in: in}, "b6fc89db")
	for seed := range uint64(10_000) {
		p, in := planOf()
		what := vary(rand.New(rand.NewPCG(seed, 0)), &p, in)
		h := p.hashOf(course{in: in}, "b6fc89db")
		if h == first {
			t.Fatalf("seed %d: %s: the hash is the same", seed, what)
		}
		same := fmt.Sprintf("%+v %q", p.Steps, in)
		if before, ok := seen[h]; ok && before != same+fmt.Sprint(p.Kind, p.Locks) {
			t.Fatalf("seed %d: %s: another change has this hash too", seed, what)
		}
		seen[h] = same + fmt.Sprint(p.Kind, p.Locks)
	}
	if len(seen) < 4_000 {
		t.Errorf("only %d different changes were tried", len(seen))
	}
	if base.hashOf(course{in: in}, "another") == first {
		t.Error("another account has the same hash")
	}
}

func TestWordsAboutAnEffectAreNoPartOfItsHash(t *testing.T) {
	t.Parallel()
	p, in := planOf()
	want := p.hashOf(course{in: in}, "")
	p.Target, p.WaitsFor = "said otherwise", []string{"1a2b3c4d"}
	for i := range p.Steps {
		c := &p.Steps[i].Change
		c.Note = "said otherwise"
		for j := range c.Fields {
			c.Fields[j].Note = "said otherwise"
		}
	}
	if got := p.hashOf(course{in: in}, ""); got != want {
		t.Error("a reworded note is another plan")
	}
	p.Steps[0].Error = "connection refused"
	failed := p.hashOf(course{in: in}, "")
	p.Steps[0].Error = "connection reset"
	if got := p.hashOf(course{in: in}, ""); got != failed || got == want {
		t.Error("a failed look must count, and its words must not")
	}
}

func TestAPlansHashIsNamedByTwelveDigitsOrMore(t *testing.T) {
	t.Parallel()
	p, in := planOf()
	h := p.hashOf(course{in: in}, "")
	digits := strings.TrimPrefix(string(h), "p2:")
	if len(digits) != 64 || h.Short() != digits[:12] {
		t.Fatalf("the hash is %s, in short %s", h, h.Short())
	}
	for _, given := range []string{string(h), digits, digits[:12], "p2:" + digits[:12], strings.ToUpper(digits[:20])} {
		if !h.Begins(given) {
			t.Errorf("%s does not name it", given)
		}
	}
	other := "0" + digits[1:]
	if digits[0] == '0' {
		other = "1" + digits[1:]
	}
	for _, given := range []string{other, other[:12], digits[:11] + "g", digits + "0"} {
		if h.Begins(given) {
			t.Errorf("%s names it", given)
		}
	}
	for _, given := range []string{digits[:11], "p2:", "p1:" + digits, "sha256:" + digits, digits[:12] + " ", digits + "00"} {
		if _, err := planDigits(given); !errors.Is(err, ErrInput) {
			t.Errorf("%q is taken for a hash: %v", given, err)
		}
	}
}

// said are the fields of a plan that are words about it, or how the world is besides. All others are effects.
var said = map[string]bool{
	"Plan.Target": true, "Plan.WaitsFor": true, "Plan.Hash": true, "Plan.Approval": true, "Plan.Forbidden": true,
	"PlanStep.Idx": true, "PlanStep.Why": true, "PlanStep.Refused": true, "PlanStep.touches": true,
	"Change.Value": true, "Change.Service": true, "Change.Note": true, "Change.MonthlyUSD": true, "FieldChange.Note": true,
}

// TestEveryFieldOfAPlanIsAnEffectOrAWordAboutIt changes one field after the other, those that are added one day too.
func TestEveryFieldOfAPlanIsAnEffectOrAWordAboutIt(t *testing.T) {
	t.Parallel()
	p, in := planOf()
	first := p.hashOf(course{in: in}, "")
	tried := map[string]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for i := range v.NumField() {
			f, name := v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name
			tried[name] = true
			switch {
			case f.Kind() == reflect.Struct:
				walk(f)
			case f.Kind() == reflect.Slice && f.Len() > 0 && f.Index(0).Kind() == reflect.Struct:
				walk(f.Index(0))
			}
			if !f.CanSet() {
				continue
			}
			before := reflect.ValueOf(f.Interface())
			if next := other(f); next.IsValid() {
				f.Set(next)
				if changed := p.hashOf(course{in: in}, "") != first; changed == said[name] {
					t.Errorf("%s is other: the hash is another: %v", name, changed)
				}
				f.Set(before)
			}
		}
	}
	walk(reflect.ValueOf(&p).Elem())
	for name := range said {
		if !tried[name] {
			t.Errorf("a plan has no %s", name)
		}
	}
	if len(tried) < 20 {
		t.Errorf("only %d fields were tried", len(tried))
	}
}

// other is another value of a field, invalid for what has none of its own.
func other(f reflect.Value) reflect.Value {
	switch f.Kind() {
	case reflect.String:
		return reflect.ValueOf(f.String() + "x").Convert(f.Type())
	case reflect.Bool:
		return reflect.ValueOf(!f.Bool())
	case reflect.Int:
		return reflect.ValueOf(int(f.Int()) + 1)
	case reflect.Float64:
		return reflect.ValueOf(f.Float() + 1)
	case reflect.Slice:
		return reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()+1), reflect.Append(f, reflect.Zero(f.Type().Elem())))
	default:
		return reflect.Value{}
	}
}
