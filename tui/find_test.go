package tui

import (
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/list"
)

func TestAFieldThatThereIsNotIsReportedWithThoseThatThereAre(t *testing.T) {
	t.Parallel()
	f := list.Parse("by:nobody color:red", sagaFields)
	if !f.Empty() || !strings.Contains(f.Wrong, "no field color: there are status, kind, by") {
		t.Errorf("%q, empty %v", f.Wrong, f.Empty())
	}
	for _, line := range []string{"https://x", "2001:db8::1", "10:30", "::1", "A:x"} {
		if f := list.Parse(line, sagaFields); f.Wrong != "" {
			t.Errorf("%s: %s", line, f.Wrong)
		}
	}
}

func TestTimesAreFilteredByHowLong(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	s := &engine.Summary{Status: engine.Failed, CreatedAt: engine.At(now.Add(-26 * time.Hour)), UpdatedAt: engine.At(now.Add(-2 * time.Hour))}
	field := sagaFieldAt(func() time.Time { return now })
	for line, want := range map[string]bool{
		"age:<1h": false, "age:>1h": true, "age:<2d": true, "age:>1d": true, "waits:>1h": true, "waits:>3h": false, "!waits:>3h": true, "waits:<90m": false,
	} {
		f := list.Parse(line, sagaFields)
		if got := f.Match(func(name string) string { return field(s, name) }); got != want || f.Wrong != "" {
			t.Errorf("%s: %v, want %v %s", line, got, want, f.Wrong)
		}
	}
	s.Status = engine.Completed
	if list.Parse("waits:<9d", sagaFields).Match(func(name string) string { return field(s, name) }) {
		t.Error("who waits for nobody is found by how long it waits")
	}
	if list.Parse("age:<soon", sagaFields).Wrong == "" {
		t.Error("nothing says what is wrong")
	}
}

func TestTabCompletesTheFieldAndWhatItSays(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("/")
		s.write("!sta")
		s.press("tab")
		s.write("comp")
		s.has("!status:comp")
		s.press("tab")
		s.has("!status:comp") // compensating and completed: as far as they agree
		s.write("l")
		s.press("tab")
		s.has("!status:completed")
		s.press("tab") // nothing left to complete: the line is left
		if s.app.screen().(*sagas).Typing() {
			s.tb.Error("tab does not leave the line")
		}
	})
}

func TestNOnASagaLaunchesItAgain(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		atRest(s, b, "upsert_dns_record")
		s.press("enter", "n")
		s.has("new saga")
		if l := s.launchScreen(); l.page != launchOnForm || l.form.Inputs()["dns_record_data"] != "203.0.113.20" {
			s.tb.Errorf("page %d, inputs %v", l.page, l.form.Inputs())
		}
		s.press("enter")
		s.has("plan")
	})
}

func TestAPagerFindsText(t *testing.T) {
	t.Parallel()
	onStage(t, 80, 24, func() Backend { return newExhibit(t).session(enginetest.Ops) }, nil, func(s *stage) {
		s.press("down", "down", "enter", "e")
		p := s.app.overlays[0].(*pager)
		s.press("/")
		s.write("STEP_STARTED")
		s.press("enter")
		first := p.scroll.Top
		s.has("2 found")
		s.press("G", "N")
		if p.scroll.Top < first || !strings.Contains(s.text(), "step_started") {
			s.tb.Errorf("top %d, first %d", p.scroll.Top, first)
		}
		s.press("g", "n")
		if p.scroll.Top != first && !strings.Contains(s.text(), "step_started") {
			s.tb.Errorf("top %d, first %d", p.scroll.Top, first)
		}
		tall := len(p.lines)
		s.press("w")
		if len(p.lines) > tall {
			s.tb.Error("cut lines are more than wrapped ones")
		}
		s.press("q")
	})
}

func TestQuitIsAWordOfThePalette(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"q", "quit"} {
		onExhibit(t, nil, func(s *stage) {
			s.press(":")
			s.write(word)
			_, cmd := s.app.Update(keyPress("enter"))
			if cmd == nil {
				s.tb.Errorf(":%s does nothing", word)
			}
		})
	}
}

func TestWrongSettingsAreAWarningInTheFooter(t *testing.T) {
	t.Parallel()
	onStage(t, 120, 24, func() Backend { return newExhibit(t).session(enginetest.Ops) }, func(c *Config) { c.Warning = "your settings are not used:\nline 3: no key" }, func(s *stage) {
		s.has("your settings are not used: line 3: no key")
	})
}
