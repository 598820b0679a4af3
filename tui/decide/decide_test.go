package decide_test

import (
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/tui/decide"
)

func undo(int) string { return "deletes snapshot 7" }

func failed(c *engine.Conflict) *engine.Saga {
	return &engine.Saga{
		Summary: engine.Summary{Status: engine.Failed, Residue: 1, StepNames: []string{"upsert_dns_record"}},
		Rows:    []engine.Row{{Name: "upsert_dns_record", Status: engine.RowCompensationFailed, Compensation: &engine.Compensation{Error: "503", Conflict: c}}},
	}
}

func names(c *decide.Case) string {
	if c == nil {
		return ""
	}
	var out []string
	for _, a := range c.Answers {
		out = append(out, a.Name)
	}
	return strings.Join(out, ", ")
}

func TestOnlyAnswersThatCanWorkAreOffered(t *testing.T) {
	t.Parallel()
	theirs := &engine.Conflict{Subject: "A shop.example.com", Prior: "203.0.113.77", Written: "203.0.113.20", Live: "198.51.100.7", Overwritable: true}
	stuck := func(dirty bool) *engine.Saga {
		return &engine.Saga{
			Summary: engine.Summary{Status: engine.Running, StepNames: []string{"a"}, Waiting: []engine.Waiting{{For: engine.ForOperator, Because: engine.BecauseFailed, Step: "a"}}},
			Rows:    []engine.Row{{Name: "a", Status: engine.RowFailed, Error: "out of luck", Dirty: dirty}},
		}
	}
	barred := *theirs
	barred.Overwritable = false
	paused := &engine.Saga{Summary: engine.Summary{Status: engine.Running, Paused: true, StepNames: []string{"a"}, Waiting: []engine.Waiting{{For: engine.ForOperator, Because: engine.BecausePaused}}}}
	for name, c := range map[string]struct {
		saga *engine.Saga
		want string
	}{
		"a conflict":                       {failed(theirs), "keep theirs, undo it anyway, try again"},
		"one that cannot be written over":  {failed(&barred), "keep theirs, try again"},
		"what is left":                     {failed(nil), "try again, leave it there"},
		"a failed step":                    {stuck(false), "try again, skip the step, cancel"},
		"one that may have done something": {stuck(true), "try again, cancel"},
		"a pause":                          {paused, "resume, cancel"},
		"nothing":                          {&engine.Saga{Summary: engine.Summary{Status: engine.Running}}, ""},
	} {
		if got := names(decide.Of(c.saga, undo)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := decide.Of(failed(theirs), undo); got.Answers[1].Phrase != "shop" || !strings.Contains(got.Answers[1].Does, "writes 203.0.113.77 over 198.51.100.7") {
		t.Errorf("%+v", got.Answers[1])
	}
	if a, err := decide.Of(failed(theirs), undo).Find("keep"); err != nil || a.Verb != engine.VerbResolve {
		t.Errorf("keep is %v %v", a, err)
	}
	if _, err := decide.Of(failed(theirs), undo).Find("delete-all"); err == nil || !strings.Contains(err.Error(), "undo-it-anyway") {
		t.Errorf("an unknown answer: %v", err)
	}
}
