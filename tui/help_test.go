package tui

import (
	"slices"
	"testing"

	"arcadia/engine/enginetest"
	"arcadia/tui/keys"
)

// Every key that help lists on a screen is answered there: something is shown, done or asked, or the footer says why not.
func TestEveryKeyThatHelpListsIsAnswered(t *testing.T) {
	t.Parallel()
	for name, way := range map[string][]string{
		"sagas": {"space"}, "saga": {"down", "down", "enter"}, "droplets": {"2"}, "domains": {"3", "3"}, "records": {"3", "3", "enter"},
		"resources": {"4"}, "messages": {"T", "T", "T", "5"}, "log": {"6"}, "orphans": {"7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend := func() Backend { return newExhibit(t).session(enginetest.Ops) }
			onStage(t, 120, 40, backend, func(c *Config) { c.Inventory, c.Drifts, c.Orphans = park{}, newBeat(), strays }, func(s *stage) {
				s.press(way...)
				home := s.app.stacks[s.app.at][0].(interface{ root() keys.Command }).root()
				pressed := 0
				for _, c := range listedInHelp(s) {
					for _, k := range c.Keys {
						answered := c.Command == home
						for _, end := range []string{"g", "G"} { // at one of them there is somewhere to go
							s.press("esc", "esc", "esc", "1", "esc", "g")
							s.press(append(slices.Clone(way), end)...)
							before := s.app.View().Content
							_, cmd := s.app.Update(keyPress(k))
							answered = answered || s.app.View().Content != before || cmd != nil
							s.run(cmd)
							s.send(nil)
						}
						pressed++
						if !answered {
							t.Errorf("nothing answers %q, which help calls %s", k, c.Command)
						}
					}
				}
				if pressed < 30 {
					t.Errorf("only %d keys were pressed", pressed)
				}
			})
		})
	}
}

// listedInHelp are the bindings that help shows on the screen, without those that leave the console or stop drawing it.
func listedInHelp(s *stage) []keys.Binding {
	s.press("?")
	shown := s.app.overlays[0].(*menu).items
	s.press("esc")
	var out []keys.Binding
	for _, it := range shown {
		b, _ := s.app.env.Keys.In(keys.Command(it.Text), keys.Scope(it.Head))
		if slices.Contains([]keys.Command{keys.CmdOut, keys.CmdLeave}, b.Command) {
			continue
		}
		out = append(out, b)
	}
	return out
}
