package trial

import (
	"context"

	"arcadia/engine"
)

// Tour runs every kind forward and backward, on things that it makes for that and takes away again. It is not safe for concurrent use.
type Tour interface {
	// Cost looks at the account, writes nothing, and says what the tour makes there and what that costs at most.
	Cost(ctx context.Context) (string, error)
	// Courses are what it goes through, in order, once Cost has looked.
	Courses() []Course
	// Tidy takes away what is left, however far the tour came, and says what it could not.
	Tidy(ctx context.Context) (left []string, err error)
	// Passed is what went past a point of no return: all of it was made by the tour.
	Passed() []string
}

// Course is a kind that is run forward and backward.
type Course struct {
	Kind  string
	Title string // what is seen of it: "there and back"
	Omits string // why it is not run in this account; empty: it is
	// Run gives the sagas that it ran, in order, also with an error, which says what is not as it should be.
	Run func(ctx context.Context) ([]*engine.Saga, error)
}

// Desk is the session of the operator who makes the tour. *engine.Session satisfies it.
type Desk interface {
	Start(ctx context.Context, l engine.Launch) (*engine.Saga, error)
	Saga(ctx context.Context, id engine.ID) (*engine.Saga, error)
	Cancel(ctx context.Context, id engine.ID, q engine.Request) error
	Rollback(ctx context.Context, id engine.ID, q engine.Request) error
	Resources(ctx context.Context) ([]engine.Resource, error)
}

var _ Desk = (*engine.Session)(nil)
