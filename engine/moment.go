package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A wait for a moment looks at the wall clock now and then, which may be set to another time meanwhile: each minute, and in its last
// hour more often, at the end each second.
const (
	wallLook  = time.Second
	wallLooks = time.Minute
)

// wallPause is how long such a wait can rest that has so long to go.
func wallPause(left time.Duration) time.Duration {
	return min(left, max(wallLook, min(left/60, wallLooks)))
}

// MaxPostpone is how far away the moment can be that somebody postpones a wait to.
const MaxPostpone = 366 * 24 * time.Hour

// Await waits for a moment by the wall clock, as Idle waits: without a worker, without its deadline and without a place within
// the gate. Unlike the end of an Idle this moment is the operators' to change: Session.Proceed ends the wait,
// Session.Postpone moves it, and both hold for every later attempt of the row too. on follows "waits for". The
// step has saved end before, so that a restart does not reset it. A row has at most one such wait.
//
// Await returns how the wait ended: moved is the moment that counted in the end, early says that somebody has ended it before.
func (s *State) Await(ctx context.Context, on string, end time.Time) (moved time.Time, early bool, err error) {
	if s.of == nil {
		return end, false, fmt.Errorf("wait for %s: this state is only for looking: %w", on, ErrStopped)
	}
	moved, early = s.moment(end)
	if early || !time.Now().Before(moved) {
		return moved, early, nil
	}
	err = s.of.idle(ctx, &Waiting{For: ForTime, Because: BecauseMoment, Text: on, Until: At(moved)}, func(ctx context.Context) error {
		for {
			moved, early = s.moment(end)
			left := time.Until(moved.Round(0)) // by the wall clock
			if early || left <= 0 {
				return nil
			}
			if err := s.listen(ctx, wallPause(left)); err != nil {
				return err
			}
		}
	})
	return moved, early, err
}

// moment is when the row's wait ends, as far as people have said, and whether they have ended it.
func (s *State) moment(end time.Time) (time.Time, bool) {
	s.waits.Lock()
	defer s.waits.Unlock()
	if s.told == nil {
		s.told = make(chan struct{}, 1)
	}
	if !s.until.IsZero() {
		end = s.until.Time
	}
	return end, s.ended
}

// listen waits for d, until somebody changes the row's wait, or until ctx ends. Call it after moment.
func (s *State) listen(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.told:
	case <-t.C:
	}
	return nil
}

// hear takes in what people have said about the row's wait.
func (s *State) hear(row *Row) {
	s.waits.Lock()
	changed := s.until != row.until || s.ended != row.ended
	s.until, s.ended = row.until, row.ended
	told := s.told
	s.waits.Unlock()
	if !changed || told == nil {
		return
	}
	select {
	case told <- struct{}{}:
	default:
	}
}

// tell passes on to the attempt under way what was recorded beside it. Call with mu held.
func (r *run) tell() {
	if r.saga.CancelRequested && r.stop != nil {
		r.stop(ErrCanceled)
	}
	if r.under != nil && r.under.idx < len(r.saga.Rows) {
		r.under.hear(&r.saga.Rows[r.under.idx])
	}
}

// Proceed ends the wait of a saga for a moment: it goes on at once. The reason is required.
func (s *Session) Proceed(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbProceed, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		if strings.TrimSpace(q.Reason) == "" {
			return nil, fmt.Errorf("%w: say why it need not wait any longer", ErrInput)
		}
		e := s.entry(EntryWaitEnded, q)
		e.Idx = sg.waitsBecause(BecauseMoment).Idx
		return []Entry{e}, nil
	})
}

// Postpone moves the wait of a saga for a moment to another one, later or earlier, at most MaxPostpone from now. The reason is
// required. A moment that has passed is ErrInput.
func (s *Session) Postpone(ctx context.Context, id ID, until time.Time, q Request) error {
	return s.ask(ctx, VerbPostpone, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		if strings.TrimSpace(q.Reason) == "" {
			return nil, fmt.Errorf("%w: say why it should wait until then", ErrInput)
		}
		if err := PostponeTo(until, time.Now()); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInput, err)
		}
		at := At(until)
		e := s.entry(EntryWaitMoved, q)
		e.Idx, e.Next = sg.waitsBecause(BecauseMoment).Idx, &at
		return []Entry{e}, nil
	})
}

// PostponeTo refuses a moment that no wait can be moved to.
func PostponeTo(until, now time.Time) error {
	switch {
	case !until.After(now):
		return fmt.Errorf("%s has passed: give a later moment, or proceed", until.UTC().Format("2006-01-02 15:04 MST"))
	case until.Sub(now) > MaxPostpone:
		return errors.New("a wait can be moved by a year at most")
	}
	return nil
}

// refusesMoment is why a wait cannot be ended or moved.
func (s *Summary) refusesMoment() error {
	switch {
	case s.Status.Terminal():
		return refuse("it is %s already", words(s.Status))
	case s.CancelRequested:
		return refuse("it is being canceled")
	case s.waitsBecause(BecauseMoment) == nil:
		return refuse("it waits for no moment")
	}
	return nil
}

// fitsMoment refuses an end, or a move, of a wait that is not there.
func (s *Saga) fitsMoment(e *Entry, r *Row) error {
	w := s.waitsBecause(BecauseMoment)
	switch {
	case w == nil || w.Idx != e.Idx || s.CancelRequested:
		return fmt.Errorf("%s of row %d, which waits for no moment", e.Type, e.Idx)
	case e.Type == EntryWaitMoved && e.Next == nil:
		return fmt.Errorf("%s to no moment", e.Type)
	}
	return r.is(e, RowRunning)
}

// changeMoment takes in what somebody has said about a row's wait.
func (s *Saga) changeMoment(r *Row, e *Entry) {
	if e.Type == EntryWaitEnded {
		r.ended = true
		s.goesOn(BecauseMoment)
		return
	}
	r.until = *e.Next
	waiting := append([]Waiting{}, s.Waiting...) // copies of the header share the former
	for i := range waiting {
		if waiting[i].Because == BecauseMoment {
			waiting[i].Until = *e.Next
		}
	}
	s.Waiting = waiting
}

// Show says what a wait looks like just now ("2 of 3 good, last 204 ms"), in one line, for those who watch: it is kept in memory only, in
// the place of the line before, until the attempt ends. See Saga.Live.
func (s *State) Show(text string) {
	s.mu.Lock()
	over := s.over
	s.mu.Unlock()
	if !over && s.of != nil {
		s.of.show(legible(text, MaxLine))
	}
}

func (a *attempt) show(text string) {
	a.run.live.Store(&text)
	a.run.e.hub.mark(a.run.id)
}

// shown is what the attempt under way of a saga shows of itself.
func (e *Engine) shown(id ID) string {
	e.mu.Lock()
	r := e.live[id]
	e.mu.Unlock()
	if r == nil {
		return ""
	}
	if text := r.live.Load(); text != nil {
		return *text
	}
	return ""
}
