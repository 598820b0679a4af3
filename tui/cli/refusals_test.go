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
	x.env.Token = true
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

// refusals are the verbs, how a command asks for each, and what a person types into the plain lines behind the number of the menu.
var refusals = []struct {
	verb    engine.Verb
	command []string
	menu    string
	lines   []string
}{
	{engine.VerbCancel, []string{"cancel", "3f9c2a1b"}, "cancel a saga", []string{"", "yes"}},
	{engine.VerbRollback, []string{"rollback", "3f9c2a1b", "--yes"}, "roll back a saga", []string{"", "3f9c2a1b"}},
	{engine.VerbRetry, []string{"retry", "3f9c2a1b"}, "retry what", []string{"", "yes"}},
	{engine.VerbResolve, []string{"resolve", "3f9c2a1b", "0", "--reason", "kept"}, "resolve what", []string{"kept", "yes", "0"}},
	{engine.VerbPause, []string{"pause", "3f9c2a1b"}, "pause a saga", []string{"", "yes"}},
	{engine.VerbResume, []string{"resume", "3f9c2a1b"}, "", nil},
	{engine.VerbSkip, []string{"skip", "3f9c2a1b"}, "skip a step", []string{"", "yes"}},
	{engine.VerbProceed, []string{"proceed", "3f9c2a1b", "--reason", "now"}, "end the wait", []string{"now", "yes"}},
	{engine.VerbPostpone, []string{"postpone", "3f9c2a1b", "--until", "+2h", "--reason", "later"}, "move the wait", []string{"later", "yes", "+2h"}},
	{engine.VerbApprove, []string{"approve", "3f9c2a1b", "--hash", "9d54d071ecbf"}, "approve what", []string{"", "3f9c2a1b"}},
	{engine.VerbRefuse, []string{"refuse", "3f9c2a1b", "--reason", "no"}, "refuse what", []string{"no", "yes"}},
	{engine.VerbBreakGlass, []string{"break-glass", "3f9c2a1b", "--reason", "night"}, "break the glass", []string{"night", "yes"}},
}

// Commands ask the engine whatever the state of the saga, and say its answer; plain lines refuse what it refuses, in its words, before
// they ask anything else.
func TestCommandsAndPlainLinesRefuseWhatTheEngineRefuses(t *testing.T) {
	t.Parallel()
	for state, s := range enginetest.States() {
		for _, r := range refusals {
			verb := r.verb
			want := s.Refuses(verb)
			answer := want
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
			if r.menu == "" {
				continue
			}
			if verb == engine.VerbPause && s.Paused { // the line lets a paused one go on
				verb = engine.VerbResume
				want = s.Refuses(verb)
			}
			number := menuNumber(t, r.menu)
			x, j = onJudge(t, s)
			x.env.In = strings.NewReader(strings.Join(append([]string{number, "3f9c2a1b"}, append(r.lines, "q")...), "\n") + "\n")
			x.run(t, "--accessible")
			switch {
			case want != nil && (len(j.asked) > 0 || !strings.Contains(x.out.String(), want.Error())):
				t.Errorf("%s: plain lines asked %v of it; the engine refuses: %v\n%s", state, j.asked, want, x.out.String())
			case want == nil && !slices.Equal(j.asked, []engine.Verb{verb}):
				t.Errorf("%s: plain lines asked %v, not %s\n%s", state, j.asked, verb, x.out.String())
			}
		}
	}
}

// menuNumber is the number of a line of the menu of the plain lines.
func menuNumber(t *testing.T, label string) string {
	t.Helper()
	x, _ := onJudge(t, nil)
	x.env.In = strings.NewReader("q\n")
	x.run(t, "--accessible")
	for line := range strings.Lines(x.out.String()) {
		if number, text, ok := strings.Cut(strings.TrimSpace(line), ". "); ok && strings.HasPrefix(text, label) {
			return number
		}
	}
	t.Fatalf("no %q in the menu:\n%s", label, x.out.String())
	return ""
}
