package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// hatch is a step that makes something with a number and a name.
type hatch struct{ puts map[string]any }

func (hatch) Name() string { return "hatch" }

func (hatch) Inputs() []engine.Field {
	return []engine.Field{{Name: "name", Label: "Name", Type: engine.TextField, Help: "of what is made"}}
}

func (hatch) Outputs(in engine.Inputs) []engine.Output {
	return []engine.Output{{Key: "egg", What: "the number of " + in["name"]}, {Key: "nest", What: "the nest of " + in["name"]}}
}

func (h hatch) Execute(_ context.Context, s *engine.State) error {
	for k, v := range h.puts {
		s.Put(k, v)
	}
	return nil
}

// ring is a step about something with a number, which may be known later.
type ring struct{}

func (ring) Name() string { return "ring" }

func (ring) Inputs() []engine.Field {
	return []engine.Field{
		{Name: "egg", Label: "Egg", Type: engine.IntField, Required: true, Help: "which", Later: true},
		{Name: "call", Label: "Call", Type: engine.TextField, Help: "what to say", Later: true},
		{Name: "name", Label: "Name", Type: engine.TextField, Help: "of the ringer"},
	}
}

func (ring) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	if in["egg"] == "" {
		return nil, nil
	}
	return []string{"egg:" + in["egg"]}, nil
}

func (ring) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActUpdate, Subject: "the bell" + in["egg"], Undo: "nothing to undo"}, nil
}

func (ring) Execute(ctx context.Context, s *engine.State) error {
	s.Put("rung", s.Input("egg")+" "+s.Input("call"))
	return s.Save(ctx)
}

func (ring) Compensate(_ context.Context, s *engine.State) error {
	s.Put("silenced", s.Input("egg"))
	return nil
}

func (ring) DescribeUndo(s *engine.State) string { return "silences " + s.Input("egg") }

// brood is a kind whose second step takes what the first puts, whatever the saga itself was given under that name.
func brood(name string, from map[string]string, more ...string) engine.Kind {
	return engine.Kind{
		Name: name, Inputs: []engine.Field{{Name: "egg", Label: "Egg", Type: engine.TextField, Default: "99", Help: "another"}},
		Make: func(context.Context, engine.Inputs) ([]engine.StepCall, error) {
			calls := []engine.StepCall{{Step: "hatch", Inputs: map[string]string{"name": "heron"}}, {Step: "ring", From: from}}
			for _, s := range more {
				calls = append(calls, engine.StepCall{Step: s})
			}
			return calls, nil
		},
	}
}

func brooding(t *testing.T, puts map[string]any, kinds ...engine.Kind) *engine.Session {
	t.Helper()
	fail := enginetest.Step("fail", func(context.Context, *engine.State) error { return errors.New("enough") }, nil)
	s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{hatch{puts}, ring{}, fail}, Kinds: kinds})
	return s
}

var both = map[string]string{"egg": "egg", "call": "nest"}

func TestAStepTakesWhatAnEarlierOneHasPut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := brooding(t, map[string]any{"egg": int64(7), "nest": "reeds"}, brood("brood", both, "fail"))
		l := engine.Launch{Kind: "brood"}
		p, err := s.Plan(t.Context(), l)
		if err != nil || p.Refusal() != nil || len(p.Locks) != 0 {
			t.Fatalf("%+v %v %v", p, err, p.Refusal())
		}
		want := []engine.FieldChange{
			{Name: "egg", To: "the number of heron", Note: "known once step 0 has run"},
			{Name: "call", To: "the nest of heron", Note: "known once step 0 has run"},
		}
		if !slices.Equal(p.Steps[1].Change.Fields, want) || p.Steps[1].Change.Subject != "the bell" {
			t.Errorf("plan %+v", p.Steps[1].Change)
		}
		saga, err := s.Start(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		saga = enginetest.Rest(t, s, saga.ID)
		if saga.Status != engine.RolledBack || string(saga.Context["rung"]) != `"7 reeds"` || string(saga.Context["silenced"]) != `"7"` {
			t.Errorf("%s %s %s", saga.Status, saga.Context["rung"], saga.Context["silenced"])
		}
		if src := saga.From["1:egg"]; src != (engine.Source{Step: 0, Key: "egg"}) || saga.Inputs["egg"] != "99" {
			t.Errorf("recorded %+v and %v", saga.From, saga.Inputs)
		}
	})
}

func TestAPlanIsAnotherWhenAnInputComesFromElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hashes := map[engine.PlanHash]bool{}
		for _, from := range []map[string]string{nil, {"egg": "egg"}, {"egg": "nest"}, {"egg": "egg", "call": "egg"}, {"call": "egg"}} {
			p, err := brooding(t, nil, brood("brood", from)).Plan(t.Context(), engine.Launch{Kind: "brood"})
			if err != nil {
				t.Fatal(err)
			}
			hashes[p.Hash] = true
		}
		if len(hashes) != 5 {
			t.Errorf("5 plans have %d hashes", len(hashes))
		}
	})
}

func TestWhatNoEarlierStepPutsRefusesTheLaunch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := brooding(t, nil,
			brood("unknown", map[string]string{"egg": "chick"}),
			brood("fixed", map[string]string{"egg": "egg", "name": "nest"}),
			brood("missing", nil),
			engine.Kind{Name: "behind", Make: func(context.Context, engine.Inputs) ([]engine.StepCall, error) {
				return []engine.StepCall{{Step: "ring", From: map[string]string{"egg": "egg"}}, {Step: "hatch"}}, nil
			}},
		)
		for kind, say := range map[string]string{
			"unknown": `step 1 ring: input egg: no step before it puts "chick"`,
			"fixed":   "step 1 ring: input name is to be known at launch",
			"missing": "", // the saga's own egg is taken
			"behind":  `step 0 ring: input egg: no step before it puts "egg"`,
		} {
			_, err := s.Start(t.Context(), engine.Launch{Kind: kind})
			if (err != nil) != (say != "") || err != nil && !strings.Contains(err.Error(), say) {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}

func TestAStepDoesNotStartWithAnInputThatItsFormRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			puts map[string]any
			say  string
		}{
			{map[string]any{"nest": "reeds"}, "input egg: egg of step 0: it has not been put"},
			{map[string]any{"egg": "seven"}, `input egg, from step 0: "seven" is not a whole number`},
			{map[string]any{"egg": []int{7}}, "input egg: egg of step 0: it is neither a text nor a whole number"},
			{map[string]any{"egg": 7.5}, "input egg: egg of step 0: it is neither a text nor a whole number"},
		} {
			s := brooding(t, c.puts, brood("brood", map[string]string{"egg": "egg"}))
			saga, err := s.Start(t.Context(), engine.Launch{Kind: "brood"})
			if err != nil {
				t.Fatal(err)
			}
			saga = enginetest.Rest(t, s, saga.ID)
			if saga.Status != engine.RolledBack || saga.Rows[1].Error != c.say || saga.Context["rung"] != nil {
				t.Errorf("%s, %q, %s", saga.Status, saga.Rows[1].Error, saga.Context["rung"])
			}
		}
	})
}
