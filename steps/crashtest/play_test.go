package crashtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// played is the ending of a course with a play.
const played ending = "played"

// play is a course in which the operator does more than launch, cancel and roll back once: what it asks for, and what it does
// about what it sees. It is asked again at every change, and by every process, so it goes by the saga and by what was
// acknowledged alone.
type play struct {
	name   string
	launch func(l *engine.Launch)
	// verb is what it asks for at a point of the course; nil when the play has no point.
	verb func(ctx context.Context, o *operator, s *engine.Session) error
	// react reports whether all is as the play wants it in the end.
	react func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (done bool, err error)
}

// plays are all that an operator can ask of a saga besides a cancel and a rollback.
func plays() []*play {
	why := engine.Request{Reason: "looked at it"}
	return []*play{
		{
			name:   "paused at a point and resumed",
			launch: func(*engine.Launch) {},
			verb:   func(ctx context.Context, o *operator, s *engine.Session) error { return s.Pause(ctx, o.id, why) },
			react: func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				switch {
				case sg.Paused:
					time.Sleep(10 * time.Minute) // whatever starts meanwhile is in the ledger
					return false, asked(s.Resume(ctx, sg.ID, why))
				case sg.Status == engine.Completed:
					return false, asked(s.Rollback(ctx, sg.ID, why))
				}
				return ends(sg, engine.RolledBack)
			},
		},
		{
			name:   "frozen at a point and thawed",
			launch: func(*engine.Launch) {},
			verb: func(ctx context.Context, o *operator, s *engine.Session) error {
				err := s.Freeze(ctx, why)
				if err == nil {
					o.world.props.freeze(true)
				}
				return err
			},
			react: func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				f := s.Frozen()
				switch by := f != nil && f.Width == 0; {
				case by && !f.Auto:
					time.Sleep(10 * time.Minute)
					if f = s.Frozen(); f != nil && f.InFlight > 0 {
						return false, fmt.Errorf("ten minutes after the freeze: %+v", *f)
					}
					o.world.props.freeze(false)
					return false, asked(s.Thaw(ctx, why))
				case !by && o.world.props.isFrozen():
					return false, fmt.Errorf("it is not frozen any more: %+v", f)
				case f != nil:
					return false, nil // until all of it has thawed
				case sg.Status == engine.Completed:
					return false, asked(s.Rollback(ctx, sg.ID, why))
				}
				return ends(sg, engine.RolledBack)
			},
		},
		{
			name:   "the token refused from a point on, and good again",
			launch: func(*engine.Launch) {},
			verb: func(_ context.Context, o *operator, _ *engine.Session) error {
				o.mend = o.world.sim.Inject(dosim.Fault{Kind: dosim.FaultTokenRevoked})
				return nil
			},
			react: func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				for _, r := range sg.Rows {
					if r.Status == engine.RowFailed || r.Status == engine.RowCompensationFailed {
						return false, fmt.Errorf("row %d has failed: %s", r.Idx, rows(sg))
					}
				}
				switch {
				case o.mend != nil && !o.well:
					time.Sleep(20 * time.Minute)
					now, err := s.Saga(ctx, sg.ID)
					if err != nil {
						return false, err
					}
					if f := s.Frozen(); !now.Status.Terminal() && (f == nil || !f.Auto || f.Width > 0) {
						return false, fmt.Errorf("it waits on %+v, frozen: %+v", now.Waiting, f)
					}
					o.mend()
					o.well = true
					return false, nil
				case sg.Status == engine.Completed:
					return false, asked(s.Rollback(ctx, sg.ID, why))
				case s.Frozen() != nil:
					return false, nil
				}
				return ends(sg, engine.RolledBack)
			},
		},
		{
			name:   "skipped",
			launch: func(l *engine.Launch) { waits(l); before(l, "fail") },
			react: func(ctx context.Context, _ *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				if undecided(sg) {
					return false, asked(s.Skip(ctx, sg.ID, why))
				}
				return ends(sg, engine.Completed)
			},
		},
		{
			name:   "skipped, then rolled back",
			launch: func(l *engine.Launch) { waits(l); before(l, "fail") },
			react: func(ctx context.Context, _ *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				switch {
				case undecided(sg):
					return false, asked(s.Skip(ctx, sg.ID, why))
				case sg.Status == engine.Completed:
					return false, asked(s.Rollback(ctx, sg.ID, why))
				}
				return ends(sg, engine.RolledBack)
			},
		},
		{
			name:   "retried in vain, then canceled",
			launch: func(l *engine.Launch) { waits(l); after(l, "fail") },
			react: func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				switch {
				case undecided(sg) && !o.asked:
					err := s.Retry(ctx, sg.ID, why)
					o.asked = err == nil
					return false, asked(err)
				case undecided(sg):
					return false, asked(s.Cancel(ctx, sg.ID, why))
				}
				return ends(sg, engine.RolledBack)
			},
		},
		{
			name:   "mended and retried",
			launch: func(l *engine.Launch) { waits(l); after(l, "falters") },
			react: func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				if !undecided(sg) {
					return ends(sg, engine.Completed)
				}
				if err := s.Skip(ctx, sg.ID, why); err == nil {
					return false, errors.New("a step that may have changed something was skipped")
				} else if !errors.Is(err, engine.ErrRefused) {
					return false, err
				}
				o.world.props.mend(sg.CurrentStepIdx)
				return false, asked(s.Retry(ctx, sg.ID, why))
			},
		},
		{
			name:   "retried row by row",
			launch: func(l *engine.Launch) { before(l, "sticks"); after(l, "sticks", "fail") },
			react:  rowByRow(why, false),
		},
		{
			name:   "retried in one row, the other resolved",
			launch: func(l *engine.Launch) { before(l, "sticks"); after(l, "sticks", "fail") },
			react:  rowByRow(why, true),
		},
		{
			name:   "found something left",
			launch: func(l *engine.Launch) { after(l, "litters", "fail") },
			react: func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
				idx := len(sg.StepNames) - 2
				switch {
				case sg.Status == engine.Failed:
					if e := sg.Rows[idx].Compensation.Error; !strings.Contains(e, "still there") || len(sg.Left) != 1 {
						return false, fmt.Errorf("the row says %q, left is %q", e, sg.Left)
					}
					o.world.props.mend(idx)
					return false, asked(s.Retry(ctx, sg.ID, why))
				case sg.Status == engine.RolledBack && (o.world.props.litter(idx) || len(sg.Left) > 0 || sg.Verified.IsZero()):
					return false, fmt.Errorf("it is rolled back with litter %v, left %q, looked at %s", o.world.props.litter(idx), sg.Left, sg.Verified)
				}
				return ends(sg, engine.RolledBack)
			},
		},
		{
			name:   "could not be looked at",
			launch: func(l *engine.Launch) { after(l, "hides", "fail") },
			react: func(_ context.Context, _ *operator, _ *engine.Session, sg *engine.Saga) (bool, error) {
				if sg.Status == engine.RolledBack && sg.Verified.IsZero() {
					return false, errors.New("it is rolled back, and nobody has looked")
				}
				return ends(sg, engine.RolledBack)
			},
		},
	}
}

// rowByRow mends and retries one row of the residue after the other, the last one first. With resolve the row at the top is
// accepted as it is.
func rowByRow(why engine.Request, resolve bool) func(context.Context, *operator, *engine.Session, *engine.Saga) (bool, error) {
	return func(ctx context.Context, o *operator, s *engine.Session, sg *engine.Saga) (bool, error) {
		if sg.Status != engine.Failed {
			return ends(sg, engine.RolledBack)
		}
		for i, r := range slices.Backward(sg.Rows) {
			switch {
			case r.Status != engine.RowCompensationFailed:
				continue
			case resolve && i == 0:
				return false, asked(s.Resolve(ctx, sg.ID, i, why))
			}
			o.world.props.mend(i)
			return false, asked(s.RetryRow(ctx, sg.ID, i, why))
		}
		return false, errors.New("it is failed with nothing left behind")
	}
}

// undecided reports whether a step has failed and waits for the operator.
func undecided(sg *engine.Saga) bool {
	return sg.Status == engine.Running && sg.NeedsOperator() && sg.CurrentStepIdx < len(sg.Rows) && sg.Rows[sg.CurrentStepIdx].Status == engine.RowFailed
}

// asked passes over a refusal: the same was asked before by a process that died over its answer, or it is too late.
func asked(err error) error {
	if errors.Is(err, engine.ErrRefused) {
		return nil
	}
	return err
}

// ends says whether a saga is at rest, and that it must be as wanted then.
func ends(sg *engine.Saga, want engine.Status) (bool, error) {
	if !sg.Status.Terminal() {
		return false, nil
	}
	if sg.Status != want {
		return false, fmt.Errorf("it is %s, want %s: %s", sg.Status, want, rows(sg))
	}
	return true, nil
}

func waits(l *engine.Launch) { l.OnFailure = engine.OnFailurePause }

// after puts steps behind those of a launch, before ones in front of them, whose inputs move along.
func after(l *engine.Launch, names ...string) { l.Steps = append(l.Steps, names...) }

func before(l *engine.Launch, names ...string) {
	l.Steps = append(names, l.Steps...)
	in := engine.Inputs{}
	for k, v := range l.Inputs {
		if scope, bare, scoped := strings.Cut(k, ":"); scoped {
			n, err := strconv.Atoi(scope)
			if err != nil {
				panic(err) // a scenario is written wrong
			}
			k = fmt.Sprintf("%d:%s", n+len(names), bare)
		}
		in[k] = v
	}
	l.Inputs = in
}
