package tui

import (
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/tui/form"
)

func TestLaunchPagesLookAsDrawn(t *testing.T) {
	t.Parallel()
	scenes := map[string]func(*stage, *cloud){
		"launch-kinds":  func(s *stage, _ *cloud) { s.press("n", "j") },
		"launch-filter": func(s *stage, _ *cloud) { s.press("n"); s.write("snap") },
		"launch-steps": func(s *stage, _ *cloud) {
			s.kind("adhoc")
			s.press("enter", "down", "enter", "tab", "K")
		},
		"form-dns":    func(s *stage, _ *cloud) { s.kind("upsert"); s.press("enter", "enter"); s.write("app") },
		"form-pick":   func(s *stage, _ *cloud) { s.kind("snapshot_then"); s.write("web") },
		"form-nolist": func(s *stage, c *cloud) { c.mute.Store(true); s.kind("snapshot_droplet") },
		"form-errors": func(s *stage, _ *cloud) { s.kind("upsert"); s.press("shift+tab", "shift+tab", "enter") },
		"form-clash":  func(s *stage, _ *cloud) { s.kind("move") },
		"plan-update": func(s *stage, _ *cloud) {
			s.kind("upsert")
			s.fillDNS("203.0.113.20")
			s.press("enter")
			s.write("move app to the new droplet")
			s.press("enter")
		},
		"plan-nothing": func(s *stage, _ *cloud) { s.kind("upsert"); s.fillDNS("203.0.113.9"); s.press("enter") },
		"plan-two": func(s *stage, _ *cloud) {
			s.kind("snapshot_then")
			s.press("enter")
			s.fillDNS("203.0.113.20")
			s.press("enter")
		},
		"plan-final": func(s *stage, _ *cloud) {
			s.kind("delete_snapshot")
			s.write("229305609")
			s.press("enter", "enter")
		},
		"plan-refused": func(s *stage, _ *cloud) {
			s.kind("upsert")
			s.fillDNS("192.0.2.66")
			s.press("enter")
		},
		"plan-unsure": func(s *stage, _ *cloud) {
			s.kind("move")
			s.press("enter")
			s.write("app")
			s.press("enter")
			s.write("203.0.113.20")
			s.press("enter", "enter", "enter", "enter", "enter")
		},
	}
	for name, play := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, name)
			for _, size := range sizes {
				live(t, size.w, size.h, func(s *stage, c *cloud, _ *counted) {
					play(s, c)
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

func TestALaunchLandsOnItsSaga(t *testing.T) {
	t.Parallel()
	live(t, 120, 40, func(s *stage, _ *cloud, b *counted) {
		s.kind("upsert")
		s.fillDNS("203.0.113.20")
		s.press("enter")
		s.has("[ Do nothing ]")
		s.write("move app")
		s.press("enter", "tab", "enter")
		page, err := b.List(s.app.ctx, engine.Query{})
		if err != nil || len(page.Items) != 1 {
			s.tb.Fatalf("%d sagas (%v)\n%s", len(page.Items), err, s.text())
		}
		s.has("sagas › " + page.Items[0].Short)
		entries, err := b.Entries(s.app.ctx, page.Items[0].ID, 0)
		if err != nil || entries[0].Why != "move app" || entries[0].Created.Inputs["dns_record_ttl"] != "300" {
			s.tb.Errorf("created with why %q and %v (%v)", entries[0].Why, entries[0].Created.Inputs, err)
		}
	})
}

func TestADoubleEnterLaunchesOnce(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, b *counted) {
		s.kind("upsert")
		s.fillDNS("203.0.113.20")
		s.press("enter", "tab")
		enter := keyPress("enter")
		_, first := s.app.Update(enter) // the second comes before the first is answered
		_, second := s.app.Update(enter)
		s.run(first)
		s.run(second)
		s.send(nil)
		if n := b.starts.Load(); n != 1 {
			s.tb.Errorf("launched %d times", n)
		}
	})
}

func TestALostAnswerDoesNotLaunchTwice(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, b *counted) {
		s.kind("snapshot_droplet")
		s.press("enter", "enter", "tab")
		b.lost.Store(true)
		s.press("enter")
		s.has("the line was lost")
		s.press("tab", "enter")
		if a, z := <-b.keys, <-b.keys; a != z || a == "" {
			s.tb.Errorf("keys %q and %q", a, z)
		}
		page, err := b.List(s.app.ctx, engine.Query{})
		if err != nil || len(page.Items) != 1 {
			s.tb.Errorf("%d sagas (%v)", len(page.Items), err)
		}
		s.has("sagas › " + page.Items[0].Short)
		close(c.hold)
	})
}

func TestALaunchIsHeldWhenTheWorldIsNotAsThePlanSaid(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, b *counted) {
		launched := func(want int) {
			s.tb.Helper()
			page, err := b.List(s.app.ctx, engine.Query{})
			if err != nil || len(page.Items) != want {
				s.tb.Errorf("%d sagas (%v), want %d", len(page.Items), err, want)
			}
		}
		s.kind("upsert")
		s.fillDNS("203.0.113.20")
		s.press("enter", "tab")
		if n := b.plans.Load(); n != 1 {
			s.tb.Errorf("planned %d times to show one plan", n)
		}
		c.data.Store("198.51.100.7")
		s.press("enter")
		s.has("this plan is out of date")
		s.has("198.51.100.7")
		launched(0)
		s.press("tab", "enter")
		launched(1)
	})
}

func TestAPlanThatWouldBeRefusedCannotBeLaunched(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, b *counted) {
		s.kind("upsert")
		s.fillDNS("192.0.2.66")
		s.press("enter")
		s.has("It would be refused")
		s.press("tab", "tab", "enter", "enter", "enter")
		if n := b.starts.Load(); n != 0 {
			s.tb.Errorf("launched %d times\n%s", n, s.text())
		}
	})
}

func TestAPlanWithNothingToDoSaysSoAndOffersBackFirst(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, b *counted) {
		s.kind("upsert")
		s.fillDNS("203.0.113.9")
		s.press("enter")
		s.has("Nothing to do")
		s.press("enter")
		s.has("Show the plan")
		if n := b.starts.Load(); n != 0 {
			s.tb.Errorf("launched %d times", n)
		}
	})
}

func TestARefusedInputLandsOnItsField(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, _ *counted) {
		s.kind("upsert")
		s.fillDNS("203.0.113.20")
		s.press("enter", "tab")
		c.refused.Store(true)
		s.press("enter")
		s.has("this name is taken")
		f := s.launchScreen().form
		if f.Focus != "dns_record_name" {
			s.tb.Errorf("the focus is on %s", f.Focus)
		}
		if v := f.Find("dns_record_data").Value(); v != "203.0.113.20" {
			s.tb.Errorf("the value became %q", v)
		}
	})
}

func TestOtherRefusalsAreSaidInPlace(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, _ *counted) {
		c.mute.Store(true)
		s.kind("snapshot_droplet")
		s.write("404")
		s.press("enter", "enter")
		s.has("no droplet 404")
		s.press("esc")
		if v := s.launchScreen().form.Find("droplet_id").Value(); v != "404" {
			s.tb.Errorf("the value became %q", v)
		}
	})
}

func TestAListThatFailsAllowsFreeTextAndSaysWhy(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, c *cloud, _ *counted) {
		c.mute.Store(true)
		s.kind("snapshot_droplet")
		s.has("no list: list droplets: 503 Service Unavailable␛[2J")
		s.has("type the value instead")
		s.write("482913")
		s.press("enter", "enter")
		s.has("snapshot of web-01 (482913)")
	})
}

func TestTypingPicksFromTheList(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("snapshot_droplet")
		s.write("w02") // scattered
		s.press("enter")
		if v := s.launchScreen().form.Find("droplet_id").Value(); v != "482914" {
			s.tb.Errorf("picked %q", v)
		}
		s.has("web-02")
	})
}

func TestWhatTheFieldTakesIsTakenAsTyped(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.write("example.co")
		s.has(`"example.co"`)
		s.press("enter")
		f := s.launchScreen().form
		if v := f.Find("dns_domain").Value(); v != "example.co" {
			s.tb.Errorf("took %q", v)
		}
		s.press("shift+tab")
		s.write("org") // no domain by itself
		s.press("enter")
		if v := f.Find("dns_domain").Value(); v != "example.org" {
			s.tb.Errorf("took %q", v)
		}
	})
}

func TestFieldsComeAndGoWithTheOthers(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.hasNot("Priority")
		s.press("enter")
		s.write("m")
		s.has("Priority")
		f := s.launchScreen().form
		if in := f.Inputs(); in["dns_record_priority"] != "10" {
			s.tb.Errorf("inputs %v", in)
		}
		s.write("a")
		s.hasNot("Priority")
		if in := f.Inputs(); in["dns_record_priority"] != "" {
			s.tb.Errorf("inputs %v", in)
		}
	})
}

func TestAFieldIsCheckedAsItIsLeft(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.hasNot("required")
		s.press("tab")
		s.has("is required")
		s.press("shift+tab", "enter")
		s.hasNot("is required")
	})
}

func TestADefaultIsReplacedByTyping(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.press("tab", "tab", "tab", "tab")
		s.write("300")
		f := s.launchScreen().form
		if v := f.Find("dns_record_ttl").Value(); v != "300" {
			s.tb.Errorf("it is %q", v)
		}
		s.press("ctrl+u", "tab")
		if v := f.Find("dns_record_ttl").Value(); v != "1800" {
			s.tb.Errorf("an empty one became %q", v)
		}
	})
}

func TestLeavingTheFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.press("enter", "enter")
		s.write("app")
		token := s.launchScreen().form.Token
		s.press("esc", "esc", "k", "enter") // the second clears the filter
		if l := s.launchScreen(); l.page != launchOnForm || l.form.Kind == "upsert_dns_record" {
			s.tb.Fatalf("another kind is not open: page %d", l.page)
		}
		s.press("esc")
		s.write("upsert")
		s.press("enter")
		f := s.launchScreen().form
		if v := f.Find("dns_record_name").Value(); v != "app" || f.Token != token || f.Focus != "dns_record_name" {
			s.tb.Errorf("name %q, focus %s, same key %v", v, f.Focus, f.Token == token)
		}
	})
}

func TestAnInputOfSeveralStepsIsAskedForOnceUnlessTheyDiffer(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("move")
		var keys []string
		for _, fd := range s.launchScreen().form.Fields {
			keys = append(keys, fd.Key)
		}
		got := strings.Join(keys, " ")
		want := "dns_domain dns_record_name dns_record_data dns_record_priority dns_record_ttl 0:dns_record_type 1:dns_record_type"
		if got != want {
			s.tb.Errorf("fields %s, want %s", got, want)
		}
		s.has("1  delete_dns_record")
	})
}

func TestAdhocStepsCanHaveValuesOfTheirOwn(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, b *counted) {
		s.kind("adhoc")
		s.write("upsert")
		s.press("enter", "enter", "tab", "tab", "enter")
		s.has("the same for all steps")
		f := s.launchScreen().form
		s.press("enter", "enter")
		s.write("one")
		s.press("shift+tab", "shift+tab", "shift+tab", "right")
		if f.Find("dns_record_name") != nil || f.Find("0:dns_record_name").Value() != "one" || f.Find("1:dns_record_name").Value() != "one" {
			s.tb.Errorf("values were not carried over:\n%s", s.text())
		}
		for _, fd := range f.Fields {
			if fd.Value() == "" {
				fd.Put("x", "")
			}
		}
		f.Find("1:dns_record_name").Put("two", "")
		f.Focus = form.PlanStop
		s.press("enter")
		s.has("two.example.com")
		s.press("tab", "enter")
		if n := b.starts.Load(); n != 1 {
			s.tb.Errorf("launched %d times:\n%s", n, s.text())
		}
	})
}

func TestADoorThatBringsEverythingLeadsToThePlan(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.run(s.app.do(launchDoor(engine.Launch{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": "482913"}})))
		s.send(nil)
		s.has("[ Do nothing ]")
		s.press("esc")
		s.has("Show the plan")
		s.press("esc")
		if _, on := s.app.screen().(*launch); on {
			s.tb.Errorf("esc does not lead back to where the door was:\n%s", s.text())
		}
	})
}
