package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// mark is a step about one thing that says what it would do, or why it cannot.
type mark struct {
	name   string
	cannot error
}

func (m mark) Name() string { return m.name }

func (m mark) Inputs() []engine.Field {
	return []engine.Field{
		{Name: "thing", Label: "Thing", Type: engine.TextField, Required: true, Help: "what to mark"},
		{Name: "color", Label: "Color", Type: engine.ChoiceField, Choices: []string{"red", "blue"}, Default: "red", Help: "how"},
	}
}

func (m mark) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"thing:" + in["thing"]}, nil
}

func (m mark) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActUpdate, Subject: in["thing"] + " " + in["color"], Undo: "nothing to undo"}, m.cannot
}

func (m mark) Execute(_ context.Context, s *engine.State) error {
	s.Put(fmt.Sprint("marked_", s.Idx()), s.Input("thing")+" "+s.Input("color"))
	return nil
}

// shelf is a world in which things come and go.
type shelf struct{ things []string }

// kind marks everything on the shelf that begins with a text.
func (w *shelf) kind() engine.Kind {
	return engine.Kind{
		Name: "mark_all", Summary: "marks what there is", Undo: "nothing to undo",
		On:     engine.Subject{Type: "shelf", Verb: "mark", Inputs: map[string]string{"prefix": "name"}},
		Inputs: []engine.Field{{Name: "prefix", Label: "Prefix", Type: engine.TextField, Required: true, Help: "how the things begin"}},
		Make: func(_ context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			if in["prefix"] == "!" {
				return nil, errors.New("nobody answers")
			}
			var calls []engine.StepCall
			for _, x := range w.things {
				if strings.HasPrefix(x, in["prefix"]) {
					calls = append(calls, engine.StepCall{Step: "mark", Inputs: map[string]string{"thing": x}, Why: x + " begins with " + in["prefix"]})
				}
			}
			return calls, nil
		},
	}
}

func marking(t *testing.T, w *shelf, more ...engine.Kind) *engine.Session {
	t.Helper()
	s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{
		Steps: []engine.Step{mark{name: "mark"}, mark{"fade", errors.New("it is too bright")}, mark{"glue", fmt.Errorf("%w: the glue is not made yet", engine.ErrUntold)}},
		Kinds: append([]engine.Kind{w.kind(), {Name: "adhoc", Adhoc: true}}, more...),
	})
	return s
}

func TestAKindMakesItsListAtPlanAndAtLaunch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &shelf{things: []string{"a1", "b1", "a2"}}
		s := marking(t, w)
		l := engine.Launch{Kind: "mark_all", Inputs: engine.Inputs{"prefix": "a"}, Key: "once"}
		p, err := s.Plan(t.Context(), l)
		if err != nil || len(p.Steps) != 2 || p.Steps[1].Why != "a2 begins with a" || p.Steps[1].Change.Subject != "a2 red" {
			t.Fatalf("%+v %v", p, err)
		}
		if !slices.Equal(p.Locks, []string{"thing:a1", "thing:a2"}) {
			t.Errorf("locks %v", p.Locks)
		}
		w.things = append(w.things, "a3") // the world moves: what was shown is not launched
		l.PlanHash = string(p.Hash)
		if _, err := s.Start(t.Context(), l); !errors.Is(err, engine.ErrChanged) {
			t.Errorf("launched another list than was shown: %v", err)
		}
		l.PlanHash = ""
		a, err := s.Start(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		saga := enginetest.Rest(t, s, a.ID)
		if !slices.Equal(saga.StepNames, []string{"mark", "mark", "mark"}) || saga.Inputs["2:thing"] != "a3" || saga.Inputs["prefix"] != "a" {
			t.Errorf("%v %v", saga.StepNames, saga.Inputs)
		}
		if string(saga.Context["marked_2"]) != `"a3 red"` {
			t.Errorf("context %s", saga.Context["marked_2"])
		}
		w.things = nil // the key gives the saga whatever there is now, and another input does not
		if b, err := s.Start(t.Context(), l); err != nil || b.ID != a.ID {
			t.Errorf("the key gave %v (%v)", b, err)
		}
		l.Inputs = engine.Inputs{"prefix": "b"}
		if _, err := s.Start(t.Context(), l); !errors.Is(err, engine.ErrKeyTaken) {
			t.Errorf("the key gave another launch: %v", err)
		}
	})
}

func TestAListThatCannotBeMadeIsNotLaunched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &shelf{things: []string{"a1"}}
		for i := range engine.MaxSteps + 1 {
			w.things = append(w.things, fmt.Sprint("many", i))
		}
		calling := func(name string, calls ...engine.StepCall) engine.Kind {
			return engine.Kind{Name: name, Make: func(context.Context, engine.Inputs) ([]engine.StepCall, error) { return calls, nil }}
		}
		s := marking(t, w,
			calling("unknown", engine.StepCall{Step: "paint"}),
			calling("wrong_input", engine.StepCall{Step: "mark", Inputs: map[string]string{"thing": "x", "size": "1"}}),
			calling("bad_value", engine.StepCall{Step: "mark", Inputs: map[string]string{"thing": "x", "color": "green"}}),
			calling("missing", engine.StepCall{Step: "mark"}),
		)
		for _, c := range []struct {
			kind, prefix, say string
		}{
			{"mark_all", "!", "nobody answers"},
			{"mark_all", "many", "at most 200"},
			{"mark_all", "zz", "nothing to do"},
			{"mark_all", "", "is required"},
			{"unknown", "", "no step paint"},
			{"wrong_input", "", "no input size"},
			{"bad_value", "", "not one of red, blue"},
			{"missing", "", "input thing: is required"},
		} {
			l := engine.Launch{Kind: c.kind}
			if c.prefix != "" {
				l.Inputs = engine.Inputs{"prefix": c.prefix}
			}
			if _, err := s.Start(t.Context(), l); err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%s %s: %v, want %q", c.kind, c.prefix, err, c.say)
			}
			p, err := s.Plan(t.Context(), l)
			if err == nil {
				err = p.Refusal()
			}
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("the plan of %s %s: %v, want %q", c.kind, c.prefix, err, c.say)
			}
		}
		if _, err := s.Start(t.Context(), engine.Launch{Kind: "mark_all", Inputs: engine.Inputs{"0:prefix": "a"}}); !errors.Is(err, engine.ErrInput) {
			t.Errorf("an input for step 0 of a list that is yet to be made: %v", err)
		}
		page, err := s.List(t.Context(), engine.Query{})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("%d sagas were stored (%v)", len(page.Items), err)
		}
	})
}

func TestALaunchWhosePlanHoldsARefusalIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := marking(t, &shelf{})
		for _, c := range []struct {
			steps   []string
			in      engine.Inputs
			refused bool
		}{
			{[]string{"mark"}, engine.Inputs{"thing": "x"}, false},
			{[]string{"fade"}, engine.Inputs{"thing": "x"}, true},
			{[]string{"mark", "fade"}, engine.Inputs{"0:thing": "x", "1:thing": "y"}, true}, // no earlier step can change it
			{[]string{"mark", "fade"}, engine.Inputs{"thing": "x"}, false},                  // an earlier one may
			{[]string{"fade", "mark"}, engine.Inputs{"thing": "x"}, true},                   // a later one does not
			{[]string{"glue"}, engine.Inputs{"thing": "x"}, false},                          // it is not known yet
			{[]string{"mark", "glue", "fade"}, engine.Inputs{"0:thing": "x", "1:thing": "y", "2:thing": "y"}, false},
		} {
			l := engine.Launch{Kind: "adhoc", Steps: c.steps, Inputs: c.in}
			p, err := s.Plan(t.Context(), l)
			if err != nil || (p.Refusal() != nil) != c.refused {
				t.Errorf("the plan of %v says %v (%v)", c.steps, p.Refusal(), err)
			}
			saga, err := s.Start(t.Context(), l)
			if errors.Is(err, engine.ErrRefused) != c.refused || (err == nil) == c.refused {
				t.Errorf("the launch of %v: %v", c.steps, err)
			}
			if err != nil && !strings.Contains(err.Error(), "it is too bright") {
				t.Errorf("the refusal does not say why: %v", err)
			}
			if saga != nil {
				enginetest.Rest(t, s, saga.ID)
			}
		}
	})
}

func TestAKindSaysWhatItActsOn(t *testing.T) {
	t.Parallel()
	on := (&shelf{}).kind().On
	if in := on.Of(map[string]string{"name": "a", "size": "3"}); len(in) != 1 || in["prefix"] != "a" {
		t.Errorf("%v", in)
	}
	if in := on.Of(map[string]string{"size": "3"}); len(in) != 0 {
		t.Errorf("what the thing does not have was filled in: %v", in)
	}
}

func TestAKindThatSaysTwoThingsAtOnceIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	list := func(context.Context, engine.Inputs) ([]engine.StepCall, error) { return nil, nil }
	for _, k := range []engine.Kind{
		{Name: "both", Steps: []string{"mark"}, Make: list},
		{Name: "both", Adhoc: true, Make: list},
		{Name: "idle_inputs", Steps: []string{"mark"}, Inputs: []engine.Field{{Name: "x"}}},
		{Name: "missing", Steps: []string{"paint"}},
	} {
		if _, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: []engine.Step{mark{name: "mark"}}, Kinds: []engine.Kind{k}}); err == nil {
			t.Errorf("%s is taken", k.Name)
		}
	}
}
