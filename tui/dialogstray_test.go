package tui

import (
	"testing"

	"pgregory.net/rapid"

	"arcadia/engine"
	"arcadia/tui/keys"
)

// Random presses never roll back without the short id typed, and never cancel but by tab and then enter.
func TestNoStrayKeysRollBackOrCancel(t *testing.T) {
	t.Parallel()
	presses := []string{
		"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "space", "backspace", "pgdown", "home", "end",
		"x", "X", "y", "n", "a", "D", "[", "0", "1", "f", "M", "ctrl+u", "ctrl+w",
	}
	for _, verb := range []keys.Command{keys.CmdRollback, keys.CmdCancel} {
		open := door(verb)
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				typed := rapid.SliceOfN(rapid.SampledFrom(presses), 1, 60).Draw(rt, "keys")
				s := engine.Summary{ID: "019ab3f2-0000-7000-8000-00003f9c2a1b", Short: "3f9c2a1b", Status: engine.Completed, StepNames: []string{"a"}}
				if verb == keys.CmdCancel {
					s.Status = engine.Running
				}
				app := New(Config{Dark: true})
				defer app.Close()
				env := &app.env
				d := open(env, s).(Show).Overlay.(*dialog)
				d.asked = false
				d.seen[s.ID] = &detail{saga: &engine.Saga{Summary: s}}
				tabbed := false
				for i, k := range typed {
					was, busy := d.Focus, d.Busy
					d.Update(env, keyPress(k))
					if d.Busy && !busy {
						if k != "enter" || was != doIt {
							rt.Fatalf("%s at key %d with the focus on %s", k, i, was)
						}
						if verb == keys.CmdRollback && d.Text(typedLine) != s.Short {
							rt.Fatalf("rolled back with %q typed", d.Text(typedLine))
						}
						if verb == keys.CmdCancel && !tabbed {
							rt.Fatalf("canceled without a tab: %v", typed[:i+1])
						}
						return
					}
					if was != doIt && d.Focus == doIt {
						tabbed = k == "tab" || k == "shift+tab"
					}
				}
			})
		})
	}
}
