package steps_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// wall is a Board in memory. Its first write is lost on the way back.
type wall struct {
	notices map[string]string
	writes  int
}

func (w *wall) Read(_ context.Context, name string) (string, error) { return w.notices[name], nil }

func (w *wall) Write(_ context.Context, name, text string) error {
	w.notices[name] = text
	if w.writes++; w.writes == 1 {
		return errBoard
	}
	return nil
}

func TestTheStepOfTheContributorsGuideWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wall{notices: map[string]string{"door": "closed"}}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{
			Steps: []engine.Step{PostNotice{w}, enginetest.Fail()},
			Kinds: []engine.Kind{{Name: "post_notice", Steps: []string{"post_notice"}}, enginetest.Kind},
		})
		in := engine.Inputs{"notice_name": "door", "notice_text": "open"}
		sg, err := s.Start(t.Context(), engine.Launch{Kind: "post_notice", Inputs: in})
		if err != nil {
			t.Fatal(err)
		}
		if sg = enginetest.Rest(t, s, sg.ID); sg.Status != engine.Completed || w.notices["door"] != "open" {
			t.Fatalf("the saga is %s and the door is %s", sg.Status, w.notices["door"])
		}
		if err := s.Rollback(t.Context(), sg.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		enginetest.Until(t, s, sg.ID, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
		if w.notices["door"] != "closed" {
			t.Errorf("after the rollback the door is %s", w.notices["door"])
		}
	})
}

func TestTheContributorsGuideShowsTheStepAsItIs(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_step_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(guide), "```go\n")
	shown, _, closed := strings.Cut(rest, "```")
	if !found || !closed || !strings.Contains(string(source), strings.TrimSpace(shown)) {
		t.Error("the guide's step and steps/example_step_test.go differ")
	}
}
