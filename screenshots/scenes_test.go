package main

import (
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
			case doPress, doType, doWait, doGone, doSettle: // no picture
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
