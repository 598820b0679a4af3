package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
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
