package tui

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"arcadia/tui/keys"
	"arcadia/tui/theme"
)

func TestSettingsAreRead(t *testing.T) {
	t.Parallel()
	s, err := ParseSettings([]byte("theme: light\nbell: true\nkeys:\n  cancel: [x, f8]\n  roll back: K\n  half_page-down: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Theme != theme.Light || !s.Bell || s.Progress || !slices.Equal(s.Keys[keys.CmdCancel], []string{"x", "f8"}) ||
		!slices.Equal(s.Keys[keys.CmdRollback], []string{"K"}) || s.Keys[keys.CmdHalfDown] == nil || len(s.Keys[keys.CmdHalfDown]) != 0 {
		t.Errorf("read is %+v", s)
	}
	for _, text := range []string{"", "\n", "# nothing\n", "keys: {}\n"} {
		if s, err := ParseSettings([]byte(text)); err != nil || s.Theme != "" || len(s.Keys) != 0 {
			t.Errorf("%q is read as %+v (%v)", text, s, err)
		}
	}
}

func TestWrongSettingsSayWhereAndWhy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"theme: light\nthem: dark\n":                       "line 2: them is not a setting",
		"theme: dark\n---\ntheme: pink\n":                  "one document",
		"theme: pink\n":                                    `line 1: "pink" is none of auto, dark, light, high-contrast, mono`,
		"theme: dark\ntheme: light\n":                      "line 2: theme occurs twice",
		"bell: often\n":                                    `line 1: "often" is neither true nor false`,
		"- a\n":                                            "line 1: names with values",
		"keys: x\n":                                        "line 1: names with values",
		"keys:\n  fly: [f8]\n":                             "line 2: fly is not a command",
		"keys:\n  cancel:\n":                               "line 2: cancel wants a key",
		"keys:\n  cancel: [x, esx]\n":                      `line 2: "esx" is not a key`,
		"keys:\n  cancel: shift+x\n":                       "write the character that shift makes of it",
		"keys:\n  cancel: [x]\n  retry: [x]\n":             "line 3: retry cannot have the key x: it is that of cancel",
		"keys:\n  order: [x]\n":                            "line 2: order cannot have the key x: it is that of cancel",
		"keys:\n  cancel: ['?']\n":                         "line 2: cancel cannot have the key ?: it is that of help",
		"keys:\n  cancel: M\n":                             "a slow line can produce it by itself",
		"keys:\n  pause: alt+O\n":                          "write it small",
		"keys:\n  pause: alt+m\n":                          "a slow line can produce it by itself",
		"keys:\n  freeze: ctrl+z\n":                        "it is never bound",
		"keys:\n  freeze: ctrl+c\n":                        "it always leaves",
		"keys:\n  freeze: ctrl+i\n":                        "terminals send it as tab",
		"a: [\n":                                           "read the settings",
		"keys: {roll back: [X], roll_back: [f8]}\n":        "roll back occurs twice",
		"theme: pink\nkeys:\n  fly: [f8]\n  cancel: [M]\n": "line 4: cancel cannot have the key M",
	} {
		s, err := ParseSettings([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if s.Theme != "" || s.Keys != nil {
			t.Errorf("%q is wrong, and read all the same: %+v", text, s)
		}
	}
}

func TestTheBuiltInKeysHaveNoConflict(t *testing.T) {
	t.Parallel()
	for _, c := range builtIn().Conflicts() {
		t.Error(c)
	}
}

func TestSettingsAreWhatTheConsoleDoes(t *testing.T) {
	t.Parallel()
	settings, err := ParseSettings([]byte("theme: mono\nkeys:\n  help: f1\n  cancel: f8\n"))
	if err != nil {
		t.Fatal(err)
	}
	onExhibit(t, func(c *Config) { c.Settings = settings }, func(s *stage) {
		if !s.app.env.Theme.Plain {
			t.Error("the theme is not that of the settings")
		}
		s.press("down")
		s.has("f8 cancel")
		s.has("f1 help")
		s.press("?")
		s.hasNot("Keys")
		s.press("x")
		if len(s.app.overlays) > 0 {
			t.Error("x still cancels")
		}
	})
	onExhibit(t, func(c *Config) { c.Settings, c.Theme = settings, theme.Dark }, func(s *stage) {
		if s.app.env.Theme.Plain {
			t.Error("the configuration does not beat the settings")
		}
	})
}

func TestTheListOfKeysNamesEveryCommand(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteKeys(&b, Settings{Keys: map[keys.Command][]string{keys.CmdHold: {"f9"}}}); err != nil {
		t.Fatal(err)
	}
	for _, x := range builtIn().All() {
		if !strings.Contains(b.String(), "  "+string(x.Command)+"  ") {
			t.Errorf("%s is not listed", x.Command)
		}
	}
	for _, want := range []string{"\n   f9 ", " ! x ", "export FORMAT [FILE]", "\none saga\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
