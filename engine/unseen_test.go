package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// dark is a step under one lock whose undo cannot be looked at for a while.
type dark struct {
	engine.Step
	engine.Compensator
	left  *[]string
	blind *atomic.Bool
	looks *atomic.Int64
}

func (dark) Locks(context.Context, engine.Inputs) ([]string, error) { return []string{"place"}, nil }

func (d dark) Verify(context.Context, *engine.State) ([]string, error) {
	d.looks.Add(1)
	if d.blind.Load() {
		return nil, errors.New("503")
	}
	return *d.left, nil
}

// darkRig is an engine with a saga that is undone and could not be looked at.
type darkRig struct {
	dark
	store engine.Store
	s     *engine.Session
	stop  func() error
	id    engine.ID
}

func newDarkRig(t *testing.T) *darkRig {
	nothing := func(context.Context, *engine.State) error { return nil }
	inner := enginetest.Step("made", nothing, nothing)
	d := &darkRig{store: storagetest.NewMemory(), dark: dark{inner, inner.(engine.Compensator), &[]string{}, new(atomic.Bool), new(atomic.Int64)}}
	d.start(t)
	d.blind.Store(true)
	d.id = enginetest.Launch(t, d.s, "made", "fail")
	time.Sleep(time.Second)
	d.waits(t, engine.ForProvider, 1)
	return d
}

func (d *darkRig) start(t *testing.T) {
	d.s, d.stop = enginetest.Host(t, d.store, engine.Config{Steps: []engine.Step{d.dark, enginetest.Fail()}})
}

// waits checks that the saga is not over, and says what it waits for.
func (d *darkRig) waits(t *testing.T, what engine.WaitsFor, n int) {
	t.Helper()
	sg, err := d.s.Saga(t.Context(), d.id)
	if err != nil {
		t.Fatal(err)
	}
	wantSaga(t, sg, engine.Compensating, "compensated failed")
	if len(sg.Waiting) != 1 || sg.Waiting[0].Because != engine.BecauseUnseen || sg.Waiting[0].For != what || sg.Waiting[0].N != n ||
		!strings.Contains(sg.Waiting[0].Text, "503") || !sg.Waiting[0].Until.After(time.Now()) || !sg.Verified.IsZero() {
		t.Errorf("it waits for %+v, looked at %v", sg.Waiting, sg.Verified)
	}
}

func (d *darkRig) over(t *testing.T, verified bool) {
	t.Helper()
	sg := enginetest.Rest(t, d.s, d.id)
	wantSaga(t, sg, engine.RolledBack, "compensated failed")
	if sg.Verified.IsZero() == verified || len(sg.Waiting) != 0 || sg.Ticket != 0 {
		t.Errorf("looked at %v, waiting %v, ticket %d", sg.Verified, sg.Waiting, sg.Ticket)
	}
}

func TestWhatCouldNotBeLookedAtIsLookedAtUntilItCan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDarkRig(t)
		time.Sleep(20 * time.Minute)
		d.waits(t, engine.ForOperator, 6)
		time.Sleep(24 * time.Hour)
		if n := d.looks.Load(); n < 25 || n > 35 {
			t.Errorf("%d looks in a day in which nobody could see", n)
		}
		behind := enginetest.Launch(t, d.s, "made")
		time.Sleep(time.Minute)
		if sg, err := d.s.Saga(t.Context(), behind); err != nil || sg.Status != engine.Pending {
			t.Errorf("%v %v: what it would write could be taken for what was undone", sg.Status, err)
		}
		d.blind.Store(false)
		d.over(t, true)
		wantSaga(t, enginetest.Rest(t, d.s, behind), engine.Completed, "completed")
	})
}

func TestTheNextLifeGoesOnLookingAtWhatWasUndone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDarkRig(t)
		if err := d.stop(); err != nil {
			t.Fatal(err)
		}
		looks := d.looks.Load()
		d.start(t)
		time.Sleep(10 * time.Second)
		d.waits(t, engine.ForProvider, 1)
		if d.looks.Load() != looks {
			t.Error("it was looked at before its time")
		}
		d.blind.Store(false)
		d.over(t, true)
	})
}

func TestWhatIsFoundWhenItCanBeLookedAtIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDarkRig(t)
		*d.left = []string{"thing 42"}
		d.blind.Store(false)
		sg := enginetest.Rest(t, d.s, d.id)
		wantSaga(t, sg, engine.Failed, "compensation_failed failed")
		if len(sg.Left) != 1 || sg.Residue != 1 {
			t.Errorf("left %v, residue %d", sg.Left, sg.Residue)
		}
	})
}

func TestAnOperatorLooksNowOrEndsTheSagaWithoutALook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDarkRig(t)
		if err := d.s.Retry(t.Context(), d.id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		d.waits(t, engine.ForProvider, 1)
		if n := d.looks.Load(); n != 2 {
			t.Errorf("%d looks after a retry", n)
		}
		if err := d.s.Skip(t.Context(), d.id, engine.Request{Reason: "looked by hand"}); err != nil {
			t.Fatal(err)
		}
		d.over(t, false)
		if err := d.s.Skip(t.Context(), d.id, engine.Request{}); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("skipped after its end: %v", err)
		}
	})
}
