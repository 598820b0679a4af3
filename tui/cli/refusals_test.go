package cli_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/cli"
)

// judge is an engine with one saga. A verb that the saga refuses is refused; any other ends with errAsked.
type judge struct {
	cli.Engine // of an empty store
	saga       *engine.Saga
	asked      []engine.Verb
}

var errAsked = errors.New("it was asked")

func (j *judge) verdict(v engine.Verb, refusal error) error {
	j.asked = append(j.asked, v)
	if refusal != nil {
		return refusal
	}
	return errAsked
}

func (j *judge) ask(v engine.Verb) error { return j.verdict(v, j.saga.Refuses(v)) }

func (j *judge) Find(context.Context, string) (engine.ID, error)       { return j.saga.ID, nil }
func (j *judge) Saga(context.Context, engine.ID) (*engine.Saga, error) { return j.saga, nil }
func (j *judge) UndoText(*engine.Saga, int) string                     { return "takes it back" }

func (j *judge) Cancel(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbCancel)
}

func (j *judge) Rollback(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbRollback)
}

func (j *judge) Retry(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbRetry)
}

func (j *judge) Pause(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbPause)
}

func (j *judge) Resume(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbResume)
}

func (j *judge) Skip(context.Context, engine.ID, engine.Request) error { return j.ask(engine.VerbSkip) }

func (j *judge) Proceed(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbProceed)
}

func (j *judge) Refuse(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbRefuse)
}

func (j *judge) BreakGlass(context.Context, engine.ID, engine.Request) error {
	return j.ask(engine.VerbBreakGlass)
}

func (j *judge) Postpone(context.Context, engine.ID, time.Time, engine.Request) error {
	return j.ask(engine.VerbPostpone)
}

func (j *judge) Approve(context.Context, engine.ID, string, engine.Request) error {
	return j.ask(engine.VerbApprove)
}

func (j *judge) Resolve(_ context.Context, _ engine.ID, idx int, _ engine.Request) error {
	return j.verdict(engine.VerbResolve, j.saga.RefusesRow(engine.VerbResolve, idx))
}

func onJudge(t *testing.T, s *engine.Saga) (*session, *judge) {
	t.Helper()
	x := newSession(t, engine.Operator, undriven)
	open := x.env.Open
	j := &judge{saga: s}
	x.env.Open = func(ctx context.Context, want cli.Want) (*cli.Place, error) {
		p, err := open(ctx, want)
		if err == nil {
			j.Engine, p.Engine = p.Engine, j
		}
		return p, err
	}
	return x, j
}

// refusals are the verbs, and how a command asks for each.
var refusals = []struct {
	verb    engine.Verb
	command []string
}{
	{engine.VerbCancel, []string{"cancel", "3f9c2a1b"}},
	{engine.VerbRollback, []string{"rollback", "3f9c2a1b", "--yes"}},
	{engine.VerbRetry, []string{"retry", "3f9c2a1b"}},
	{engine.VerbResolve, []string{"resolve", "3f9c2a1b", "0", "--reason", "kept"}},
	{engine.VerbPause, []string{"pause", "3f9c2a1b"}},
	{engine.VerbResume, []string{"resume", "3f9c2a1b"}},
	{engine.VerbSkip, []string{"skip", "3f9c2a1b"}},
	{engine.VerbProceed, []string{"proceed", "3f9c2a1b", "--reason", "now"}},
	{engine.VerbPostpone, []string{"postpone", "3f9c2a1b", "--until", "+2h", "--reason", "later"}},
	{engine.VerbApprove, []string{"approve", "3f9c2a1b", "--hash", "9d54d071ecbf"}},
	{engine.VerbRefuse, []string{"refuse", "3f9c2a1b", "--reason", "no"}},
	{engine.VerbBreakGlass, []string{"break-glass", "3f9c2a1b", "--reason", "night"}},
}

// Commands ask the engine whatever the state of the saga is, and say its answer.
func TestCommandsRefuseWhatTheEngineRefuses(t *testing.T) {
	t.Parallel()
	for state, s := range enginetest.States() {
		for _, r := range refusals {
			verb := r.verb
			answer := s.Refuses(verb)
			if verb == engine.VerbResolve { // the command names a row
				answer = s.RefusesRow(verb, 0)
			}
			if answer == nil {
				answer = errAsked
			}
			x, j := onJudge(t, s)
			status := x.run(t, r.command...)
			if status == cli.Done || !slices.Equal(j.asked, []engine.Verb{verb}) || !strings.Contains(x.err.String(), answer.Error()) {
				t.Errorf("%s: %v: exit status %d, asked %v, said %s; the engine says %v", state, r.command, status, j.asked, x.err.String(), answer)
			}
		}
	}
}
