package tui

import (
	"context"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// three is a store that three hosts share: one drives, and the build of another is too old.
func three() *engine.Crowd {
	steps := []string{"create_droplet_snapshot", "delete_dns_record", "echo", "fail", "upsert_dns_record"}
	host := func(name, address, version string, ago time.Duration, steps []string) engine.Host {
		return engine.Host{Name: name, Address: address, Version: version, Since: engine.At(noon.Add(-ago)), Steps: steps, Files: map[string]string{"operators": "f3bf05b9cf9a"}}
	}
	c := &engine.Crowd{Self: "host-1", Driver: "host-2", Last: "host-2", Hosts: []engine.Host{
		host("host-1", "192.0.2.11", "1.4.0", 31*time.Hour, steps), host("host-2", "192.0.2.12", "1.4.0", 30*time.Hour, steps),
		host("host-3", "192.0.2.13", "1.3.2", 64*time.Hour, steps[:4]),
	}}
	c.Hosts[1].Drives = true
	return c
}

func threeMembers(context.Context) (Cluster, error) {
	at := func(ago time.Duration) engine.Time { return engine.At(noon.Add(-ago)) }
	return Cluster{
		Cluster: engine.Cluster{
			Store: "etcd://192.0.2.21:2379,192.0.2.22:2379,192.0.2.23:2379/prod", Revision: 4811902, Full: 20,
			Members: []engine.Member{
				{Name: "member-a", Version: "3.6.5", Used: 412 << 20, Quota: 2048 << 20, RoundTrip: 1100},
				{Name: "member-b", Version: "3.6.5", Leads: true, Used: 412 << 20, Quota: 2048 << 20, RoundTrip: 800},
				{Name: "member-c", Trouble: "it does not answer"},
			},
			Compacted: at(4 * time.Minute), Archived: at(90 * day), Backup: at(11 * time.Hour),
			Terms: []engine.Tenure{
				{Host: "host-2", Began: at(17*time.Hour + 50*time.Minute)},
				{Host: "host-1", Began: at(40 * time.Hour), Ended: at(17*time.Hour + 50*time.Minute + 8100*time.Millisecond), How: "lapsed"},
				{Host: "host-2", Began: at(84 * time.Hour), Ended: at(40 * time.Hour), How: "resigned"},
			},
			Heard: map[string]int{"host-1": 400, "host-2": 1200, "host-3": 2700},
		},
		People: []Person{
			{Name: "ops1", Host: "host-1", From: "198.51.100.14", Role: "operator", Since: at(time.Hour), What: "console"},
			{Name: "ops2", Host: "host-2", From: "203.0.113.140", Role: "operator", Since: at(time.Minute), What: "console", Saga: "01998f1e-0000-7000-8000-0000c41f08aa"},
			{Name: "ops3", Host: "host-3", From: "198.51.100.77", Role: "approver", Since: at(6 * time.Hour), What: "watch"},
		},
		Budgets: map[string]Calls{"host-1": {212, 250}, "host-2": {1840, 2250}, "host-3": {250, 250}},
	}, nil
}

func onThree(t *testing.T, name string, crowd *engine.Crowd, keys ...string) {
	t.Helper()
	pages := newAlbum(t, name)
	for _, size := range sizes {
		backend := func() Backend { return newExhibit(t).session(enginetest.Ops) }
		onStage(t, size.w, size.h, backend, func(c *Config) {
			c.Crowd, c.Cluster = func() *engine.Crowd { return crowd }, threeMembers
		}, func(s *stage) {
			s.press(keys...)
			pages.add(s)
		})
	}
	pages.compare()
}

// TestHostsLookAsDrawn compares the screen of hosts, and what every screen shows while nobody drives.
func TestHostsLookAsDrawn(t *testing.T) {
	t.Parallel()
	onThree(t, "hosts", three(), "9", "down")
	gone := three()
	gone.Driver, gone.Held, gone.Since = "", true, engine.At(noon.Add(-4*time.Minute))
	gone.Hosts[1].Drives = false
	onThree(t, "nobody-drives", gone)
	gone.Mute = true
	onThree(t, "store-mute", gone)
}

// TestFilesThatDifferAreSaidInEveryHeader changes the digest of one host's operators.
func TestFilesThatDifferAreSaidInEveryHeader(t *testing.T) {
	t.Parallel()
	crowd := three()
	crowd.Hosts[2].Files = map[string]string{"operators": "other"}
	onExhibit(t, func(c *Config) {
		c.Crowd, c.Cluster = func() *engine.Crowd { return crowd }, threeMembers
	}, func(s *stage) {
		for _, key := range []string{"1", "4", "5", "9"} {
			s.press(key)
			s.has("operators differ")
		}
	})
}
