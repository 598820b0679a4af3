package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine/enginetest"
	"arcadia/tui/confirm"
)

// click clicks on the first place where a text stands, from a line on.
func (s *stage) click(text string, from int) {
	s.tb.Helper()
	for y, l := range strings.Split(s.text(), "\n") {
		if at := strings.Index(l, text); at >= 0 && y >= from {
			s.send(tea.MouseClickMsg{X: ansi.StringWidth(l[:at]), Y: y, Button: tea.MouseLeft})
			return
		}
	}
	s.tb.Fatalf("%q is not on the screen:\n%s", text, s.text())
}

// The mouse reaches rows, titles, hints, crumbs, lines to fill and buttons, and nothing while it is off.
func TestTheMouseReachesWhatIsShown(t *testing.T) {
	t.Parallel()
	backend := func() Backend { x := newExhibit(t); x.forWalks(); return x.session(enginetest.Ops) }
	onStage(t, 120, 40, backend, func(c *Config) { c.Inventory = park{} }, func(s *stage) {
		before := s.text()
		s.click("? help", 0)
		s.click("9ad01c77", 0)
		s.click("KIND", 0)
		if now := s.text(); now != before {
			t.Fatalf("the mouse is off, and something is another:\n%s", now)
		}
		s.press("f2")
		s.click("9ad01c77", 0)
		if got := s.list().current().Short; got != "9ad01c77" {
			t.Errorf("the cursor is on %s", got)
		}
		s.click("9ad01c77", 0)
		s.has("sagas › 9ad01c77")
		s.click("sagas", 0)
		s.hasNot("sagas › 9ad01c77")
		s.click("KIND", 1)
		s.has("KIND↓")
		s.click("? help", 0)
		s.has("Keys")
		s.press("esc")
		s.goToSaga("51b7f0e9")
		s.press("X")
		s.click("Reason", 0)
		if d := s.asked(); d.Focus != reasonLine {
			t.Errorf("the focus is on %s", d.Focus)
		}
		s.click("[ Roll back ]", 0)
		if d := s.asked(); d.Focus != doIt {
			t.Errorf("the focus is on %s", d.Focus)
		}
		s.click("[ Roll back ]", 0)
		s.has("type _acme first")
		s.click("[ Do nothing ]", 0)
		if d := s.asked(); d.Focus != confirm.Keep {
			t.Errorf("the focus is on %s", d.Focus)
		}
		s.click("[ Do nothing ]", 0)
		if s.asked() != nil {
			t.Errorf("it is still open:\n%s", s.text())
		}
		s.press("n")
		s.click("snapshot_then_dns", 0)
		s.has("new saga")
		s.press("esc", "2")
		s.click("SIZE", 0)
		s.has("SIZE↓")
	})
}
