package tui

import (
	"context"
	"slices"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/estate"
	"arcadia/storage/storagetest"
	"arcadia/tui/keys"
)

// screensOfHelp are all screens, and how each is reached from the list of sagas.
var screensOfHelp = map[string]func(s *stage){
	"sagas":      func(s *stage) { s.press("space") },
	"saga":       func(s *stage) { s.command("e01c93d4") },
	"saga's log": func(s *stage) { s.command("e01c93d4"); s.press("L") },
	"droplets":   func(s *stage) { s.press("2") },
	"gone":       func(s *stage) { s.press("2", "G") },
	"domains":    func(s *stage) { s.press("3", "3") },
	"records":    func(s *stage) { s.press("3", "3", "enter") },
	"resources":  func(s *stage) { s.press("4") },
	"messages":   func(s *stage) { s.press("T", "T", "T", "5") },
	"log":        func(s *stage) { s.press("6") },
	"snapshots":  func(s *stage) { s.press("7") },
	"schedules":  func(s *stage) { s.press("8") },
	"hosts":      func(s *stage) { s.press("9") },
	"network":    func(s *stage) { s.press("0") },
	"operators":  func(s *stage) { s.command("operators") },
	"last night": func(s *stage) { s.press("8", "w") },
	"settings":   func(s *stage) { s.command("settings") },
	"decision":   func(s *stage) { s.press("!") },
	"approval":   func(s *stage) { s.command("0a51aa10"); s.press("d") },
}

// sessionsOfHelp are the sessions in which help is asked.
var sessionsOfHelp = map[string]func(t *testing.T, c *Config) Backend{
	"usual": func(t *testing.T, _ *Config) Backend { return newExhibit(t).withVote().session(voter) },
	"frozen": func(t *testing.T, _ *Config) Backend {
		b := newExhibit(t).withVote().session(voter)
		if err := b.Freeze(t.Context(), engine.Request{Reason: "audit"}); err != nil {
			t.Fatal(err)
		}
		return b
	},
	"read-only": func(t *testing.T, c *Config) Backend {
		c.ReadOnly = true
		return newExhibit(t).withVote().session(engine.Actor{Name: "ops9", Role: engine.Viewer})
	},
	"empty": func(t *testing.T, c *Config) Backend {
		c.Inventory, c.Orphans = bareLand{}, func(context.Context, func(string) bool) ([]estate.Orphan, error) { return nil, nil }
		c.Operators = func(context.Context) ([]engine.Actor, error) { return nil, nil }
		return (&exhibit{tb: t, store: storagetest.NewMemory()}).session(enginetest.Ops)
	},
}

// voter may do everything, and approve.
var voter = engine.Actor{Name: "ops1", Role: "operator,approver", Key: "SHA256:abc"}

// withVote adds a saga that waits for voter's approval.
func (x *exhibit) withVote() *exhibit {
	x.carve("0a51aa10", "upsert_dns_record", "A pay.example.com", "ops3", time.Minute, "upsert_dns_record", "upsert_dns_record").add(engine.Entry{
		Type: engine.EntryApprovalRequested, Idx: -1, Approval: &engine.Asked{
			Demand: engine.Demand{Need: 1, Within: engine.Span(day)}, Hash: "p2:9d54d071ecbf", Until: engine.At(noon.Add(day)),
			Plan: slices.Repeat([]engine.PlanStep{{Name: "upsert_dns_record", Change: engine.Change{Action: engine.ActUpdate, Subject: "A pay.example.com"}}}, 20),
		},
	}).keep()
	return x
}

// bareLand is an account with nothing in it.
type bareLand struct{}

func (bareLand) Droplets(context.Context) ([]estate.Droplet, error)       { return nil, nil }
func (bareLand) Domains(context.Context) ([]string, error)                { return nil, nil }
func (bareLand) Records(context.Context, string) ([]estate.Record, error) { return nil, nil }
func (bareLand) Estate(context.Context) (estate.Estate, error)            { return estate.Estate{}, nil }

// Every key that help lists on a screen is answered there: something is shown, done or asked, or the footer says why not. Only a list
// of nothing need not move or order.
func TestEveryKeyThatHelpListsIsAnswered(t *testing.T) {
	t.Parallel()
	for session, backend := range sessionsOfHelp {
		for screen, way := range screensOfHelp {
			t.Run(session+"/"+screen, func(t *testing.T) {
				t.Parallel()
				listsAreAnswered(t, screen, session == "empty" || screen == "last night", backend, way) // the exhibit has no night
			})
		}
	}
}

func listsAreAnswered(t *testing.T, screen string, nothing bool, backend func(t *testing.T, c *Config) Backend, way func(s *stage)) {
	t.Helper()
	var cfg Config
	onStage(t, 120, 24, func() Backend {
		cfg = Config{Inventory: park{}, Drifts: newBeat(), Orphans: strays, Crowd: three, Cluster: threeMembers}
		cfg.Operators = func(context.Context) ([]engine.Actor, error) { return []engine.Actor{voter, enginetest.Ops}, nil }
		return backend(t, &cfg)
	}, func(c *Config) {
		c.Inventory, c.Drifts, c.Orphans, c.Operators, c.Crowd, c.Cluster, c.ReadOnly = cfg.Inventory, cfg.Drifts, cfg.Orphans, cfg.Operators, cfg.Crowd, cfg.Cluster, cfg.ReadOnly
	}, func(s *stage) {
		way(s)
		s.drawsOnly(screen)
		home := keys.Command("")
		if len(*s.app.stack()) == 1 {
			home = s.app.stack().root()
		}
		pressed, at := 0, &keyboard{s, way, s.app.screen()}
		for _, c := range listedInHelp(s) {
			if nothing && (c.Scope == keys.Lists || c.Command == keys.CmdMark) {
				continue
			}
			for _, k := range c.Keys {
				pressed++
				stays := c.Command == home || screen == "saga's log" && k == "L" // one is there already
				if !stays && !at.isAnswered(k) {
					t.Errorf("nothing answers %q, which help calls %s", k, c.Command)
				}
			}
		}
		if pressed < 20 {
			t.Errorf("only %d keys were pressed", pressed)
		}
	})
}

// keyboard is a stage that stands on one screen between the keys that are pressed.
type keyboard struct {
	*stage
	way func(s *stage)
	on  Screen
}

// isAnswered presses a key on the screen, at its first row and at its last: at one of them there is somewhere to go.
func (s *keyboard) isAnswered(key string) bool {
	for _, end := range []string{"g", "G"} {
		s.stand()
		s.press(end)
		before := s.app.View().Content
		_, cmd := s.app.Update(keyPress(key))
		answered := s.app.View().Content != before || cmd != nil
		s.run(cmd)
		s.send(nil)
		if answered {
			return true
		}
	}
	return false
}

// stand closes what a key has opened, and goes back to the screen when it has led away.
func (s *keyboard) stand() {
	typing := func() bool {
		t, is := s.app.screen().(Typist)
		return is && t.Typing()
	}
	for range 3 {
		if len(s.app.overlays) > 0 || typing() {
			s.press("esc")
		}
	}
	if s.app.screen() == s.on && len(s.app.overlays) == 0 {
		return
	}
	s.press("esc", "esc", "esc", "1", "esc", "g")
	s.way(s.stage)
	s.on = s.app.screen()
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
