package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func TestAPolicyThatCannotBeReadForbidsLaunchesAndNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wrong error
		p := team("ops1")
		e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
			Steps:  []engine.Step{change{name: "change", p: p}, holds{p}},
			Policy: func() (engine.Policy, error) { return engine.Policy{}, wrong },
		})
		ops1 := e.As(person("ops1"))
		runs, done := enginetest.Launch(t, ops1, "hold"), enginetest.Launch(t, ops1, "change")
		wrong = errors.New("policy.yaml: line 3: approvels is not known")
		_, err := ops1.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"change"}})
		if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "line 3") {
			t.Errorf("launched: %v", err)
		}
		if plan, err := ops1.Plan(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"change"}}); err != nil || plan.Refusal() == nil {
			t.Errorf("planned: %v, %v", err, plan.Refusal())
		}
		for _, id := range []engine.ID{runs, done} {
			if sg := enginetest.Rest(t, ops1, id); sg.Status != engine.Completed {
				t.Error(sg.Status)
			}
		}
		if err := ops1.Rollback(t.Context(), done, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		if sg := enginetest.Until(t, ops1, done, func(s *engine.Saga) bool { return s.Status == engine.RolledBack }); sg.Status != engine.RolledBack {
			t.Error(sg.Status)
		}
	})
}

func TestWhatIsProtectedIsRefusedByNameAndNothingIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, name := range []string{"droplet:1", "tag:prod"} {
			p := team("ops1")
			e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
				Steps:  []engine.Step{change{name: "change", p: p}, enginetest.Echo()},
				Policy: func() (engine.Policy, error) { return engine.Policy{Protect: []string{"droplet:7", name}}, nil },
				Tags: func(_ context.Context, thing string) ([]string, error) {
					return map[string][]string{"droplet:1": {"tag:prod"}}[thing], nil
				},
			})
			ops1 := e.As(person("ops1"))
			_, err := ops1.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo", "change"}})
			if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), name+" is protected") {
				t.Errorf("%s: %v", name, err)
			}
			if c, err := e.Counts(t.Context()); err != nil || c.Total != 0 {
				t.Errorf("%d sagas (%v)", c.Total, err)
			}
			enginetest.Rest(t, ops1, enginetest.Launch(t, ops1, "echo"))
		}
	})
}
