package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine/enginetest"
	"arcadia/engine/estate"
)

// scenes are the screens that are compared with their pictures, and the keys that lead to each.
var scenes = map[string][]string{
	"sagas":            nil,
	"sagas-failed":     {"!", "esc"},
	"saga":             {"down", "down", "down", "enter"},
	"saga-failed":      {"!", "s"},
	"saga-rolled-back": {"down", "down", "down", "down", "down", "enter"},
	"saga-log":         {"down", "down", "down", "L"},
	"row":              {"!", "s", "enter"},
	"entries":          {"down", "down", "enter", "e"},
	"actions":          {"down", "a"},
	"help":             {"?"},
	"palette":          {":"},
	"messages":         {"T", "T", "T", "5"},
	"log":              {"6", "G"},
	"log-filter":       {"6", "/", "e", "r", "r", "o", "r"},
	"messages-none":    {"5"},
	"droplets":         {"2", "down", "down"},
	"domains":          {"3"},
	"records":          {"3", "enter", "down"},
	"records-actions":  {"3", "enter", "a"},
	"resources":        {"4"},
	"resource":         {"4", "down", "enter"},
	"resource-actions": {"4", "a"},
	"orphans":          {"7"},
	"network":          {"0", "down"},
	"schedules":        {"8"},
	"schedule":         {"8", "enter"},
	"schedule-actions": {"8", "down", "a"},
	"decide":           {"!"},
	"filter":           {"/", "f", "a", "i", "l"},
	"marks":            {"down", "space", "space", ">"},
	"copy":             {"y"},
}

// TestScreensLookAsDrawn compares every screen with its golden file at every size and in every theme.
func TestScreensLookAsDrawn(t *testing.T) {
	t.Parallel()
	for name, keys := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, name)
			for _, size := range sizes {
				backend := func() Backend { return newExhibit(t).session(enginetest.Ops) }
				onStage(t, size.w, size.h, backend, func(c *Config) { c.Inventory, c.Drifts, c.Orphans = park{}, newBeat(), strays }, func(s *stage) {
					s.press(keys...)
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

// park is a small account.
type park struct{}

func (park) Droplets(context.Context) ([]estate.Droplet, error) {
	return []estate.Droplet{
		{ID: 482913, Name: "web-01", Status: "active", Region: "ams3", Size: "s-1vcpu-2gb", Image: "Debian 12 x64", IPv4: "203.0.113.9"},
		{ID: 482914, Name: "web-02", Status: "active", Region: "ams3", Size: "s-1vcpu-2gb", Image: "Debian 12 x64", IPv4: "203.0.113.20"},
		{ID: 482976, Name: "db-01", Status: "active", Region: "fra1", Size: "s-4vcpu-8gb", Image: "Ubuntu 24.04 (LTS) x64", IPv4: "203.0.113.31"},
		{ID: 482977, Name: "db-02", Status: "off", Region: "fra1", Size: "s-4vcpu-8gb", Image: "Ubuntu 24.04 (LTS) x64", IPv4: ""},
	}, nil
}

func (p park) Estate(ctx context.Context) (estate.Estate, error) {
	all, err := p.Droplets(ctx)
	day := 24 * time.Hour
	copies := []estate.Snapshot{
		{ID: "229305620", Name: "arcadia-snap-482913-0c4411aa", Of: "482913", OfName: "web-01", Created: noon.Add(-7 * time.Hour), SizeGB: 15.4, MonthlyUSD: 0.92, Verified: true, Saga: "0c4411aa"},
		{ID: "229305621", Name: "before the move", Of: "482913", OfName: "web-01", Created: noon.Add(-18 * day), SizeGB: 15.1, MonthlyUSD: 0.91},
		{ID: "229305622", Name: "arcadia-snap-482900-5d6e7f80", Of: "482900", Created: noon.Add(-14 * day), SizeGB: 10.4, MonthlyUSD: 0.62, Saga: "5d6e7f80"},
		{ID: "229305623", Name: "old-db", Of: "482901", Created: noon.Add(-211 * day), SizeGB: 82, MonthlyUSD: 4.92},
	}
	wall := estate.Wall{ID: "fe1c9b4e-6c8f-4e8b-8f0a-3c2d1b0a9f8e", Name: "edge", Droplets: 2, Tags: []string{"web"}, Rules: []string{"tcp 80 from anywhere", "tcp 22 from 198.51.100.0/24"}}
	e := estate.Estate{Copies: copies, Walls: []estate.Wall{wall}, Addresses: []estate.Reserved{{IP: "203.0.113.12", Region: "ams3", Droplet: 482914, Name: "web-02"}, {IP: "203.0.113.13", Region: "fra1", Droplet: 0, Name: ""}}}
	for _, d := range all {
		m := estate.Machine{Droplet: d, Created: noon.Add(-214 * day), MonthlyUSD: 48, Addresses: []estate.Address{{IP: "10.110.0.7", Sort: "private"}}}
		if d.IPv4 != "" {
			m.Addresses = append([]estate.Address{{IP: d.IPv4, Sort: "public"}}, m.Addresses...)
		}
		if d.Region == "ams3" {
			m.MonthlyUSD, m.Tags, m.Walls = 12, []string{"web", "prod"}, []estate.Wall{wall}
		}
		if d.ID == 482913 {
			m.Copies = copies[:2]
			m.Records = []estate.Record{{ID: 3352894, Domain: "example.com", Type: "A", Name: "@", Data: "203.0.113.9", TTL: 3600, Priority: 0}, {ID: 3352895, Domain: "example.com", Type: "A", Name: "app", Data: "203.0.113.9", TTL: 300, Priority: 0}}
			m.Volumes = []estate.Volume{{ID: "9a1b2c3d", Name: "media", SizeGB: 200, MonthlyUSD: 20, Copies: 2}}
		}
		e.Machines = append(e.Machines, m)
	}
	e.Remains = []estate.Remains{
		{ID: "482900", Name: "stage-01", Size: "s-2vcpu-4gb", Region: "fra1", Asleep: true, WasUSD: 24, Copies: copies[2:3], MonthlyUSD: 0.62},
		{ID: "482901", Copies: copies[3:], MonthlyUSD: 4.92},
	}
	return e, err
}

func (park) Domains(context.Context) ([]string, error) {
	return []string{"example.com", "example.net", "example.org"}, nil
}

func (park) Records(_ context.Context, domain string) ([]estate.Record, error) {
	return []estate.Record{
		{ID: 3352892, Domain: domain, Type: "SOA", Name: "@", Data: "1800", TTL: 1800, Priority: 0},
		{ID: 3352893, Domain: domain, Type: "NS", Name: "@", Data: "ns1.digitalocean.com", TTL: 1800, Priority: 0},
		{ID: 3352894, Domain: domain, Type: "A", Name: "@", Data: "203.0.113.9", TTL: 3600, Priority: 0},
		{ID: 3352895, Domain: domain, Type: "A", Name: "app", Data: "203.0.113.9", TTL: 300, Priority: 0},
		{ID: 3352896, Domain: domain, Type: "MX", Name: "@", Data: "mail.example.com", TTL: 14400, Priority: 10},
		{ID: 3352897, Domain: domain, Type: "TXT", Name: "_acme", Data: "dG9rZW4gZm9yIHRoZSBjZXJ0aWZpY2F0ZQ", TTL: 60, Priority: 0},
	}, nil
}

// TestSessionsOfAnotherKindLookAsDrawn compares the list, a saga and its menu in sessions that are not the usual one.
func TestSessionsOfAnotherKindLookAsDrawn(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(*Config){
		"ascii":     func(c *Config) { c.ASCII = true },
		"live":      func(c *Config) { c.Live, c.Env = true, "prod" },
		"read-only": func(c *Config) { c.ReadOnly = true },
	}
	for name, change := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, "session-"+name)
			for _, keys := range [][]string{nil, {"down", "down", "down", "enter"}, {"down", "down", "down", "enter", "a"}} {
				onStage(t, 120, 40, func() Backend { return newExhibit(t).session(enginetest.Ops) }, change, func(s *stage) {
					s.press(keys...)
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

// TestATinyTerminalShowsTheCounters also sees that no size breaks the layout.
func TestATinyTerminalShowsTheCounters(t *testing.T) {
	t.Parallel()
	onStage(t, 39, 9, func() Backend { return newExhibit(t).session(enginetest.Ops) }, nil, func(s *stage) {
		if got := s.text(); got != "arcadia needs 40x10 (this is 39x9)\n1 needs you  1 compensating  1 running" {
			t.Errorf("a tiny terminal shows %q", got)
		}
		for _, size := range [][2]int{{0, 0}, {1, 1}, {7, 3}, {40, 10}, {41, 11}, {59, 12}, {60, 18}, {109, 17}, {110, 18}, {-1, -1}, {1000, 10}, {40, 1000}, {100000, 100000}} {
			s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			keys := []string{"enter", "tab", "tab", "e", "esc", "esc", "a", "esc", "?", "esc", ":", "esc", "4", "5", "1"}
			if size[0]*size[1] > 1<<14 {
				keys = []string{"enter", "esc"}
			}
			for _, k := range keys {
				s.press(k)
				w, h := s.app.env.Width, s.app.env.Height
				lines := strings.Split(s.app.View().Content, "\n")
				if len(lines) > max(1, h) {
					t.Fatalf("%v after %s: %d lines", size, k, len(lines))
				}
				for _, l := range lines {
					if n := ansi.StringWidth(l); n > w {
						t.Fatalf("%v after %s: a line of %d cells: %q", size, k, n, ansi.Strip(l))
					}
				}
			}
		}
	})
}
