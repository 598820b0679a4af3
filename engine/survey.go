package engine

import (
	"context"
	"sync"
)

// survey is all that is read for one plan: each question to the world is asked once, however many steps ask it, so that they all plan for
// the same world, and people wait for one answer.
type survey struct {
	mu    sync.Mutex // guards asked; never held while reading
	asked map[any]*question
}

type question struct {
	over   chan struct{} // closed when it has been answered, or has not
	answer any
	kept   bool // it is an answer, and no error
}

// about is a question by its key and by what it is answered with: two that only share the key are two.
type about[T any] struct{ key any }

type surveyKey struct{}

// surveyed is a context in which a plan is made: the one given, when a plan is being made in it.
func surveyed(ctx context.Context) context.Context {
	if ctx.Value(surveyKey{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, surveyKey{}, &survey{asked: map[any]*question{}})
}

// AskOnce reads, once for each plan: whoever asks the same question for the same plan gets the same answer, at once or as soon as it is
// there. Adapters of a provider read through it. key names the question and is comparable. After an error whoever asks next reads again.
// Outside of a plan it only reads. Nobody changes the answer. Safe for concurrent use.
func AskOnce[T any](ctx context.Context, key any, read func() (T, error)) (T, error) {
	s, planning := ctx.Value(surveyKey{}).(*survey)
	if !planning {
		return read()
	}
	for {
		s.mu.Lock()
		q, asked := s.asked[about[T]{key}]
		if !asked {
			q = &question{over: make(chan struct{})}
			s.asked[about[T]{key}] = q
		}
		s.mu.Unlock()
		if !asked {
			return askForAll(s, about[T]{key}, q, read)
		}
		select {
		case <-q.over:
		case <-ctx.Done():
			var none T
			return none, context.Cause(ctx)
		}
		if q.kept {
			answer, _ := q.answer.(T) // of that type, or nil
			return answer, nil
		}
	}
}

// askForAll reads for all who ask.
func askForAll[T any](s *survey, of about[T], q *question, read func() (T, error)) (T, error) {
	defer func() { // after a panic too
		if !q.kept {
			s.mu.Lock()
			delete(s.asked, of)
			s.mu.Unlock()
		}
		close(q.over)
	}()
	answer, err := read()
	q.answer, q.kept = answer, err == nil
	return answer, err
}
