package tui

import (
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// backedOff is a saga whose row waits for its next attempt.
func backedOff(t *testing.T, x *exhibit, back bool) *engine.Saga {
	t.Helper()
	c := x.carve("b0ff0001", "snapshot_droplet", "web-09 (482999)", "ops1", time.Minute, "create_droplet_snapshot").start(0)
	next := engine.At(noon.Add(8 * time.Second))
	if !back {
		c.add(engine.Entry{Type: engine.EntryAttemptFailed, Idx: 0, Attempt: 1, Error: "503 Service Unavailable", Next: &next})
	} else {
		c.saved(0, `{"snapshot_name":"x"}`).cancel("ops2", "").failed(0, "canceled").back(0, "canceled").undoing(0).
			add(engine.Entry{Type: engine.EntryCompensationRetried, Idx: 0, Attempt: 1, Error: "502 Bad Gateway", Next: &next})
	}
	s, err := engine.Fold(c.entries)
	if err != nil {
		t.Fatal(err)
	}
	c.keep()
	return s
}

func TestARowThatOnlyWaitsForItsNextAttemptCanBeRetried(t *testing.T) {
	t.Parallel()
	env := &Env{Keys: builtIn()}
	for _, back := range []bool{false, true} {
		s := backedOff(t, newExhibit(t), back)
		if len(s.Waiting) > 0 {
			t.Fatalf("it waits on %+v: the test proves nothing", s.Waiting)
		}
		if why := env.impossible(keys.CmdRetry, &s.Summary, s); why != "" {
			t.Errorf("back %v: retry is grayed: %s", back, why)
		}
		if env.impossible(keys.CmdRetry, &s.Summary, nil) == "" {
			t.Error("retry is offered although no ledger says that anything waits")
		}
		s.Rows[0].NextAttemptAt = engine.Time{}
		if env.impossible(keys.CmdRetry, &s.Summary, s) == "" {
			t.Error("retry is offered for a row at work")
		}
	}
}

func TestTheRetryDialogSaysWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	for back, want := range map[bool]string{false: "503 Service Unavailable", true: "502 Bad Gateway"} {
		onStage(t, 120, 40, func() Backend {
			x := newExhibit(t)
			backedOff(t, x, back)
			return x.session(engine.Actor{Name: "ops1", Role: engine.Operator})
		}, nil, func(s *stage) {
			s.press("/")
			s.write("b0ff0001")
			s.press("enter", "r")
			s.has("Step 0 create_droplet_snapshot waits for its next attempt")
			s.has(map[bool]string{false: "attempt 1 of 5 failed", true: "attempt 1 of 10 failed"}[back])
			if d := s.openDialog(); d.locked(&s.app.env) != "" {
				t.Errorf("the dialog is locked: %s", d.locked(&s.app.env))
			}
			if flat := strings.Join(strings.Fields(s.text()), " "); !strings.Contains(flat, want) {
				t.Errorf("the dialog does not say %q:\n%s", want, s.text())
			}
		})
	}
}

func TestTheFooterOfTheLaunchNamesTheKeysOfItsPages(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("n")
		foot := func() string { l := strings.Split(s.text(), "\n"); return l[len(l)-1] }
		if got := foot(); !strings.Contains(got, "enter choose  j k move  a-z filter") {
			t.Errorf("the footer of the kinds is %q", got)
		}
		s.press("s")
		if got := foot(); !strings.Contains(got, "↑ ↓ move  esc clear") {
			t.Errorf("the footer of the filtered kinds is %q", got)
		}
		s.app.cfg.ASCII = true
		if got := foot(); !strings.Contains(got, "up down move") {
			t.Errorf("the footer in ASCII is %q", got)
		}
	})
}

func TestWhatARowTookCountsBothWays(t *testing.T) {
	t.Parallel()
	at := func(s int) engine.Time { return engine.At(noon.Add(time.Duration(s) * time.Second)) }
	env := &Env{Clock: say.Clock{Now: noon.Add(20 * time.Second)}}
	r := &engine.Row{StartedAt: at(0), FinishedAt: at(3), Compensation: &engine.Compensation{StartedAt: at(5), FinishedAt: at(9)}}
	if got := (&saga{}).took(env, r); got != "7.0 s" {
		t.Errorf("3s forward and 4s back are %s", got)
	}
	r.Compensation.FinishedAt = engine.Time{}
	if got := (&saga{}).took(env, r); got != "18 s" {
		t.Errorf("3s forward and 15s back so far are %s", got)
	}
}
