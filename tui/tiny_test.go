package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/enginetest"
	"arcadia/tui/confirm"
)

// everyKey are all keys that a terminal sends but those that leave.
func everyKey() []tea.KeyPressMsg {
	var out []tea.KeyPressMsg
	for r := rune('!'); r <= '~'; r++ {
		if r != 'q' {
			out = append(out, tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	for _, mod := range []tea.KeyMod{0, tea.ModShift, tea.ModCtrl, tea.ModAlt} {
		for _, c := range []rune{
			tea.KeyEnter, tea.KeyEscape, tea.KeyTab, tea.KeySpace, tea.KeyBackspace, tea.KeyDelete, tea.KeyUp, tea.KeyDown, tea.KeyLeft, tea.KeyRight, tea.KeyHome, tea.KeyEnd,
			tea.KeyPgUp, tea.KeyPgDown, tea.KeyInsert, tea.KeyF1, tea.KeyF2, tea.KeyF3, tea.KeyF5, tea.KeyF8, tea.KeyF12,
		} {
			out = append(out, tea.KeyPressMsg{Code: c, Mod: mod})
		}
	}
	for r := 'a'; r <= 'z'; r++ {
		if r != 'c' {
			out = append(out, tea.KeyPressMsg{Code: r, Mod: tea.ModCtrl})
		}
		out = append(out, tea.KeyPressMsg{Code: r, Mod: tea.ModAlt})
	}
	return out
}

// On a terminal below 40×10 no key changes anything: neither sagas nor schedules nor the freeze, nor what the console shows when it has
// room again, wherever it was and whatever was asked. An answer that does something has lost the focus by then.
func TestNothingBelow40x10ChangesAnything(t *testing.T) {
	t.Parallel()
	for name, way := range map[string][]string{
		"the list": nil, "a saga": {"@9ad01c77", "enter"}, "a cancel": {"@9ad01c77", "x", "tab", "tab"}, "a roll back that is typed": {"@51b7f0e9", "X", "_", "a", "c", "m", "e", "tab", "tab", "tab"},
		"a conflict": {"@c0f11c01", "d", "enter", "tab"}, "a freeze": {"W", "o", "tab", "tab"}, "a form": {"n"}, "a filter": {"/", "f"}, "the schedules": {"8", "p"}, "the palette": {":"},
	} {
		for _, size := range []size{{39, 9}, {39, 40}, {120, 9}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				backend := func() Backend { x := newExhibit(t); x.forWalks(); return x.session(enginetest.Ops) }
				onStage(t, 120, 40, backend, func(c *Config) { c.Kept = &notes{} }, func(s *stage) {
					s.walk(way)
					s.send(resize(size.w, size.h))
					before, tiny := s.state(), s.text()
					s.send(resize(120, 40))
					large := s.text()
					if d := s.asked(); d != nil && d.Focus != confirm.Keep {
						for _, a := range d.Answers {
							if d.Focus == a.ID {
								t.Errorf("%s still has the focus", a.Word)
							}
						}
					}
					s.send(resize(size.w, size.h))
					for _, k := range everyKey() {
						s.send(k)
						if now := s.text(); now != tiny {
							t.Fatalf("%s changes what is shown: %q, was %q", k, now, tiny)
						}
					}
					s.send(tea.PasteMsg{Content: "yes"})
					s.send(tea.MouseClickMsg{X: 3, Y: 3})
					s.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
					if now := s.state(); now != before {
						t.Errorf("something was changed:\n%s\nwas\n%s", now, before)
					}
					s.send(resize(120, 40))
					if now := s.text(); now != large {
						t.Errorf("it comes back as\n%s\nwas\n%s", now, large)
					}
				})
			})
		}
	}
}
