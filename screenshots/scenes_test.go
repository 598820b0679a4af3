package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestScenesAreWellFormed(t *testing.T) {
	t.Parallel()
	names, files := map[string]bool{}, map[string]bool{}
	for _, sc := range scenes() {
		if names[sc.name] {
			t.Errorf("two scenes are called %q", sc.name)
		}
		names[sc.name] = true
		made, recording := 0, false
		for _, a := range sc.script {
			switch a.verb {
			case doSnap, doCatch, doRecord:
				made++
				if files[a.text] {
					t.Errorf("scene %s: another picture is called %q", sc.name, a.text)
				}
				files[a.text] = true
				recording = recording || a.verb == doRecord
			case doCut:
				recording = false
			case doSleep:
				t.Errorf("scene %s sleeps; wait for something instead", sc.name)
			}
		}
		if made == 0 || recording {
			t.Errorf("scene %s: %d pictures, still recording at the end: %v", sc.name, made, recording)
		}
	}
}

func TestSceneGivesTheSameFilesEachTime(t *testing.T) {
	t.Parallel()
	sc := scene{
		name: "console", size: size{40, 6}, theme: dark(), env: []string{actAs + "=console"},
		script: script(
			wait("console on dark"), snap("first"), record("moving", 200*time.Millisecond),
			typing("a"), wait("key 1"), typing("b"), wait("key 2"), press("enter"), wait("key 3 <enter>"), catch("caught"), gone("key 2"), settle(), cut(),
		),
	}
	var runs [2]map[string]string
	for i := range runs {
		runs[i] = take(t.Context(), t, sc)
	}
	if len(runs[0]) != 3 {
		t.Fatalf("%d files, want 3", len(runs[0]))
	}
	for name, content := range runs[0] {
		if content != runs[1][name] {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func take(ctx context.Context, t *testing.T, sc scene) map[string]string {
	t.Helper()
	st := newStudio(t)
	if err := st.take(ctx, sc); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(st.out)
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(st.out, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		content[f.Name()] = string(b)
	}
	return content
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	paint, err := newPainter()
	if err != nil {
		t.Fatal(err)
	}
	return &studio{binary: self, out: t.TempDir(), paint: paint, limit: limit, log: slog.New(slog.DiscardHandler)}
}

func TestPreparationMustEndAsExpected(t *testing.T) {
	t.Parallel()
	sc := scene{
		name: "prepared", size: size{40, 6}, theme: dark(), env: []string{actAs + "=quitter"},
		before: []command{{exit: 7}}, script: script(wait("out of paper"), snap("paper")),
	}
	if err := newStudio(t).take(t.Context(), sc); err != nil {
		t.Error(err)
	}
	sc.before[0].exit = 0
	if err := newStudio(t).take(t.Context(), sc); err == nil || !strings.Contains(err.Error(), "exit status 7, want 0: out of paper") {
		t.Errorf("error %v", err)
	}
}

func TestScriptOfTheCommandLine(t *testing.T) {
	t.Parallel()
	got, err := parseScript("n,down,text:hello: you,wait:a plan,gone:x,settle,sleep:1s,ctrl+x,comma")
	if err != nil {
		t.Fatal(err)
	}
	want := script(
		press("n", "down"), typing("hello: you"), wait("a plan"), gone("x"), settle(),
		[]action{{verb: doSleep, last: time.Second}}, press("ctrl+x", "comma"),
	)
	if !slices.Equal(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	for _, bad := range []string{"sleep:soon", "entre"} {
		if _, err := parseScript(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestEnvironmentDescribesTheTerminalThatIsGiven(t *testing.T) {
	t.Parallel()
	got := environment(inherited([]string{"PATH=/bin", "TERM=dumb", "TERM_PROGRAM=x", "NO_COLOR=1", "SSH_TTY=/dev/pts/1"}), []string{"TZ=Asia/Tokyo"})
	want := []string{"PATH=/bin", "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC", "LANG=C.UTF-8", "TZ=Asia/Tokyo"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestShotTakesAPictureOfAnyProgram(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "x.png")
	var said strings.Builder
	err = shotCommand(t.Context(), []string{
		"-size", "40x6", "-theme", "light", "-out", out, "-text", "-env", actAs + "=console", "-keys", "wait:light,up", "--", self,
	}, &said)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "key 1 <up>") {
		t.Errorf("screen:\n%s", said.String())
	}
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Errorf("picture: %v, %v", info, err)
	}
}
