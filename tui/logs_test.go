package tui

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/visible"
	"arcadia/storage/storagetest"
	"arcadia/tui/say"
)

func TestALogbookIsBoundedAndOrdered(t *testing.T) {
	t.Parallel()
	b := newLogbook()
	for i := 3 * logMax; i > 0; i-- { // the newest come first
		id := engine.ID(fmt.Sprintf("%08d-0000-7000-8000-%012d", i, i))
		l := logLine{at: noon.Add(time.Duration(i) * time.Second), saga: id, seq: 1, text: "x"}
		b.add([]logLine{l})
		b.add([]logLine{l}) // twice is once
		if len(b.lines) > logMax || len(b.last) > 2*logMax+1 {
			t.Fatalf("it holds %d lines and knows %d sagas", len(b.lines), len(b.last))
		}
	}
	for i := 1; i < len(b.lines); i++ {
		if b.lines[i].compare(b.lines[i-1]) == 0 {
			t.Fatal("a line is there twice")
		}
	}
	if !slices.IsSortedFunc(b.lines, logLine.compare) {
		t.Error("the lines are out of order")
	}
	if newest := b.lines[len(b.lines)-1]; newest.at != noon.Add(3*logMax*time.Second) || len(b.lines) != logMax {
		t.Errorf("of all lines the newest %d are to be kept; kept are %d up to %s", logMax, len(b.lines), newest.at)
	}
}

func TestTheLogFollowsTheEndUntilSomebodyScrolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := engine.Config{Steps: []engine.Step{slow("first", time.Second, nil), enginetest.Fail()}, Kinds: []engine.Kind{enginetest.Kind}}
		session, stop := enginetest.Host(t, storagetest.NewMemory(), cfg)
		s := &stage{tb: t, app: New(Config{Backend: guarded{session}, Operator: "ops1", Location: time.UTC}), msgs: make(chan tea.Msg, 1024)}
		defer func() { // also when the test gives up
			s.app.Close()
			if err := stop(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}()
		s.run(s.app.Init())
		s.send(tea.WindowSizeMsg{Width: 120, Height: 20})
		launch := func() engine.ID {
			sg, err := session.Start(context.Background(), engine.Launch{Kind: "adhoc", Steps: []string{"first", "fail"}})
			if err != nil {
				t.Fatal(err)
			}
			s.wait(3 * time.Second)
			return sg.ID
		}
		s.press("6")
		s.has("Nothing has been done yet.")
		id := launch()
		s.has(id.Short())
		s.has("saga rolled back")
		s.press("g")
		launch()
		s.has("new ↓")
		s.press("G")
		s.hasNot("new ↓")

		s.press("/")
		s.write("level:error saga:" + id.Short())
		s.press("enter")
		s.has("1 hit")
		s.has("step 1 fail failed: fail")
		s.press("enter") // its saga
		s.has("sagas › " + id.Short())
		s.press("L")
		s.has("LOG")

		s.press("1")
		before := theLog(s).book.no
		last := launch() // in the background nothing is read
		if n := theLog(s).book.no; n != before {
			t.Errorf("%d lines were read while the log was not shown", n-before)
		}
		s.press("2", "6", "esc", "G") // 2 is not there: the log is not shown twice
		if theLog(s).book.last[last] == 0 {
			t.Error("what happened meanwhile is not read when the log is shown again")
		}
	})
}

func TestTheLogHoldsNothingThatSteersATerminal(t *testing.T) {
	t.Parallel()
	sum := engine.Summary{ID: "x", StepNames: []string{"a"}, Kind: "k"}
	lines := logLines(&sum, []engine.Entry{{Seq: 1, Type: engine.EntryLogged, Text: "\x1b]0;pwned\a"}, {Seq: 2, Type: engine.EntryStepFailed, Error: "\u202etxt"}})
	for _, l := range lines {
		if l.text != visible.Text(l.text) {
			t.Errorf("%q goes to the terminal as it is", l.text)
		}
	}
	if lines[1].level != say.Error || lines[0].level != say.Info {
		t.Errorf("the levels are %s and %s", lines[0].level, lines[1].level)
	}
}

// theLog is the screen of the log.
func theLog(s *stage) *logs {
	for _, stack := range s.app.stacks {
		if l, ok := stack[0].(*logs); ok {
			return l
		}
	}
	return nil
}
