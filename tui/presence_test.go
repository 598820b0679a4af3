package tui

import (
	"strings"
	"sync"
	"testing"

	"arcadia/engine"
)

func TestOthersAreToldWhichSagaIsOnTheScreenInOrder(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var told []string
	here := func(saga string) { mu.Lock(); told = append(told, engine.ID(saga).Short()); mu.Unlock() }
	onExhibit(t, func(c *Config) { c.Here = here }, func(s *stage) {
		s.press("down", "enter", "esc", "down", "enter", "5", "1", "esc", "q")
	})
	want := "0c4411aa, , 9ad01c77, , 9ad01c77, "
	if got := strings.Join(told, ", "); got != want {
		t.Errorf("they were told %q, want %q", got, want)
	}
}

func TestTheHeaderSaysWhoElseIsHereAndTheSagaWhoWatchesIt(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var all []Presence
	var changed chan struct{}
	who := func() []Presence { mu.Lock(); defer mu.Unlock(); return all }
	onExhibit(t, func(c *Config) {
		changed = make(chan struct{}, 1)
		c.Who, c.WhoChanged = who, changed
	}, func(s *stage) {
		s.hasNot("ops1 with")
		s.press("down", "enter")
		id := string(s.app.screen().(*saga).first.ID) //nolint:forcetypeassert // enter opens one
		mu.Lock()
		all = []Presence{{Name: "ops3"}, {Name: "ops\u202e2", Saga: id}, {Name: "ops3"}}
		mu.Unlock()
		changed <- struct{}{}
		s.wait(2 * pace)
		s.has(`also watched by ops\u202e2`)
		s.press("esc")
		s.has(`ops1 with ops3 (2), ops\u202e2`)
		s.send(resize(62, 24))
		s.has("with 3")
		s.hasNot("ops3")
		s.send(resize(40, 10))
		s.hasNot("with")
	})
}

func TestANoticeStaysUntilAKeyIsPressed(t *testing.T) {
	t.Parallel()
	var notice chan string
	onExhibit(t, func(c *Config) {
		notice = make(chan string, 1)
		c.Notice = notice
	}, func(s *stage) {
		for _, text := range []string{"this session ends in a minute: press a key to stay", "the server stops"} {
			notice <- text
			s.wait(0)
			s.wait(2 * errorStays)
			s.has(text)
			s.press("down")
			s.hasNot(text)
		}
		s.press("5")
		s.has("the server stops")
	})
}
