package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func TestNoStartIsDurableAfterAFreezeHasReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := enginetest.Wrap(storagetest.NewMemory())
		held, release := make(chan struct{}), make(chan struct{})
		store.Before(func(n int, _ engine.Batch) error {
			if n == 1 { // the creation, with the first step's start in it
				close(held)
				<-release
			}
			return nil
		})
		s, _ := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		go func() { _, _ = s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}}) }()
		<-held
		frozen := make(chan error, 1)
		go func() { frozen <- s.Freeze(t.Context(), engine.Request{Reason: "because"}) }()
		time.Sleep(time.Second)
		select {
		case err := <-frozen:
			t.Errorf("the freeze has returned (%v) while a start is on its way into the ledger", err)
			close(release)
		default:
			close(release)
			if err := <-frozen; err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
	})
}

// refusal lets the provider refuse the token for a while, in the midst of some sagas, of which some are canceled and some
// lose their process meanwhile. It returns what is wrong, and how often everything was frozen.
func (v *vault) refusal() (wrong []string, freezes int) {
	ctx := context.Background()
	if err := v.start(0, false); err != nil {
		return []string{err.Error()}, 0
	}
	want := map[engine.ID]engine.Status{}
	for range 3 + v.rng.IntN(8) {
		l := engine.Launch{Kind: enginetest.Kind.Name, Inputs: engine.Inputs{}}
		end := engine.Completed
		for i := range 1 + v.rng.IntN(4) {
			own, fate := strconv.Itoa(i)+":", []string{"good", "good", "good", "fails", "fails dirty"}[v.rng.IntN(5)]
			if fate != "good" {
				end = engine.RolledBack
			}
			l.Steps = append(l.Steps, "guarded")
			l.Inputs[own+"locks"], l.Inputs[own+"takes"], l.Inputs[own+"fate"] = "", strconv.Itoa(v.rng.IntN(3000)), fate
		}
		sg, err := v.s.Start(ctx, l)
		if err != nil {
			return []string{err.Error()}, 0
		}
		want[sg.ID] = end
	}
	time.Sleep(time.Duration(v.rng.IntN(4000)) * time.Millisecond)
	v.rooms.refuse(true)
	v.note("refused")
	before := v.ledger.started()
	span, deaths := time.Duration(5+v.rng.IntN(40))*time.Minute, 0
	for left := span; left > 0; {
		d := min(left, time.Duration(1+v.rng.IntN(int(10*time.Minute))))
		time.Sleep(d)
		left -= d
		for id, end := range want {
			if v.rng.IntN(8) == 0 && end == engine.Completed {
				if err := v.s.Cancel(ctx, id, engine.Request{}); err == nil {
					want[id] = engine.RolledBack
				}
			}
		}
		if v.rng.IntN(3) == 0 {
			deaths++
			if err := v.next(1+v.rng.IntN(6), v.rng.IntN(2) == 0); err != nil {
				return []string{err.Error()}, 0
			}
			time.Sleep(time.Minute)
			if err := v.next(0, false); err != nil {
				return []string{err.Error()}, 0
			}
		}
	}
	if n, most := v.ledger.started()-before, 5+8*(1+2*deaths)+int(span/(5*time.Minute)); n > most {
		wrong = append(wrong, fmt.Sprintf("%d attempts were made within %s of refusal and %d deaths, at most %d are enough to see", n, span, deaths, most))
	}
	v.rooms.refuse(false)
	v.note("well again")
	time.Sleep(20 * time.Minute)
	for id, end := range want {
		sg, err := v.s.Saga(ctx, id)
		if err != nil || sg.Status != end {
			wrong = append(wrong, fmt.Sprintf("20 minutes after the token works again saga %s is %s, want %s (%v)", id.Short(), sg.Status, end, err))
		}
		for _, r := range sg.Rows {
			if r.Status == engine.RowFailed && strings.Contains(r.Error, errRefused.Error()) || r.Compensation != nil && r.Compensation.Status == engine.RowCompensationFailed {
				wrong = append(wrong, fmt.Sprintf("saga %s row %d failed because of the refusal: %s", id.Short(), r.Idx, r.Error))
			}
		}
	}
	if f := v.s.Frozen(); f != nil {
		wrong = append(wrong, fmt.Sprintf("20 minutes after the token works again: %+v", *f))
	}
	all, err := v.s.Freezes(ctx, 0)
	if err = errors.Join(err, v.stop()); err != nil {
		wrong = append(wrong, err.Error())
	}
	for _, f := range all {
		if !f.Auto || f.By != nil || f.EndedAt.IsZero() || f.EndedAt.Before(f.At.Time) || !strings.Contains(f.Why, errRefused.Error()) {
			wrong = append(wrong, fmt.Sprintf("freeze %+v", f))
		}
	}
	return append(wrong, v.model.wrong...), len(all)
}

func TestARefusedTokenFailsNothingAndEverythingGoesOnAfterIt(t *testing.T) {
	t.Parallel()
	seeds, freezes := uint64(200), 0
	if testing.Short() {
		seeds = 40
	}
	for seed := uint64(1); seed <= seeds; seed++ {
		v := newVault(seed)
		synctest.Test(t, func(t *testing.T) {
			wrong, n := v.refusal()
			if freezes += n; len(wrong) > 0 {
				t.Fatalf("seed %d:\n  %s\n    %s", seed, strings.Join(wrong, "\n  "), strings.Join(v.log, "\n    "))
			}
		})
	}
	if freezes < int(seeds)/2 {
		t.Errorf("only %d freezes in %d histories: this proves too little", freezes, seeds)
	}
	t.Logf("figure | a token refused for 5 to 45 minutes | %d histories, %d freezes by the engine | 0 wrong", seeds, freezes)
}
