package main

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgramLearnsTheBackgroundOfTheTheme(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		theme theme
		want  string
	}{
		{dark(), "console on dark #14141a"},
		{light(), "console on light #fafaf7"},
	} {
		t.Run(tc.theme.name, func(t *testing.T) {
			t.Parallel()
			awaitText(t.Context(), t, open(t, "console", tc.theme), tc.want)
		})
	}
}

func TestKeysArriveUnderTheNamesTheyAreTypedBy(t *testing.T) {
	t.Parallel()
	term := open(t, "console", dark())
	st := &stage{term: term, limit: limit}
	awaitText(t.Context(), t, term, "key 0 <>")
	for _, name := range []string{
		"a", "G", "?", "é", "enter", "tab", "shift+tab", "esc", "space", "backspace", "delete", "up", "down", "left", "right",
		"home", "end", "pgup", "pgdown", "f1", "f2", "f5", "f12", "ctrl+c", "ctrl+x", "ctrl+space", "alt+x",
	} {
		if err := st.play(t.Context(), press(name)); err != nil {
			t.Fatal(err)
		}
		awaitText(t.Context(), t, term, "<"+name+">")
	}
}

func TestEscapeAndTheKeyAfterItStayApart(t *testing.T) {
	t.Parallel()
	term := open(t, "console", dark())
	awaitText(t.Context(), t, term, "key 0")
	if err := (&stage{term: term, limit: limit}).play(t.Context(), press("esc", "n")); err != nil {
		t.Fatal(err)
	}
	awaitText(t.Context(), t, term, "key 2 <n>")
}

func TestKeySequences(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, normal, application string }{
		{"n", "n", "n"},
		{"é", "é", "é"},
		{"enter", "\r", "\r"},
		{"comma", ",", ","},
		{"up", "\x1b[A", "\x1bOA"},
		{"end", "\x1b[F", "\x1bOF"},
		{"f2", "\x1bOQ", "\x1bOQ"},
		{"ctrl+a", "\x01", "\x01"},
		{"ctrl+z", "\x1a", "\x1a"},
		{"ctrl+_", "\x1f", "\x1f"},
		{"alt+enter", "\x1b\r", "\x1b\r"},
		{"alt+é", "\x1bé", "\x1bé"},
	} {
		k, err := parseKey(tc.name)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := k.sequence(false); got != tc.normal {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.normal)
		}
		if got := k.sequence(true); got != tc.application {
			t.Errorf("%s in application mode: %q, want %q", tc.name, got, tc.application)
		}
	}
}

func TestUnknownKeysAreNamedInTheError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"entre", "ctrl+enter", "ctrl+A", "alt+nowhere", ""} {
		if _, err := parseKey(name); err == nil || !strings.Contains(err.Error(), `"`) {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

func TestWaitNamesWhatIsMissingAndShowsTheScreen(t *testing.T) {
	t.Parallel()
	term := open(t, "console", dark())
	awaitText(t.Context(), t, term, "key 0")
	err := (&stage{term: term, limit: time.Millisecond}).play(t.Context(), wait("a plan"))
	if err == nil {
		t.Fatal("found what is not there")
	}
	for _, want := range []string{`"a plan"`, "1ms", "still running", "console on"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
}

func TestWaitEndsWhenTheProgramDoes(t *testing.T) {
	t.Parallel()
	term := open(t, "quitter", dark())
	err := (&stage{term: term, limit: limit}).play(t.Context(), wait("a plan"))
	if err == nil {
		t.Fatal("found what is not there")
	}
	for _, want := range []string{`"a plan"`, "has ended", "exit status 7", "out of paper"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
}

func TestWaitSeesAFrameThatIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	term := open(t, "flash", dark())
	awaitText(t.Context(), t, term, "ready")
	var seen []string
	stop := term.watch(func(f *frame) { seen = append(seen, strings.TrimSpace(f.row(0))) })
	enter, err := parseKey("enter")
	if err != nil {
		t.Fatal(err)
	}
	if err := term.send(enter); err != nil {
		t.Fatal(err)
	}
	awaitText(t.Context(), t, term, "thunder")
	stop()
	if all := strings.Join(seen, ","); !strings.Contains(all, "lightning,thunder") {
		t.Errorf("frames seen: %s", all)
	}
}

func TestGoneWaitsUntilTheTextHasLeft(t *testing.T) {
	t.Parallel()
	term := open(t, "console", dark())
	st := &stage{term: term, limit: limit}
	if err := st.play(t.Context(), script(wait("key 0"), typing("ab"), gone("key 0"), wait("key 2 <b>"))); err != nil {
		t.Fatal(err)
	}
}

// fake is a terminal without a program, whose frames the test makes.
func fake() (*terminal, *screen) {
	t := &terminal{ended: make(chan struct{}), watchers: map[int]func(*frame){}}
	sc := newScreen(size{20, 2}, dark(), nil)
	sc.complete = func(f *frame) { t.publish(f, sc.appCursor) }
	t.last = sc.frame()
	return t, sc
}

func TestSettleCountsFromTheLastChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		term, sc := fake()
		sc.write([]byte("\x1b[?25l"))
		var typing sync.WaitGroup
		typing.Go(func() { // the first three change the screen, the last two only move a cursor that is hidden
			for _, s := range []string{"a", "b", "c", "\r", "\x1b[4G"} {
				<-time.After(200 * time.Millisecond)
				sc.write([]byte(s))
			}
		})
		began := time.Now()
		if err := term.settle(t.Context(), 300*time.Millisecond, time.Minute); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 900*time.Millisecond {
			t.Errorf("settled after %s, want 300ms after the last change at 600ms", took)
		}
		if !term.now().shows("abc") {
			t.Errorf("screen:\n%s", term.now())
		}
		typing.Wait()
	})
}

func TestSettleGivesUpOnAScreenThatNeverHoldsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		term, sc := fake()
		var moving sync.WaitGroup
		done := make(chan struct{})
		moving.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				case <-time.After(100 * time.Millisecond):
					sc.write([]byte{'\r', byte('a' + i%26)})
				}
			}
		})
		err := term.settle(t.Context(), 300*time.Millisecond, 2*time.Second)
		if err == nil || !strings.Contains(err.Error(), "holds still") {
			t.Errorf("error %v", err)
		}
		close(done)
		moving.Wait()
	})
}

func TestSynchronizedUpdateIsOneFrame(t *testing.T) {
	t.Parallel()
	var rows []string
	sc := newScreen(size{10, 1}, dark(), func(f *frame) { rows = append(rows, strings.TrimSpace(f.row(0))) })
	for _, s := range []string{"\x1b[?2026hol", "d\r", "new", "\x1b[?2026l", "er"} {
		sc.write([]byte(s))
	}
	if got := strings.Join(rows, "|"); got != "new|new|newer" {
		t.Errorf("frames: %s", got)
	}
}
