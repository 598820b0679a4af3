package tui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// unable is a step that can be broken in either direction.
type unable struct {
	name      string
	final     string
	fwd, back atomic.Pointer[error]
}

func (u *unable) Name() string { return u.name }

func (u *unable) Execute(_ context.Context, s *engine.State) error {
	if u.final != "" {
		s.Passed(u.final)
	}
	if err := u.fwd.Load(); err != nil {
		return *err
	}
	return nil
}

func (u *unable) Compensate(context.Context, *engine.State) error {
	if err := u.back.Load(); err != nil {
		return *err
	}
	return nil
}

func (u *unable) DescribeUndo(*engine.State) string { return "takes it back" }

type unableFinal struct{ unable }

func (u *unableFinal) Final() string { return "it cannot be brought back" }

// reaches lets up to a day of the bubble pass until the saga is as wanted.
func reaches(s *stage, session *engine.Session, id engine.ID, ok func(*engine.Saga) bool) {
	s.tb.Helper()
	for range 24 * 60 {
		sg, err := session.Saga(s.app.ctx, id)
		if err != nil {
			s.tb.Fatal(err)
		}
		if ok(sg) {
			s.settle()
			return
		}
		time.Sleep(time.Minute)
	}
	s.settle()
	s.tb.Fatalf("it does not come to that:\n%s", s.text())
}

// From "1 needs you" to decided it takes four keys in every sort of decision, and nothing but what the footer says.
func TestEverySortOfDecisionTakesFourKeys(t *testing.T) {
	t.Parallel()
	broken := errors.New("out of luck")
	set := func(err error) *error { return &err }
	for name, c := range map[string]struct {
		spoil  func(*unable)
		final  bool
		launch engine.Launch
		roll   bool
		want   engine.Status
	}{
		"conflict": {func(u *unable) {
			u.back.Store(set(&engine.Conflict{Subject: "A shop.example.com", Prior: "1", Written: "2", Live: "3"}))
		}, false, engine.Launch{}, true, engine.RolledBack},
		"residue":             {func(u *unable) { u.back.Store(set(engine.Unknown(broken))) }, false, engine.Launch{}, true, engine.RolledBack},
		"unknown outcome":     {func(u *unable) { u.fwd.Store(set(engine.Undecided(broken))) }, false, engine.Launch{}, false, engine.Completed},
		"paused at a failure": {func(u *unable) { u.fwd.Store(set(broken)) }, false, engine.Launch{OnFailure: engine.OnFailurePause}, false, engine.Completed},
		"past the pivot":      {func(u *unable) { u.fwd.Store(set(broken)) }, true, engine.Launch{}, false, engine.Completed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				u := &unable{name: "work"}
				var step engine.Step = u
				if c.final {
					f := &unableFinal{unable{name: "work", final: "the snapshot is gone"}}
					u, step = &f.unable, f
				}
				session, stop := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step}, Kinds: []engine.Kind{enginetest.Kind}})
				s := &stage{tb: t, app: New(Config{Backend: guarded{session}, Operator: "ops1", Now: time.Now, Location: time.UTC}), msgs: make(chan tea.Msg, 1024)}
				s.run(s.app.Init())
				s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
				defer func() {
					s.app.Close()
					if err := stop(); err != nil {
						t.Error(err)
					}
					synctest.Wait()
				}()
				if !c.roll {
					c.spoil(u)
				}
				c.launch.Kind, c.launch.Steps = "adhoc", []string{"work"}
				sg, err := session.Start(t.Context(), c.launch)
				if err != nil {
					t.Fatal(err)
				}
				if c.roll {
					enginetest.Rest(t, session, sg.ID)
					c.spoil(u)
					if err := session.Rollback(t.Context(), sg.ID, engine.Request{}); err != nil {
						t.Fatal(err)
					}
				}
				reaches(s, session, sg.ID, func(x *engine.Saga) bool { return x.NeedsOperator() })
				s.settle()
				if name != "conflict" {
					u.fwd.Store(nil)
					u.back.Store(nil)
				}
				for _, key := range []string{"enter", "enter", "tab", "enter"} { // the line, the first answer, to its button, yes
					lines := strings.Split(s.text(), "\n")
					if foot := lines[len(lines)-1]; !strings.Contains(foot, key) {
						t.Errorf("the footer does not say %s: %s", key, foot)
					}
					s.press(key)
				}
				reaches(s, session, sg.ID, func(x *engine.Saga) bool { return x.Status == c.want })
			})
		})
	}
}

// A saga that waits because its process died too often is decided with as many keys.
func TestASagaParkedAfterDeathsIsDecidedWithFourKeys(t *testing.T) {
	t.Parallel()
	onStage(t, 80, 24, func() Backend {
		x := newExhibit(t)
		x.carve("8a4be791", "upsert_dns_record", "A died.example.com", "ops1", time.Second, "upsert_dns_record").start(0).
			add(engine.Entry{Type: engine.EntryWaiting, Waiting: []engine.Waiting{{For: engine.ForOperator, Because: engine.BecauseDied, Step: "upsert_dns_record", N: 3}}}).keep()
		return x.session(enginetest.Ops)
	}, nil, func(s *stage) {
		s.press("enter")
		s.has("try again")
		s.press("enter", "tab", "enter")
		s.has("try again")
		s.hasNot("Do nothing")
	})
}

// Several sagas that want the same decision are given one answer: each is listed with what it does there, and the rest is left alone.
func TestTheSameAnswerIsGivenToAllThatAreMarked(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, c *cloud, b *counted) {
		c.bars.Store(true)
		c.yields.Store(true)
		first := atRest(s, b, "dns_then_fail")
		sg, err := b.Session.Start(s.app.ctx, engine.Launch{Kind: "dns_then_fail", Inputs: engine.Inputs{"dns_domain": "example.com", "dns_record_name": "second", "dns_record_data": "203.0.113.20"}})
		if err != nil {
			s.tb.Fatal(err)
		}
		second := sg.ID
		enginetest.Rest(s.tb, b.Session, second)
		c.bars.Store(false)
		other := atRest(s, b, "upsert_dns_record")
		s.press("g", "space", "space", "space", "d")
		s.has("Decide 2 sagas")
		s.press("down", "enter")
		for _, id := range []engine.ID{first, second} {
			s.has(id.Short() + "  A app.example.com")
		}
		s.has("writes 203.0.113.9 ttl 1800 over 198.51.100.7 ttl 60")
		s.has(other.Short() + "  nothing in it has to be decided")
		s.write("undo it anyway 1")
		s.press("enter")
		s.write("they asked me to")
		s.press("enter", "tab", "enter")
		s.has("type undo it anyway 2 first")
		s.status(b, first, engine.Failed)
		d := s.app.overlays[len(s.app.overlays)-1].(*answeringMany)
		d.Lines[0].Text.Set("undo it anyway 2")
		d.Focus = doIt
		c.bars.Store(false)
		s.press("enter")
		for _, id := range []engine.ID{first, second} {
			enginetest.Rest(s.tb, b.Session, id)
			s.settle()
			s.status(b, id, engine.RolledBack)
		}
		s.status(b, other, engine.Completed)
		if len(s.app.overlays) != 0 || len(s.app.env.State.Marks) != 1 {
			s.tb.Errorf("%d overlays, marks %v", len(s.app.overlays), s.app.env.State.Marks)
		}
	})
}
