package decide

import (
	"context"
	"errors"
	"fmt"

	"arcadia/engine"
	"arcadia/tui/say"
)

// Member is one of several sagas that are answered alike.
type Member struct {
	Saga   *engine.Saga
	Case   *Case  // nil: nothing in it has to be decided
	Answer Answer // the one of this saga, once one is chosen
}

// Together are the answers that several sagas can be given alike: those that every one that stands for the same sort of decision as
// the first has. with are those sagas, without the others, which are left as they are.
func Together(all []Member) (answers []string, with, without []Member) {
	sort := Sort("")
	for _, m := range all {
		if m.Case == nil || sort != "" && m.Case.Sort != sort {
			without = append(without, m)
			continue
		}
		sort = m.Case.Sort
		with = append(with, m)
	}
	if len(with) == 0 {
		return nil, nil, without
	}
	for _, a := range with[0].Case.Answers {
		if _, alike := Alike(a.Name, with); alike {
			answers = append(answers, a.Name)
		}
	}
	return answers, with, without
}

// Alike gives each saga its own answer of that name; false when one has none.
func Alike(name string, all []Member) ([]Member, bool) {
	out := make([]Member, len(all))
	for i, m := range all {
		a, ok := m.Case.named(name)
		if !ok {
			return nil, false
		}
		m.Answer = a
		out[i] = m
	}
	return out, true
}

func (c *Case) named(name string) (Answer, bool) {
	for _, a := range c.Answers {
		if a.Name == name {
			return a, true
		}
	}
	return Answer{}, false
}

// Asks is what giving an answer needs of the engine. *engine.Session satisfies it.
type Asks interface {
	Verbs
	Saga(ctx context.Context, id engine.ID) (*engine.Saga, error)
}

// To gives the answer to a saga if it still is as it was shown. A saga at work writes all the time, so what is compared is what is
// decided on.
func (a Answer) To(ctx context.Context, b Asks, shown *engine.Saga, reason string) error {
	now, err := b.Saga(ctx, shown.ID)
	if err != nil {
		return err
	}
	if diff := say.Changes(shown, now); diff != "" {
		return fmt.Errorf("nothing was done, because %s", diff)
	}
	err = a.Do(ctx, b, shown.ID, engine.Request{Reason: reason, IfSeq: now.Seq})
	if errors.Is(err, engine.ErrChanged) {
		return errors.New("nothing was done: it has changed; look at it again")
	}
	return err
}
