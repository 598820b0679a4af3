package crashtest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
)

// paced is a provider that takes its time for each request, so that a verb can meet a saga in the midst of its work.
type paced struct{ next http.RoundTripper }

func (p paced) RoundTrip(req *http.Request) (*http.Response, error) {
	t := time.NewTimer(100 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return p.next.RoundTrip(req)
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
}

// begin launches a saga and does to it what operators do before it has ended: one in five is canceled at some moment, and one
// that waits for a person because a step has failed is retried in vain, and then the step is skipped or the saga canceled.
func (o *outside) begin(l engine.Launch) (*engine.Saga, error) {
	ctx := context.Background()
	pauses := slices.Contains(l.Steps, "fail") && o.rng.IntN(2) == 0
	if pauses {
		l.OnFailure = engine.OnFailurePause
	}
	s, err := o.op().Start(ctx, l)
	if err != nil {
		return nil, err
	}
	switch {
	case pauses:
		o.decide(s.ID)
	case o.rng.IntN(5) == 0:
		within := 1200
		if l.Kind != "adhoc" || o.rng.IntN(4) == 0 {
			within = int(5 * takes / time.Millisecond)
		}
		time.Sleep(time.Duration(o.rng.IntN(within)) * time.Millisecond)
		err := o.op().Cancel(ctx, s.ID, engine.Request{})
		if err != nil && !errors.Is(err, engine.ErrRefused) {
			o.wrong("cancel %s: %v", s.Short, err)
		}
		o.note("cancel %s: %v", s.Short, err)
	}
	return s, nil
}

// decide retries a failed step in vain, and then skips each that fails, as far as it has changed nothing, or cancels the saga.
func (o *outside) decide(id engine.ID) {
	ctx := context.Background()
	for retried := false; o.waits(id); {
		if !retried {
			err := o.op().Retry(ctx, id, engine.Request{})
			if o.note("retry %s: %v", id.Short(), err); err != nil {
				o.wrong("retry %s: %v", id.Short(), err)
				return
			}
			retried = true
			continue
		}
		err := engine.ErrRefused
		if o.rng.IntN(2) == 0 {
			err = o.op().Skip(ctx, id, engine.Request{})
			o.note("skip a step of %s: %v", id.Short(), err)
		}
		if errors.Is(err, engine.ErrRefused) {
			err = o.op().Cancel(ctx, id, engine.Request{})
			o.note("cancel %s: %v", id.Short(), err)
		}
		if err != nil {
			o.wrong("skip or cancel %s: %v", id.Short(), err)
			return
		}
	}
}

// waits goes on until the saga has a failed step that waits for a person; false when it ends before.
func (o *outside) waits(id engine.ID) bool {
	for end := time.Now().Add(4 * time.Hour); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		s, err := o.engine.Saga(context.Background(), id)
		if err != nil || s.Status.Terminal() {
			return false
		}
		if s.NeedsOperator() {
			return true
		}
	}
	o.wrong("saga %s never waits for a person", id.Short())
	return false
}

// crossed launches a saga and asks, while it is under way, for the undo of an earlier one at the same name, which has to wait.
// The undo is held until the new saga has ended, and then withdrawn or let go on.
func (o *outside) crossed() {
	d := o.deeds[o.rng.IntN(len(o.deeds))]
	l, text := o.draw()
	if d.over || !strings.Contains(d.text, " n1 ") || !strings.Contains(text, " n1 ") {
		return // they have no lock in common
	}
	ctx := context.Background()
	before, from := o.look(), o.moment
	s, err := o.op().Start(ctx, l)
	if err != nil {
		o.note("%s is refused: %v", text, err)
		return
	}
	err = o.op().Rollback(ctx, d.id, engine.Request{})
	if err == nil {
		err = o.op().Pause(ctx, d.id, engine.Request{})
	}
	waiting := err == nil
	o.note("roll back %s while %s is under way: %v", d.id.Short(), s.Short, err)
	if err != nil && !errors.Is(err, engine.ErrRefused) {
		o.wrong("roll back and pause %s: %v", d.id.Short(), err)
		return
	}
	o.settled(s.ID, text, before, from)
	if !waiting || len(o.found) > 0 {
		return
	}
	o.stranger(4)
	before = o.look()
	if o.rng.IntN(2) == 0 {
		err = o.op().Cancel(ctx, d.id, engine.Request{})
		back := o.rest(d.id)
		if o.note("withdraw the rollback of %s: %v", d.id.Short(), err); err != nil || back == nil || back.Status != engine.Completed {
			o.wrong("the rollback of %s is not withdrawn: %v", d.id.Short(), err)
		}
		o.same(before, o.look(), "after a rollback was withdrawn")
		o.withdrawn++
		return
	}
	if err := o.op().Resume(ctx, d.id, engine.Request{}); err != nil {
		o.wrong("resume %s: %v", d.id.Short(), err)
		return
	}
	o.undoneNow(d, before)
}

// try is what was there before and after one attempt at an undo.
type try struct{ before, after picture }

// retried asks a second time for an undo that could not be done, and reports how the saga stands then, and what was there when
// it asked.
func (o *outside) retried(d *deed, s *engine.Saga) (*engine.Saga, picture) {
	o.stranger(3)
	before := o.look()
	err := o.op().Retry(context.Background(), d.id, engine.Request{})
	if o.note("retry %s: %v", d.id.Short(), err); err != nil {
		if !errors.Is(err, engine.ErrRefused) {
			o.wrong("retry %s: %v", d.id.Short(), err)
		}
		return s, before
	}
	o.retries++
	return o.rest(d.id), before
}
