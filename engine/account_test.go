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

func TestAStoreBelongsToTheAccountOfTheFirstSagaThatNeedsOne(t *testing.T) {
	t.Parallel()
	blue := engine.Account{UUID: "b6fc89db0000", Team: "Blue", TeamUUID: "blue", Host: "api"}
	red := engine.Account{UUID: "0ed00ed00ed0", Team: "Red", TeamUUID: "red", Host: "api"}
	colleague := blue
	colleague.UUID = "another user"
	const sentence = "this store belongs to team Blue (b6fc89db); the token is of team Red: use its own store (--db), or that account's token"
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		var offline atomic.Bool
		host := func(a engine.Account) (*engine.Session, func() error) {
			return enginetest.Host(t, store, engine.Config{
				Steps: []engine.Step{enginetest.Echo()},
				Account: func(context.Context) (engine.Account, error) {
					if offline.Load() {
						return engine.Account{}, errors.New("no network")
					}
					return a, nil
				},
			})
		}
		s, stop := host(blue)
		if owner, err := store.Docs(t.Context(), "store"); err != nil || len(owner) != 0 {
			t.Errorf("before the first saga: %v, %v", owner, err)
		}
		first := enginetest.Launch(t, s, "echo")
		enginetest.Rest(t, s, first)
		if err := s.Freeze(t.Context(), engine.Request{Reason: "so that it stays"}); err != nil {
			t.Fatal(err)
		}
		held := enginetest.Launch(t, s, "echo")
		if err := stop(); err != nil {
			t.Fatal(err)
		}

		s, stop = host(red)
		if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		for name, verb := range map[string]func() error{
			"launch": func() error {
				_, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
				return err
			},
			"roll back": func() error { return s.Rollback(t.Context(), first, engine.Request{}) },
			"cancel":    func() error { return s.Cancel(t.Context(), held, engine.Request{}) },
			"pause":     func() error { return s.Pause(t.Context(), held, engine.Request{}) },
			"retry":     func() error { return s.Retry(t.Context(), held, engine.Request{}) },
		} {
			if err := verb(); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), sentence) {
				t.Errorf("%s with another account: %v", name, err)
			}
		}
		time.Sleep(time.Minute)
		sg, err := s.Saga(t.Context(), held)
		if err != nil || sg.Status != engine.Pending || !sg.NeedsOperator() || !strings.Contains(sg.Waiting[0].Text, sentence) {
			t.Errorf("it is %s, waiting for %+v (%v)", sg.Status, sg.Waiting, err)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}

		offline.Store(true)
		s, stop = host(blue)
		sg = enginetest.Until(t, s, held, func(sg *engine.Saga) bool { return len(sg.Waiting) > 0 && sg.Waiting[0].For == engine.ForProvider })
		if !strings.Contains(sg.Waiting[0].Text, "no network") {
			t.Errorf("it waits for %+v", sg.Waiting)
		}
		if _, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}}); err == nil {
			t.Error("a launch goes through although nobody knows whose account it is")
		}
		offline.Store(false)
		wantSaga(t, enginetest.Rest(t, s, held), engine.Completed, "completed")
		if err := stop(); err != nil {
			t.Fatal(err)
		}

		s, _ = host(colleague)
		if err := s.Rollback(t.Context(), first, engine.Request{}); err != nil {
			t.Errorf("another member of the team: %v", err)
		}
		enginetest.Until(t, s, first, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
	})
}

// TestAHostOfAnotherAccountLeavesTheDrivingToOneOfTheStores has the wrong host come first, and then one that cannot ask.
func TestAHostOfAnotherAccountLeavesTheDrivingToOneOfTheStores(t *testing.T) {
	t.Parallel()
	blue := engine.Account{UUID: "b6fc89db0000", Team: "Blue", TeamUUID: "blue", Host: "api"}
	red := engine.Account{UUID: "0ed00ed00ed0", Team: "Red", TeamUUID: "red", Host: "api"}
	for _, wrong := range []func(context.Context) (engine.Account, error){
		func(context.Context) (engine.Account, error) { return red, nil },
		func(context.Context) (engine.Account, error) { return engine.Account{}, errors.New("no token") },
	} {
		synctest.Test(t, func(t *testing.T) {
			memory := storagetest.NewMemory()
			host := func(name string, account func(context.Context) (engine.Account, error)) (*engine.Engine, func() error) {
				return enginetest.Drive(t, memory.Share(), engine.Config{Steps: []engine.Step{enginetest.Echo()}, Account: account, Host: engine.Host{Name: name}})
			}
			right := func(context.Context) (engine.Account, error) { return blue, nil }
			e, stop := host("first", right)
			time.Sleep(time.Second)
			enginetest.Rest(t, e.As(enginetest.Ops), enginetest.Launch(t, e.As(enginetest.Ops), "echo"))
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			strange, _ := host("strange", wrong)
			time.Sleep(time.Minute)
			if !strange.Drives() {
				t.Error("a host that is alone does not drive: who looks at it is not told why nothing goes on")
			}
			good, _ := host("good", right)
			time.Sleep(time.Minute)
			if strange.Drives() || !good.Drives() {
				t.Errorf("the wrong one drives: %v, the right one: %v", strange.Drives(), good.Drives())
			}
			s := good.As(enginetest.Ops)
			wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "echo")), engine.Completed, "completed")
		})
	}
}
