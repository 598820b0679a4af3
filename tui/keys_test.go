package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/tui/say"
)

// onExhibit runs f with a console on the exhibit.
func onExhibit(t *testing.T, change func(*Config), f func(*stage)) {
	t.Helper()
	onStage(t, 120, 40, func() Backend { return newExhibit(t).session(enginetest.Ops) }, change, f)
}

func TestTheHelpDoesWhatALineSays(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("?")
		s.write("local or")
		s.press("enter")
		if s.app.env.Clock.Format != say.Local {
			t.Errorf("times are %s, want local", s.app.env.Clock.Format)
		}
		s.hasNot("Keys")
	})
}

func TestThePaletteCompletesAndFindsSagas(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press(":")
		s.write("reso")
		s.press("tab")
		s.has(": resources")
		s.press("enter")
		s.has("resources")
		s.press(":")
		s.write("77e0b1d2")
		s.press("enter")
		s.has("77e0b1d2")
		s.has("could not be undone")
		s.press(":")
		s.write("ffffffff")
		s.press("enter")
		s.has("no such saga")
	})
}

func TestImpossibleVerbsSayWhy(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("G", "x")
		s.has("it is completed; roll back undoes it")
		s.press("a")
		s.has("nothing in it waits for a retry")
		s.press("r") // grayed: it stays open and says why
		s.has("Actions for")
	})
	onExhibit(t, func(c *Config) { c.ReadOnly = true }, func(s *stage) {
		for _, k := range []string{"x", "X", "r", "n"} {
			s.press(k)
			s.has("this session is read-only")
			if len(s.app.overlays) > 0 {
				t.Errorf("%s opened something in a console that only looks", k)
			}
		}
		s.has("READ-ONLY")
	})
}

func TestLeavingADemonstrationSaysThatItEnds(t *testing.T) {
	t.Parallel()
	onExhibit(t, func(c *Config) { c.Hosting, c.Fleeting = true, true }, func(s *stage) {
		s.press("q")
		s.has("the simulated account ends here")
		s.hasNot("go on at the next start")
	})
}

func TestTheAccountsNameStandsInTheHeaderOnceItIsKnown(t *testing.T) {
	t.Parallel()
	name := ""
	onExhibit(t, func(c *Config) { c.Env, c.Account = "DigitalOcean", func() string { return name } }, func(s *stage) {
		s.has(" DigitalOcean ")
		name = "My\u202eTeam"
		s.press("2")
		s.has(` My\u202eTeam `)
		s.hasNot("DigitalOcean")
	})
}

func TestLeavingAsksWhileSagasAreAtWork(t *testing.T) {
	t.Parallel()
	onExhibit(t, func(c *Config) { c.Hosting = true }, func(s *stage) {
		s.press("q")
		s.has("3 sagas are at work in this process.")
		s.has("go on at the next start")
		s.press("enter") // staying is the first choice
		s.hasNot("at work in this process")
		s.press("ctrl+c")
		_, cmd := s.app.Update(keyPress("ctrl+c"))
		if cmd == nil {
			t.Fatal("ctrl+c twice does not leave")
		}
		if _, quit := cmd().(tea.QuitMsg); !quit {
			t.Error("ctrl+c twice does not leave")
		}
	})
	onExhibit(t, nil, func(s *stage) { // somebody else hosts: nothing to ask
		_, cmd := s.app.Update(keyPress("q"))
		if cmd == nil {
			t.Fatal("q at the root does not leave")
		}
		if _, quit := cmd().(tea.QuitMsg); !quit {
			t.Error("q at the root does not leave")
		}
	})
}

func TestTheFilterSurvivesLeavingAndComingBack(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.press("/")
		s.write("kind:snapshot")
		s.press("enter", "down", "enter", "esc", "5", "1")
		s.has("/ kind:snapshot")
		s.press("esc")
		s.hasNot("kind:snapshot")
	})
}

func TestNeedsMeGoesFromOneToTheNextAndRound(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 10_000)
	onStage(t, 120, 40, func() Backend { return c }, nil, func(s *stage) {
		seen := map[engine.ID]bool{}
		for range 10 {
			s.press("!", "esc")
			at := s.list().current()
			if at == nil || at.Status != engine.Failed || seen[at.ID] {
				t.Fatalf("! went to %+v", at)
			}
			seen[at.ID] = true
		}
		s.press("!", "esc")
		if at := s.list().current(); at == nil || !seen[at.ID] {
			t.Error("after the last, ! does not begin again")
		}
	})
}

func TestTheHeaderShowsWhatIsLeftOfTheAPI(t *testing.T) {
	t.Parallel()
	left := 312
	onExhibit(t, func(c *Config) { c.Budget = func() int { return left } }, func(s *stage) {
		s.has("API 312 left")
		left = 500 // plenty
		s.press("down")
		s.hasNot("API")
		left = -1 // not known
		s.press("down")
		s.hasNot("API")
	})
	onExhibit(t, nil, func(s *stage) { s.hasNot("API") })
}
