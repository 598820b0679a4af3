package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/theme"
)

// A changed setting leaves what else stands in the text, comments too; a wrong one changes nothing.
func TestASettingIsChangedAlone(t *testing.T) {
	t.Parallel()
	k := &notes{text: []byte("# mine\nbell: true # loud\n")}
	for _, c := range [][2]string{
		{"theme", theme.Light}, {"times", "utc"}, {"pace", "500ms"}, {"columns", "kind, age"}, {"filter mine", "by:ops1 !status:failed"}, {"key cancel", "x f8"}, {"mouse", "true"},
	} {
		if _, err := ChangeSetting(t.Context(), k, c[0], c[1]); err != nil {
			t.Fatalf("%s: %v", c[0], err)
		}
	}
	s, err := ReadSettings(t.Context(), k)
	if err != nil || !s.Bell || s.Theme != theme.Light || s.Times != say.UTC || s.Pace != 500*time.Millisecond || !s.Mouse || !slices.Equal(s.Columns, []string{"kind", "age"}) ||
		!slices.Equal(s.Filters, []SavedFilter{{"mine", "by:ops1 !status:failed"}}) || !slices.Equal(s.Keys[keys.CmdCancel], []string{"x", "f8"}) {
		t.Errorf("read is %+v (%v)", s, err)
	}
	if text := string(k.text); !strings.Contains(text, "# mine\n") || !strings.Contains(text, "bell: true # loud\n") {
		t.Errorf("what stood there is gone:\n%s", text)
	}
	for _, x := range s.List() {
		if _, err := ChangeSetting(t.Context(), k, x.Name, x.Value); err != nil {
			t.Errorf("%s cannot have the value that it has, %q: %v", x.Name, x.Value, err)
		}
	}
	before := string(k.text)
	for _, c := range [][2]string{{"theme", "pink"}, {"colour", "red"}, {"filters", "x"}, {"filter two words", "x"}, {"filter x", "statsu:failed"}, {"columns", "kind, kind"}, {"pace", "1ms"}, {"key fly", "f9"}} {
		_, err := ChangeSetting(t.Context(), k, c[0], c[1])
		if !errors.Is(err, engine.ErrInput) || string(k.text) != before {
			t.Errorf("%s to %q: %v\n%s", c[0], c[1], err, k.text)
		}
	}
	for _, x := range s.List() {
		if _, err := ChangeSetting(t.Context(), k, x.Name, ""); err != nil {
			t.Errorf("%s: %v", x.Name, err)
		}
	}
	if s, err := ReadSettings(t.Context(), k); err != nil || len(s.Filters)+len(s.Keys) > 0 || s.Theme != "" {
		t.Errorf("taken out, they are %+v (%v)", s, err)
	}
}

// What is chosen on the screen of settings is kept, and the console is so at once; over SSH what a key changes is kept too.
func TestSettingsAreChangedOnTheirScreen(t *testing.T) {
	t.Parallel()
	k := &notes{}
	onExhibit(t, func(c *Config) { c.Kept = k }, func(s *stage) {
		s.walk([]string{":settings", "enter"})
		s.has("high-contrast")
		s.press("G", "down", "down", "down", "down", "enter") // mono
		if !s.app.env.Theme.Plain || string(k.text) != "theme: mono\n" {
			t.Errorf("kept is %q, plain %v\n%s", k.text, s.app.env.Theme.Plain, s.text())
		}
		s.press("down", "down", "enter")
		s.write("age")
		s.press("tab", "tab", "enter")
		if got := s.app.cfg.Settings.Columns; !slices.Equal(got, []string{"age"}) {
			t.Errorf("columns %q\n%s", got, s.text())
		}
		s.press("1")
		s.hasNot("COST/MO")
		s.hasNot(" KIND ")
		s.has("AGE")
		s.press("T")
		if strings.Contains(string(k.text), "times") {
			t.Errorf("a key has changed what is kept: %s", k.text)
		}
	})
	k = &notes{}
	onExhibit(t, func(c *Config) { c.Kept, c.Remembers = k, true }, func(s *stage) {
		s.press("T", "f2")
		if text := string(k.text); text != "times: local\nmouse: true\n" {
			t.Errorf("kept is %q", text)
		}
	})
	onExhibit(t, nil, func(s *stage) {
		s.walk([]string{":settings", "enter"})
		s.has("kept nowhere")
	})
}

// A filter that is saved is a tab, and tab goes from one to the next.
func TestSavedFiltersAreTabs(t *testing.T) {
	t.Parallel()
	k := &notes{text: []byte("filters:\n  broken: status:failed\n")}
	settings, err := ReadSettings(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	onExhibit(t, func(c *Config) { c.Kept, c.Settings = k, settings }, func(s *stage) {
		s.has("  all  broken")
		s.press("tab")
		s.has("status:failed")
		s.hasNot("51b7f0e9")
		s.press("tab")
		s.has("51b7f0e9")
		s.press("/")
		s.write("by:ops2")
		s.press("enter")
		s.walk([]string{":save filter"})
		s.write("theirs")
		s.press("enter", "enter")
		s.has("  all  broken  theirs")
		if !strings.Contains(string(k.text), "theirs: by:ops2") {
			t.Errorf("kept is %q", k.text)
		}
		s.press("shift+tab")
		s.has("status:failed")
	})
}
