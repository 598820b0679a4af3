package tui

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// command types a line into the palette.
func (s *stage) command(line string) {
	s.press(":")
	s.write(line)
	s.press("enter")
}

func TestAnExportHoldsWhatTheFilterShows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	onExhibit(t, func(c *Config) { c.Dir = dir }, func(s *stage) {
		s.press("/")
		s.write("status:rolled")
		s.press("enter")
		s.command("export json back.json")
		s.has("2 sagas written to back.json")
		var sagas []engine.Summary
		if err := json.Unmarshal(contents(t, dir, "back.json"), &sagas); err != nil || len(sagas) != 2 {
			t.Fatalf("%d sagas are exported, want 2 (%v)", len(sagas), err)
		}
		if sagas[0].Short != "e01c93d4" || sagas[1].Short != "0aa2d941" {
			t.Errorf("exported are %s and %s, want newest first", sagas[0].Short, sagas[1].Short)
		}
		s.command("export csv back.csv")
		rows, err := csv.NewReader(strings.NewReader(string(contents(t, dir, "back.csv")))).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][1] != "rolled_back" {
			t.Errorf("the table is %v (%v)", rows, err)
		}
		s.command("export csv shown") // also a word of the palette's own line
		contents(t, dir, "shown")
		s.press("enter")
		s.command("export md")
		text := string(contents(t, dir, "arcadia-e01c93d4-20261123-140406.md"))
		for _, want := range []string{`# snapshot\_then\_dns web-02 (482914)`, "## Ledger", "looked again: nothing is left"} {
			if !strings.Contains(text, want) {
				t.Errorf("the saga's page does not say %q:\n%s", want, text)
			}
		}
	})
}

func contents(t *testing.T, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAnExportOfMoreThanIsInMemoryIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newCrowd(t, 5000)
	onStage(t, 120, 40, func() Backend { return c }, func(cfg *Config) { cfg.Dir = dir }, func(s *stage) {
		s.command("export json all.json")
		var sagas []engine.Summary
		if err := json.Unmarshal(contents(t, dir, "all.json"), &sagas); err != nil || len(sagas) != 5000 {
			t.Errorf("%d sagas are exported, want all 5000 (%v)", len(sagas), err)
		}
	})
}

func TestAnExportNeverOverwrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.csv"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	onExhibit(t, func(c *Config) { c.Dir = dir }, func(s *stage) {
		s.command("export csv mine.csv")
		s.has("is there already and stays as it is")
		if got := string(contents(t, dir, "mine.csv")); got != "mine" {
			t.Errorf("the file holds %q now", got)
		}
		for _, name := range []string{"../out.csv", "/tmp/out.csv", "sub/out.csv", ".."} {
			s.command("export csv " + name)
			s.has("without a folder")
		}
		s.press("4")
		s.command("export csv resources.csv")
		s.has("only the list of sagas and a saga")
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v is left in the directory (%v)", left, err)
	}
}

func TestASessionWithoutFilesExportsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	onExhibit(t, func(c *Config) { c.Dir, c.NoFiles = dir, true }, func(s *stage) {
		s.command("export json")
		s.has("this session writes no files")
		s.press("esc")
		s.command("export json mine.json")
		s.has("this session writes no files")
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v is left in the directory (%v)", left, err)
	}
}

func TestAnExportThatFailsLeavesNoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.json")
	if _, err := exportTo(path, "json", func(exportWriter) (int, error) { return 0, os.ErrDeadlineExceeded }); err == nil {
		t.Error("the failure is kept quiet")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("half a file is left (%v)", err)
	}
}

func TestATableTakesNoOutsideTextForAFormula(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"=HYPERLINK(1)", "+1", "-1", "@x", " =1", "\t=1", "＝1", "＋1", "－1", "＠x"} {
		if got := inert(c); got != "'"+c {
			t.Errorf("%q becomes %q", c, got)
		}
	}
	if got := inMarkdown("<img src=x>|[a](b)"); strings.ContainsAny(got, "<>") || strings.Contains(got, "](") && !strings.Contains(got, `\]`) {
		t.Errorf("markup goes through: %q", got)
	}
	for _, link := range []string{"https://evil.example", "www.evil.example", "me@evil.example", "mailto:x", "ftp://x"} {
		if got := inMarkdown(link); strings.HasPrefix(got, "https://") || strings.HasPrefix(got, "ftp://") || strings.Contains(got, "www.") || !strings.Contains(got, `\`) {
			t.Errorf("%q becomes a link: %q", link, got)
		}
	}
	var out strings.Builder
	x := newExportCSV(&out)
	if err := errors.Join(x.row([]string{"web-01.example.com", "a;b", "a\tb", `say "hi"`, "a\nb", "größe", " x", "a|b", "10:04/5_6"}), x.end()); err != nil {
		t.Fatal(err)
	}
	if want := `web-01.example.com,"a;b","a	b","say ""hi""","a` + "\n" + `b",größe," x","a|b",10:04/5_6` + "\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestADumpIsPlainTextOnTheTerminalsOwnScreen(t *testing.T) {
	t.Parallel()
	cfg := func() Config {
		return Config{Backend: guarded{newExhibit(t).session(enginetest.Ops)}, Operator: "ops1", Location: time.UTC, Now: func() time.Time { return noon }}
	}
	onProgram(t, cfg, func(p *tea.Program, w *wire) {
		w.take()
		type keys = []tea.KeyPressMsg
		for _, k := range append(append(keys{keyPress(":")}, letters("dump")...), keyPress("enter")) {
			p.Send(k)
		}
		time.Sleep(time.Second)
		got := w.take()
		_, own, left := strings.Cut(got, "\x1b[?1049l")
		if !left {
			t.Fatalf("the alternate screen is not left: %q", got)
		}
		if !strings.Contains(own, "77e0b1d2") || strings.Contains(own, "\x1b[38;2") || strings.Contains(own, "palette") {
			t.Errorf("on the terminal's own screen is %q", own)
		}
		p.Send(keyPress("x")) // goes back, and does nothing else
		time.Sleep(time.Second)
		if back := w.take(); !strings.Contains(back, "\x1b[?1049h") || strings.Contains(back, "Cancel") {
			t.Errorf("a key answers %q", back)
		}
	})
}

func letters(text string) []tea.KeyPressMsg {
	var out []tea.KeyPressMsg
	for _, r := range text {
		out = append(out, keyPress(string(r)))
	}
	return out
}
