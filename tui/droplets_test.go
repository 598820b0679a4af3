package tui

import (
	"context"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// busy is a backend whose newest saga holds a droplet for which the next one waits.
type busy struct{ Backend }

func (b busy) Locks(ctx context.Context) ([]engine.Lock, error) {
	p, err := b.List(ctx, engine.Query{Limit: 2})
	if err != nil {
		return nil, err
	}
	return []engine.Lock{
		{Name: "dns:example.com/@", Ticket: 1, Saga: p.Items[1].ID},
		{Name: "droplet:482914", Ticket: 2, Saga: p.Items[0].ID},
		{Name: "droplet:482914", Ticket: 3, Saga: p.Items[1].ID},
		{Name: "firewall:fe1c9b4e-6c8f-4e8b-8f0a-3c2d1b0a9f8e", Ticket: 4, Saga: p.Items[0].ID},
	}, nil
}

func TestDropletsAndFirewallsSayWhichSagaHoldsThem(t *testing.T) {
	t.Parallel()
	backend := func() Backend { return busy{newExhibit(t).session(enginetest.Ops)} }
	onStage(t, 160, 40, backend, func(c *Config) { c.Inventory = park{} }, func(s *stage) {
		s.press("2")
		p, err := s.app.cfg.Backend.List(context.Background(), engine.Query{Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		holder, next := &p.Items[0], &p.Items[1]
		s.has(s.app.env.Theme.Saga(holder).Symbol + " " + holder.Kind)
		s.press("down", "down", "down")
		s.has("HELD BY")
		s.has(holder.Short + " " + holder.Kind)
		s.has(next.Short + " " + next.Kind)
		s.has("waits")
		s.press("/")
		for _, r := range "held:" + holder.Short {
			s.press(string(r))
		}
		s.press("enter")
		s.has("1 hit")
		s.has("web-02")
		s.press("esc", "0", "down", "down")
		s.has("edge")
		s.has(holder.Kind)
	})
}

func TestARowThatIsGoneOffersWhatIsLeftOfIt(t *testing.T) {
	t.Parallel()
	onStage(t, 120, 40, func() Backend { return newExhibit(t).session(enginetest.Ops) }, func(c *Config) { c.Inventory = park{} }, func(s *stage) {
		s.press("2", "down", "down", "down", "down", "down")
		s.has("this is the last copy of it")
		s.has("the last copy")
		for _, row := range []string{"", "up"} { // gone, and asleep: neither is there to be copied
			if row != "" {
				s.press(row)
			}
			s.press("a")
			s.has("Actions for")
			s.hasNot("take a snapshot of this droplet")
			s.press("esc", "s")
			s.has("this droplet is not there")
		}
		s.press("enter")
		s.has("knows how to bring it back")
		s.has("instead of $24.00")
	})
}
