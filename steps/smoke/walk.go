package smoke

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
)

// start launches one saga.
func (t *tour) start(ctx context.Context, l engine.Launch) (at int, err error) {
	l.Reason = "smoke test"
	s, err := t.desk.Start(ctx, l)
	if err != nil {
		return 0, fmt.Errorf("launch %s: %w", l.Kind, err)
	}
	t.sagas = append(t.sagas, s)
	return len(t.sagas) - 1, nil
}

// until waits for a saga to be as wanted. One that waits for a person, as nothing here should, is an error.
func (t *tour) until(ctx context.Context, at int, ok func(*engine.Saga) bool) error {
	for {
		s, err := t.desk.Saga(ctx, t.sagas[at].ID)
		if err != nil {
			return err
		}
		t.sagas[at] = s
		switch {
		case ok(s):
			return nil
		case s.Status.Terminal():
			return fmt.Errorf("saga %s (%s) is %s: %s", s.Short, s.Kind, s.Status, trouble(s))
		case t.stuck(s):
			return fmt.Errorf("saga %s (%s) waits behind %s, which has failed and keeps what it touched", s.Short, s.Kind, s.Waiting[0].Saga)
		case s.NeedsOperator() || s.Awaits() != nil:
			return fmt.Errorf("saga %s (%s) waits for a person: %s", s.Short, s.Kind, trouble(s))
		}
		if err := pause(ctx, time.Second/2); err != nil {
			return err
		}
	}
}

// stuck reports whether a saga waits for one of the tour's that has failed: nobody ends that one here.
func (t *tour) stuck(s *engine.Saga) bool {
	return len(s.Waiting) > 0 && s.Waiting[0].Because == engine.BecauseLocked &&
		slices.ContainsFunc(t.sagas, func(o *engine.Saga) bool { return o.Short == s.Waiting[0].Saga && o.Status == engine.Failed })
}

// pause waits for d or until ctx ends, and returns the cause of the latter.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// trouble is what went wrong in a saga's rows.
func trouble(s *engine.Saga) string {
	var out []string
	for _, r := range s.Rows {
		if r.Error != "" {
			out = append(out, r.Name+": "+r.Error)
		}
		if r.Compensation != nil && r.Compensation.Error != "" {
			out = append(out, "undo of "+r.Name+": "+r.Compensation.Error)
		}
	}
	return strings.Join(out, "; ")
}

func (t *tour) rest(ctx context.Context, at int) error {
	return t.until(ctx, at, func(s *engine.Saga) bool { return s.Status.Terminal() })
}

// ends waits for a saga's end and demands which.
func (t *tour) ends(ctx context.Context, at int, want engine.Status) error {
	return t.until(ctx, at, func(s *engine.Saga) bool { return s.Status == want })
}

// run runs a saga forward, to its completion.
func (t *tour) run(ctx context.Context, l engine.Launch) (int, error) {
	at, err := t.start(ctx, l)
	if err != nil {
		return 0, err
	}
	return at, t.ends(ctx, at, engine.Completed)
}

// there runs a kind forward and leaves what it made.
func (t *tour) there(ctx context.Context, kind string, in engine.Inputs) (*engine.Saga, error) {
	at, err := t.run(ctx, engine.Launch{Kind: kind, Inputs: in})
	if err != nil {
		return nil, err
	}
	return t.sagas[at], nil
}

// back rolls a saga back.
func (t *tour) back(ctx context.Context, s *engine.Saga) error {
	at := slices.IndexFunc(t.sagas, func(o *engine.Saga) bool { return o.ID == s.ID })
	if err := t.desk.Rollback(ctx, s.ID, engine.Request{Reason: "smoke test"}); err != nil {
		return fmt.Errorf("roll back %s (%s): %w", s.Short, s.Kind, err)
	}
	return t.ends(ctx, at, engine.RolledBack)
}

// andBack runs a saga forward and all the way back, and compares the account with what it was.
func (t *tour) andBack(ctx context.Context, l engine.Launch) error {
	return t.same(ctx, l.Kind, func() error {
		at, err := t.run(ctx, l)
		if err != nil {
			return err
		}
		return t.back(ctx, t.sagas[at])
	})
}

// turned runs a saga that cannot be taken back in the end as far as where it waits, and cancels it there.
func (t *tour) turned(ctx context.Context, l engine.Launch) error {
	return t.same(ctx, l.Kind, func() error {
		at, err := t.start(ctx, l)
		if err != nil {
			return err
		}
		if err := t.until(ctx, at, waits); err != nil {
			return err
		}
		if err := t.desk.Cancel(ctx, t.sagas[at].ID, engine.Request{Reason: "smoke test"}); err != nil {
			return fmt.Errorf("cancel %s (%s): %w", t.sagas[at].Short, l.Kind, err)
		}
		return t.ends(ctx, at, engine.RolledBack)
	})
}

// waits reports whether a saga stands before its point of no return, until people agree or its moment comes.
func waits(s *engine.Saga) bool {
	return s.Awaits() != nil || slices.ContainsFunc(s.Waiting, func(w engine.Waiting) bool { return w.Because == engine.BecauseMoment })
}

// gone runs a saga past its point of no return: then nothing rolls it back, and it says so.
func (t *tour) gone(ctx context.Context, l engine.Launch) error {
	at, err := t.run(ctx, l)
	if err != nil {
		return err
	}
	s := t.sagas[at]
	if s.Passed == "" {
		return fmt.Errorf("saga %s (%s) is completed and does not say what is gone for good", s.Short, s.Kind)
	}
	t.passed = append(t.passed, s.Passed)
	err = t.desk.Rollback(ctx, s.ID, engine.Request{})
	switch {
	case err == nil:
		return fmt.Errorf("saga %s (%s) is being rolled back although %s is gone for good", s.Short, s.Kind, s.Passed)
	case !errors.Is(err, engine.ErrRefused):
		return fmt.Errorf("roll back saga %s (%s): %w", s.Short, s.Kind, err)
	}
	t.fading = true
	return nil
}

const (
	steadyLooks = 4
	steadyPause = 5 * time.Second
)

// stock is all that the account has. Behind something that is gone for good, which may be listed for a while yet and no undo has
// looked for, so many looks in a row have to be the same.
func (t *tour) stock(ctx context.Context) ([]string, error) {
	last, err := t.inventory.Stock(ctx)
	end := time.Now().Add(settling)
	for same := 1; err == nil && t.fading && same < steadyLooks && time.Now().Before(end); same++ {
		if err := pause(ctx, steadyPause); err != nil {
			return nil, err
		}
		var now []string
		now, err = t.inventory.Stock(ctx)
		if !slices.Equal(now, last) {
			last, same = now, 0
		}
	}
	t.fading = t.fading && err != nil
	return last, err
}

// settling is how long lists of the provider may be behind.
const settling = time.Minute

// same demands that something leaves the account as it was.
func (t *tour) same(ctx context.Context, what string, do func() error) error {
	before, err := t.stock(ctx)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	for end := time.Now().Add(settling); ; {
		after, err := t.inventory.Stock(ctx)
		if err != nil {
			return err
		}
		changed := changes(before, after)
		if len(changed) == 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s is undone and the account is not as it was: %s", what, strings.Join(changed, "; "))
		}
		if err := pause(ctx, 5*time.Second); err != nil {
			return err
		}
	}
}

// changes are the lines of one list that the other does not have; both are sorted.
func changes(before, after []string) []string {
	var out []string
	for _, side := range []struct {
		word      string
		have, not []string
	}{{"gone: ", before, after}, {"new: ", after, before}} {
		for _, line := range side.have {
			if _, there := slices.BinarySearch(side.not, line); !there {
				out = append(out, side.word+line)
			}
		}
	}
	if len(out) == 0 && len(before) != len(after) {
		out = append(out, fmt.Sprintf("%d things, before it %d", len(after), len(before)))
	}
	return out
}
