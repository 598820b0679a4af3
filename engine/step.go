package engine

import (
	"context"
	"time"
)

// Step is one change to the world. Execute runs at least once: after a crash it runs again with what it had saved, so it
// looks before it writes. Implementations are safe for concurrent use by several sagas and keep no state of their own.
//
// Further powers are the optional interfaces below, found by assertion; absence is always legal.
type Step interface {
	// Name is stable snake_case. It is stored, and shown.
	Name() string
	// Execute makes the change. nil completes the step; see Retryable, Unknown and Blocked for the ways to ask for
	// another attempt; any other error fails the step for good. It returns promptly when ctx ends.
	Execute(ctx context.Context, s *State) error
}

// Compensator undoes what Execute did. It gets everything Execute saved, also after a half-done attempt, and succeeds when
// there is nothing to undo. It must not overwrite somebody else's later change: it returns a *Conflict instead.
type Compensator interface {
	Compensate(ctx context.Context, s *State) error
}

// Describer declares the inputs that a step reads.
type Describer interface {
	Inputs() []Field
}

// Targeter names what a step is about ("web-01 (482913)"), by live reads. An error refuses the launch, so this is also
// where an unknown droplet or domain is found out before anything is stored.
type Targeter interface {
	Target(ctx context.Context, in Inputs) (string, error)
}

// Planner says, by live reads and without writing, what Execute would do now and what undoing it would do. An error is what
// Execute would fail with now: a launch is refused with it, unless it is an ErrUntold or an earlier step of the list takes
// one of the same locks, so that it may have changed the world by then.
type Planner interface {
	Plan(ctx context.Context, in Inputs) (Change, error)
}

// Locker names the resources a step touches ("droplet:482913", "dns:example.com/www"). It may look to find out; an error
// refuses the launch, so that a look that fails never locks less.
type Locker interface {
	Locks(ctx context.Context, in Inputs) ([]string, error)
}

// Sparer is a step that leaves what it locks as it is, such as one that makes a copy of it: no protection stops it.
type Sparer interface {
	Spares()
}

// Asker is a step before which people have to agree: the saga stands there, with the locks that it has, until they do, and is undone
// when they refuse or do not answer in time. They agree to the steps behind it as a plan shows them then: once enough have, it is planned
// again, and goes on when it is the same. Execute runs only after that.
type Asker interface {
	Asks(in Inputs) (Demand, error)
}

// Toucher says what a row has written, or relies on, finer than its locks do. A saga is rolled back before every earlier
// one that has touched the same. Without it a row touches everything under the saga's locks. It reads only what the row has
// put.
type Toucher interface {
	Touches(s *State) []Touch
}

// Verifier looks again, after a rollback, at what a row's compensation undid, and names what is still there. It allows
// for the provider's lag. An error means that it could not look.
type Verifier interface {
	Verify(ctx context.Context, s *State) (left []string, err error)
}

// Final is a step whose effect cannot be taken back, and says why ("a deleted snapshot cannot be brought back"): the point of no
// return of its saga, which has at most one. Plans and ledgers show it. When it has done it, it says State.Passed, and from
// then on the saga only goes forward: no cancel, no rollback. One that failed without having passed is undone like any other; when
// it is no Compensator and may have changed something the row is given up, and a person resolves it.
type Final interface {
	Final() string
}

// Undoer says in one line what compensating a row would do, from what the row recorded and without calling anybody:
// "deletes snapshot 229305609". Dialogs show it.
type Undoer interface {
	DescribeUndo(s *State) string
}

// Leaver names what a row whose undo failed has made, from what the row recorded and without calling anybody. Without it that is
// what the row has provisioned. Since may be left out.
type Leaver interface {
	LeavesBehind(s *State) []LeftBehind
}

// Retrier replaces the retry policies.
type Retrier interface {
	RetryPolicies() (forward, backward RetryPolicy)
}

// Deadliner replaces the default deadline of one attempt, in either direction.
type Deadliner interface {
	Deadline() time.Duration
}

// DeadlinerFor is a Deadliner whose deadline depends on the inputs, as the step sees them. Time spent in State.Idle does not
// count.
type DeadlinerFor interface {
	DeadlineFor(in Inputs) time.Duration
}

// DefaultDeadline bounds one attempt of a step that does not say otherwise.
const DefaultDeadline = 15 * time.Minute

func deadlineOf(s Step, in Inputs) time.Duration {
	switch d := s.(type) {
	case DeadlinerFor:
		return d.DeadlineFor(in)
	case Deadliner:
		return d.Deadline()
	}
	return DefaultDeadline
}
