package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
)

func TestDialogsLookAsDrawn(t *testing.T) {
	t.Parallel()
	scenes := map[string]func(*stage){
		"dialog-cancel":         func(s *stage) { s.press("down", "x") },
		"dialog-cancel-pending": func(s *stage) { s.press("x", "tab") },
		"dialog-rollback": func(s *stage) {
			s.press("down", "down", "down", "down", "X")
			s.write("51b7")
		},
		"dialog-rollback-failed": func(s *stage) { s.press("!", "esc", "X", "tab", "enter") },
		"dialog-retry":           func(s *stage) { s.press("!", "esc", "r") },
		"dialog-resolve": func(s *stage) {
			s.press("!", "s")
			s.resolve("77e0b1d2", 0)
			s.write("kept for the audit")
		},
		"dialog-pause":  func(s *stage) { s.press("down", "p") },
		"dialog-freeze": func(s *stage) { s.press("W"); s.write("token leaked") },
		"dialog-thaw":   func(s *stage) { s.freeze("token leaked"); s.press("W") },
		"frozen":        func(s *stage) { s.freeze("token leaked, asked the provider for another one"); s.press("down", "down") },
		"dialog-marked": func(s *stage) {
			s.marked(keys.CmdCancel, 4)
		},
	}
	for name, play := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, name)
			for _, size := range sizes {
				onStage(t, size.w, size.h, func() Backend { return newExhibit(t).session(enginetest.Ops) }, nil, func(s *stage) {
					play(s)
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

// resolve opens the dialog for a row of a saga.
func (s *stage) resolve(short string, row int) {
	s.tb.Helper()
	b := s.app.cfg.Backend
	done := make(chan engine.Summary, 1)
	go func() {
		id, err := b.Find(context.Background(), short)
		if err != nil {
			panic(err)
		}
		all, err := b.Summaries(context.Background(), id)
		if err != nil {
			panic(err)
		}
		done <- all[0]
	}()
	s.run(s.app.do(Action(Show{newDialog(keys.CmdResolve, row, <-done)})))
	s.send(nil)
}

// marked opens the dialog for the newest n sagas.
func (s *stage) marked(c keys.Command, n int) {
	done := make(chan []engine.Summary, 1)
	go func() {
		page, err := s.app.cfg.Backend.List(context.Background(), engine.Query{Limit: n})
		if err != nil {
			panic(err)
		}
		done <- page.Items
	}()
	all := <-done
	for _, x := range all {
		s.app.env.State.Marks[x.ID] = x
	}
	s.run(s.app.do(Action(Show{newDialog(c, 0, all...)})))
	s.send(nil)
}

// running launches a snapshot that runs until it is let go, and is on its screen.
func running(s *stage, b *counted) engine.ID {
	s.tb.Helper()
	sg, err := b.Session.Start(s.app.ctx, engine.Launch{Kind: "snapshot_then_dns", Inputs: engine.Inputs{
		"droplet_id": "482913", "dns_domain": "example.com", "dns_record_name": "app", "dns_record_data": "203.0.113.20",
	}})
	if err != nil {
		s.tb.Fatal(err)
	}
	s.settle()
	return sg.ID
}

// settle lets the console's own pace pass, in the bubble's time.
func (s *stage) settle() {
	<-time.After(time.Second)
	s.send(nil)
}

// atRest launches a change of a record and waits until it is at rest.
func atRest(s *stage, b *counted, kind string) engine.ID {
	s.tb.Helper()
	sg, err := b.Session.Start(s.app.ctx, engine.Launch{Kind: kind, Inputs: engine.Inputs{
		"dns_domain": "example.com", "dns_record_name": strings.ReplaceAll(kind, "_", "-"), "dns_record_data": "203.0.113.20",
	}})
	if err != nil {
		s.tb.Fatal(err)
	}
	enginetest.Rest(s.tb, b.Session, sg.ID)
	s.settle()
	return sg.ID
}

func (s *stage) status(b *counted, id engine.ID, want engine.Status) {
	s.tb.Helper()
	sg, err := b.Session.Saga(s.app.ctx, id)
	if err != nil || sg.Status != want {
		s.tb.Errorf("the saga is %s, want %s (%v)\n%s", sg.Status, want, err, s.text())
	}
}

func TestADialogStartsOnTheHarmlessAnswerAndEnterChangesNothing(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, b *counted) {
		c.bars.Store(true)
		failed := atRest(s, b, "dns_then_fail")
		c.bars.Store(false)
		done := atRest(s, b, "upsert_dns_record")
		runs := running(s, b)
		for _, tc := range []struct {
			id   engine.ID
			open func(*Env, engine.Summary) Action
		}{
			{runs, door(keys.CmdCancel)},
			{runs, door(keys.CmdPause)},
			{done, door(keys.CmdRollback)},
			{failed, door(keys.CmdRollback)},
			{failed, door(keys.CmdRetry)},
			{failed, func(e *Env, x engine.Summary) Action { return Show{newDialog(keys.CmdResolve, 0, x)} }},
		} {
			sg, err := b.Session.Saga(s.app.ctx, tc.id)
			if err != nil {
				s.tb.Fatal(err)
			}
			s.run(s.app.do(tc.open(&s.app.env, sg.Summary)))
			s.send(nil)
			d := s.openDialog()
			if d.Focus != confirm.Keep {
				s.tb.Errorf("%s starts on %s", d.verb, d.Focus)
			}
			if why := d.unfit(&s.app.env, tc.id); why != "" {
				s.tb.Errorf("%s: %s", d.verb, why)
			}
			s.press("enter")
			if len(s.app.overlays) > 0 {
				s.tb.Errorf("%s is still open", d.verb)
			}
			if now, err := b.Session.Saga(s.app.ctx, tc.id); err != nil || now.Seq != sg.Seq {
				s.tb.Errorf("%s: the ledger went from %d to %d (%v)", d.verb, sg.Seq, now.Seq, err)
			}
		}
		close(c.hold)
		s.send(nil)
	})
}

func TestCancelTakesTabAndEnter(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		id := running(s, b)
		s.press("x")
		s.has("STOPS, AS SOON AS IT CAN")
		s.has("waits for action 36804636, then deletes snapshot arcadia-snap-482913")
		s.has("1  upsert_dns_record")
		s.press("shift+tab")
		s.write("wrong droplet")
		s.press("enter") // leads to the harmless answer
		if d := s.openDialog(); d.Focus != confirm.Keep {
			s.tb.Errorf("enter in the reason leads to %s", d.Focus)
		}
		s.press("tab", "enter")
		if len(s.app.overlays) > 0 {
			s.tb.Errorf("the dialog is still open:\n%s", s.text())
		}
		sg := enginetest.Rest(s.tb, b.Session, id)
		if sg.Status != engine.RolledBack || sg.Error.Why != "wrong droplet" {
			s.tb.Errorf("it is %s, because %+v", sg.Status, sg.Error)
		}
	})
}

func TestRollBackTakesTheNameOfTheThingTyped(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		id := atRest(s, b, "upsert_dns_record")
		s.press("X")
		s.has("restores A app.example.com to 203.0.113.9 ttl 1800")
		s.press("tab", "enter")
		s.has("type upsert-dns-record first")
		s.send(tea.PasteMsg{Content: "upsert-dns-record"})
		if d := s.openDialog(); d.Text(typedLine) != "" {
			s.tb.Fatal("a paste counts as typing")
		}
		s.write("upsert-dns-record")
		s.press("enter")
		s.write("no longer wanted")
		s.press("enter", "enter")
		sg := enginetest.Until(s.tb, b.Session, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
		if sg.Error.Why != "no longer wanted" || b.rollbacks.Load() != 1 {
			s.tb.Errorf("because %+v, asked %d times", sg.Error, b.rollbacks.Load())
		}
		s.send(nil)
	})
}

func TestASagaThatChangedIsRefusedAtConfirmation(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, c *cloud, b *counted) {
		id := running(s, b)
		s.press("x", "tab")
		d := s.openDialog()
		b.before = func() { // between what is shown and the confirmation
			close(c.hold)
			enginetest.Rest(s.tb, b.Session, id)
		}
		s.press("enter")
		s.status(b, id, engine.Completed)
		if b.cancels.Load() != 0 {
			s.tb.Error("the engine was asked to cancel")
		}
		s.has("it was running and is completed now")
		if d.Focus != confirm.Keep {
			s.tb.Errorf("the focus is on %s", d.Focus)
		}
		s.has("roll back undoes it")
	})
}

func TestADialogFollowsItsSagaAndNoOther(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, c *cloud, b *counted) {
		id := running(s, b)
		s.press("x", "tab")
		other := atRest(s, b, "dns_then_fail") // a newer saga comes to the top of the list
		d := s.openDialog()
		if d.ids[0] != id || d.Focus != doIt {
			s.tb.Errorf("it is about %s with the focus on %s; want %s (not %s)", d.ids[0].Short(), d.Focus, id.Short(), other.Short())
		}
		close(c.hold)
		enginetest.Rest(s.tb, b.Session, id)
		s.settle()
		s.has("It cannot be done: it is completed; roll back undoes it.")
		if d.Focus != doIt {
			s.tb.Errorf("the focus moved to %s", d.Focus)
		}
		s.press("enter")
		if b.cancels.Load() != 0 {
			s.tb.Error("the engine was asked to cancel")
		}
	})
}

func TestResolveTakesAReasonAndShowsTheConflict(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, c *cloud, b *counted) {
		c.bars.Store(true)
		id := atRest(s, b, "dns_then_fail")
		s.status(b, id, engine.Failed)
		s.resolve(id.Short(), 0)
		for _, text := range []string{"203.0.113.9 ttl 1800", "203.0.113.20 ttl 300", "198.51.100.7 ttl 60"} {
			s.has(text)
		}
		s.press("tab", "enter")
		s.has("say why what is left may stay")
		if b.resolves.Load() != 0 {
			s.tb.Error("the engine was asked without a reason")
		}
		s.press("tab")
		s.write("theirs is right")
		s.press("enter", "enter")
		s.status(b, id, engine.RolledBack)
	})
}

func TestRetryTriesAgain(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, c *cloud, b *counted) {
		c.bars.Store(true)
		id := atRest(s, b, "dns_then_fail")
		c.bars.Store(false)
		s.press("r")
		s.has("WILL BE TRIED AGAIN")
		s.press("tab", "enter")
		enginetest.Until(s.tb, b.Session, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
		s.send(nil)
	})
}

func TestAViewerIsRefusedInPlace(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, b *counted) {
		id := atRest(s, b, "upsert_dns_record")
		b.Session = b.as(engine.Actor{Name: "guest", Role: engine.Viewer})
		s.press("X")
		s.write("upsert-dns-record")
		s.press("enter", "enter", "enter")
		s.has("ask an operator")
		s.status(b, id, engine.Completed)
	})
}

func TestMarkedSagasAreAskedForOnceAndListed(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		first := running(s, b)
		second, err := b.Session.Start(s.app.ctx, engine.Launch{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": "482914"}})
		if err != nil {
			s.tb.Fatal(err)
		}
		done := atRest(s, b, "upsert_dns_record")
		s.settle()
		s.marked(keys.CmdCancel, 3)
		s.has("cancel: 2 of 3")
		s.has("LEFT AS THEY ARE")
		s.press("tab", "enter")
		for _, id := range []engine.ID{first, second.ID} {
			enginetest.Until(s.tb, b.Session, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
		}
		s.send(nil)
		s.status(b, done, engine.Completed)
	})
}

// The marks are in no order, and one of what is marked is apart from the others.
func TestMarkedSagasAreRolledBackInTheOrderThatTheirLocksAsk(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		first := atRest(s, b, "upsert_dns_record")
		apart := atRest(s, b, "move_record")
		second := atRest(s, b, "upsert_dns_record")
		third := atRest(s, b, "upsert_dns_record")
		var all []engine.Summary
		for _, id := range []engine.ID{second, first, apart, third} {
			sg, err := b.Session.Saga(s.app.ctx, id)
			if err != nil {
				s.tb.Fatal(err)
			}
			all = append(all, sg.Summary)
			s.app.env.State.Marks[id] = sg.Summary
		}
		s.run(s.app.do(Action(Show{newDialog(keys.CmdRollback, 0, all...)})))
		s.send(nil)
		s.write("roll back 4")
		s.press("enter", "enter", "enter")
		var ended []engine.Time
		for _, id := range []engine.ID{third, second, first, apart} {
			ended = append(ended, enginetest.Until(s.tb, b.Session, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack }).FinishedAt)
		}
		if ended[0].After(ended[1].Time) || ended[1].After(ended[2].Time) {
			s.tb.Errorf("they ended at %v", ended)
		}
		if n := b.rollbacks.Load(); n != 4 {
			s.tb.Errorf("%d rollbacks were asked for", n)
		}
	})
}
