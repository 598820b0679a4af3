package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/storage/storagetest"
)

// asker is a step whose plan is the answer to a question that all of them ask.
type asker struct {
	answer func() (string, error)
}

func (asker) Name() string { return "asker" }

func (asker) Execute(context.Context, *engine.State) error { return nil }

// Locks makes it one of those that are asked at the same time.
func (asker) Locks(context.Context, engine.Inputs) ([]string, error) { return nil, nil }

func (a asker) Plan(ctx context.Context, _ engine.Inputs) (engine.Change, error) {
	text, err := engine.AskOnce(ctx, "what it is", a.answer)
	return engine.Change{Action: engine.ActRun, Subject: text}, err
}

func asking(t *testing.T, answer func() (string, error)) (plan func() engine.Plan) {
	t.Helper()
	e, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: []engine.Step{asker{answer}}, Kinds: []engine.Kind{{Name: "k", Steps: []string{"asker", "asker", "asker"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return func() engine.Plan {
		p, err := e.Plan(t.Context(), engine.Launch{Kind: "k"})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// Each plan asks the world once, and the next plan asks it again: nothing is remembered from one to the other.
func TestAllStepsOfAPlanShareOneAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		plan := asking(t, func() (string, error) {
			time.Sleep(time.Second)
			return strings.Repeat("x", int(asked.Add(1))), nil
		})
		for n, want := range []string{"x", "xx"} {
			began := time.Now()
			for _, s := range plan().Steps {
				if s.Change.Subject != want {
					t.Errorf("plan %d, step %d: %q, want %q", n, s.Idx, s.Change.Subject, want)
				}
			}
			if took := time.Since(began); took != time.Second {
				t.Errorf("plan %d takes %s", n, took)
			}
		}
	})
}

// An error is nobody else's answer, and what panics holds up nobody who asked the same.
func TestWhoGetsNoAnswerLeavesTheQuestionToTheNext(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func() (string, error){
		"error": func() (string, error) { return "", errors.New("the provider is down") },
		"panic": func() (string, error) { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				e, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: []engine.Step{asker{func() (string, error) {
					time.Sleep(time.Second)
					if asked.Add(1) == 1 {
						return fails()
					}
					return "there", nil
				}}}, Kinds: []engine.Kind{{Name: "k", Steps: []string{"asker", "asker"}}}})
				if err != nil {
					t.Fatal(err)
				}
				p, err := e.Plan(t.Context(), engine.Launch{Kind: "k"})
				if name == "panic" {
					if err == nil || !strings.Contains(err.Error(), "panic: a bug") {
						t.Errorf("%v", err)
					}
				} else if err != nil || (p.Steps[0].Error == "") == (p.Steps[1].Error == "") {
					t.Errorf("%+v %v", p.Steps, err)
				}
				if n := asked.Load(); n != 2 {
					t.Errorf("it was asked %d times", n)
				}
			})
		})
	}
}

// otherwise asks two questions by one key, of which one is answered with nothing.
type otherwise struct{ asker }

func (otherwise) Plan(ctx context.Context, _ engine.Inputs) (engine.Change, error) {
	text, err := engine.AskOnce(ctx, 1, func() (string, error) { return "a text", nil })
	if err != nil {
		return engine.Change{}, err
	}
	for range 2 {
		none, err := engine.AskOnce(ctx, 1, func() (error, error) { return nil, nil })
		if none != nil || err != nil {
			return engine.Change{}, errors.Join(none, err)
		}
	}
	return engine.Change{Action: engine.ActRun, Subject: text}, nil
}

func TestQuestionsOfTwoSortsAreTwoWhateverTheirKey(t *testing.T) {
	t.Parallel()
	e, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: []engine.Step{otherwise{}}, Kinds: []engine.Kind{{Name: "k", Steps: []string{"asker", "asker"}}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Plan(t.Context(), engine.Launch{Kind: "k"})
	if err != nil || p.Steps[0].Error != "" || p.Steps[1].Change.Subject != "a text" {
		t.Errorf("%+v %v", p.Steps, err)
	}
}
