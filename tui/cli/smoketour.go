package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine/trial"
	"arcadia/engine/visible"
)

// prepare makes the tour of every kind, and asks before it makes anything in a real account.
func (s *smoke) prepare(ctx context.Context) (err error) {
	s.tour = s.p.Trials.Tour(s.subject, s.p.Engine, s.p.Simulated)
	cost, err := s.tour.Cost(ctx)
	if err != nil {
		return fmt.Errorf("smoke --all: %w", err)
	}
	s.numbers = 3
	for _, c := range s.tour.Courses() {
		s.wide = max(s.wide, len(titled(c)))
	}
	if s.stock, err = s.p.Provider.Stock(ctx); err != nil || s.p.Simulated {
		return err
	}
	return s.agreed(ctx, s.about(cost))
}

// titled is a course in a line.
func titled(c trial.Course) string { return c.Kind + ": " + c.Title }

// about says what the tour makes in a real account, and what it leaves out.
func (s *smoke) about(cost string) []string {
	what := []string{"This account is real. The tour makes " + cost + "."}
	for _, c := range s.tour.Courses() {
		if c.Omits != "" {
			what = append(what, c.Kind+" is left out: "+c.Omits)
		}
	}
	return what
}

// agreed asks, unless --yes has answered.
func (s *smoke) agreed(ctx context.Context, what []string) error {
	if s.yes {
		for _, line := range what {
			say(s.t.env.Err, line)
		}
		return nil
	}
	if !s.t.env.Screen {
		return misuse("smoke --all: %s Nothing was done: add --yes", strings.Join(what, " "))
	}
	asker, err := newPrompter(s.t.env.In, s.t.env.Err)
	if err != nil {
		return err
	}
	defer asker.close()
	asker.print(what...)
	yes, err := asker.confirm(ctx, "Go on?")
	if err == nil && !yes {
		err = misuse("smoke --all: nothing was done")
	}
	return err
}

// courses goes through the tour, up to the first kind that is not as it should be: what comes after it relies on it.
func (s *smoke) courses(ctx context.Context) error {
	all := s.tour.Courses()
	for n, c := range all {
		result := smokeResult{Test: fmt.Sprintf("T%d", len(s.results)+1), Kind: c.Kind, OK: true, Omitted: c.Omits, Sagas: []trial.Seen{}, Problems: []string{}}
		if c.Omits != "" {
			s.results = append(s.results, result)
			s.line(trial.Trial{Title: titled(c)}, result, nil)
			continue
		}
		sagas, err := c.Run(ctx)
		var ids []string
		for _, saga := range sagas {
			ids = append(ids, saga.Short)
			result.Sagas = append(result.Sagas, trial.Of(saga))
			if saga.Passed != "" {
				result.Gone = append(result.Gone, saga.Passed)
			}
		}
		if err != nil {
			result.OK, result.Problems = false, append(result.Problems, visible.Text(err.Error()))
		}
		s.results = append(s.results, result)
		s.line(trial.Trial{Title: titled(c)}, result, ids)
		if err != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("%s did not come to its end, and the %d kinds after it did not run", c.Kind, len(all)-n-1))
		}
	}
	return nil
}

// endTour takes away what the tour has made, and says what of it is gone for good.
func (s *smoke) endTour(ctx context.Context) error {
	if s.tour == nil {
		return nil
	}
	left, err := s.tour.Tidy(ctx)
	for _, line := range left {
		say(s.t.env.Err, "left: "+line)
	}
	if len(left) > 0 {
		err = errors.Join(err, fmt.Errorf("%d things are left that the tour has made", len(left)))
	}
	if s.live {
		for _, gone := range s.tour.Passed() {
			_, _ = fmt.Fprintln(s.t.env.Out, visible.Text("made here and gone for good: "+gone)) // the exit status says whether all is well
		}
	}
	return err
}

// asBefore compares all that the account has with what it had.
func (s *smoke) asBefore(ctx context.Context) error {
	after, err := s.p.Provider.Stock(ctx)
	if err != nil {
		return fmt.Errorf("look at the account again: %w", err)
	}
	changed := 0
	for _, side := range []struct {
		word      string
		have, not []string
	}{{"gone", s.stock, after}, {"new", after, s.stock}} {
		for _, line := range side.have {
			if _, there := slices.BinarySearch(side.not, line); !there {
				changed++
				say(s.t.env.Err, side.word+": "+line)
			}
		}
	}
	if changed > 0 || len(s.stock) != len(after) {
		return fmt.Errorf("the account is not as it was: %d things differ", max(changed, 1))
	}
	if s.live {
		_, _ = fmt.Fprintf(s.t.env.Out, "all %d things in the account are as they were\n", len(after)) // the exit status says it too
	}
	return nil
}
