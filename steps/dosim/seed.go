package dosim

import (
	"fmt"
	"time"
)

// seedWorld fills the account with what a small firm has: three zones, one of them over
// 200 records long; six droplets, one off and one busy for good with an action that never
// ends; snapshots, one in two regions, and a backup; tags and reserved IPs; a volume and a
// firewall. Its times lie
// in the days before the making of the Sim.
func (s *Sim) seedWorld() {
	now := second(s.set.now())
	s.seedZones(now)
	s.seedDroplets(now)
}

func (s *Sim) seedZones(now time.Time) {
	com := s.addZone("example.com", now.Add(-400*time.Hour))
	for _, r := range []Record{
		{Type: "A", Name: "@", Data: "203.0.113.10", TTL: 3600},
		{Type: "AAAA", Name: "@", Data: "2001:db8::10", TTL: 3600},
		{Type: "A", Name: "web-01", Data: "203.0.113.11"},
		{Type: "A", Name: "web-02", Data: "203.0.113.12"},
		{Type: "A", Name: "db-01", Data: "203.0.113.21"},
		{Type: "A", Name: "db-02", Data: "203.0.113.22"},
		{Type: "A", Name: "api", Data: "203.0.113.11", TTL: 300},
		{Type: "A", Name: "api", Data: "203.0.113.12", TTL: 300},
		{Type: "A", Name: "*.preview", Data: "203.0.113.31"},
		{Type: "CNAME", Name: "www", Data: "@"},
		{Type: "CNAME", Name: "blog", Data: "sites.example.net"},
		{Type: "CNAME", Name: "status", Data: "status.example.org"},
		{Type: "MX", Name: "@", Data: "mx1.example.net", Priority: 10},
		{Type: "MX", Name: "@", Data: "mx2.example.net", Priority: 20},
		{Type: "TXT", Name: "@", Data: "v=spf1 include:_spf.example.net ~all"},
		{Type: "TXT", Name: "@", Data: "site-verification=6f0d9c2e"},
		{Type: "TXT", Name: "_dmarc", Data: "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"},
		{Type: "SRV", Name: "_sip._tcp", Data: "sip.example.com", Priority: 10, Weight: 5, Port: 5060, TTL: 300},
		{Type: "A", Name: "sip", Data: "203.0.113.40"},
		{Type: "CAA", Name: "@", Data: "letsencrypt.org", Tag: "issue"},
		{Type: "CAA", Name: "@", Data: "mailto:security@example.com", Tag: "iodef"},
		{Type: "NS", Name: "lab", Data: "ns1.example.org"},
	} {
		s.seedRecord(com, r, now.Add(-30*time.Hour))
	}
	org := s.addZone("example.org", now.Add(-300*time.Hour))
	for _, r := range []Record{
		{Type: "A", Name: "@", Data: "203.0.113.50"},
		{Type: "CNAME", Name: "www", Data: "@"},
		{Type: "A", Name: "status", Data: "203.0.113.51", TTL: 60},
		{Type: "A", Name: "ns1", Data: "203.0.113.53"},
		{Type: "TXT", Name: "@", Data: "v=spf1 -all"},
	} {
		s.seedRecord(org, r, now.Add(-50*time.Hour))
	}
	net := s.addZone("example.net", now.Add(-200*time.Hour))
	for i := range 240 {
		s.seedRecord(net, Record{
			Type: "A", Name: fmt.Sprintf("node-%03d", i+1), Data: fmt.Sprintf("192.0.2.%d", 1+i%250), TTL: 600,
		}, now.Add(-20*time.Hour))
	}
}

func (s *Sim) seedRecord(z *zone, r Record, at time.Time) {
	if r.TTL == 0 {
		r.TTL = defaultTTL
	}
	s.addRecord(z, r, at)
}

func (s *Sim) seedDroplets(now time.Time) {
	byName := map[string]*droplet{}
	for i, o := range []dropletOrder{
		{Name: "web-01", Region: "nyc3", Size: "s-2vcpu-4gb", Tags: []string{"web", "env:prod"}, IPv6: true, Monitoring: true},
		{Name: "web-02", Region: "nyc3", Size: "s-2vcpu-4gb", Tags: []string{"web", "env:prod"}, IPv6: true, Monitoring: true},
		{Name: "db-01", Region: "nyc3", Size: "s-4vcpu-8gb", Tags: []string{"db", "env:prod"}, Backups: true},
		{Name: "db-02", Region: "fra1", Size: "s-4vcpu-8gb", Tags: []string{"db", "env:prod"}},
		{Name: "cache-01", Region: "nyc3", Size: "s-1vcpu-2gb", Tags: []string{"env:staging"}},
		{Name: "build-01", Region: "ams3", Size: "c-4"},
	} {
		d := s.bootedDroplet(o.Name, o, now.Add(-time.Duration(90-i)*24*time.Hour))
		byName[d.name] = d
	}
	byName["cache-01"].status = "off"

	build := byName["build-01"]
	build.running++
	s.actions = append(s.actions, &action{
		id: s.take(&s.serial.action), kind: "migrate", status: inProgress, started: now.Add(-7 * time.Hour),
		resource: build.id, of: "droplet", region: build.region, end: func(string, time.Time) {},
	})

	day := 24 * time.Hour
	s.addSnapshot(byName["web-01"], "web-01-golden", imageSnapshot, now.Add(-30*day))
	two := s.addSnapshot(byName["db-01"], "db-01-before-upgrade", imageSnapshot, now.Add(-12*day))
	two.regions = []string{"nyc3", "fra1"}
	s.addSnapshot(byName["db-01"], "db-01 backup", imageBackup, now.Add(-2*day))
	s.addSnapshot(byName["db-02"], "db-02-weekly", imageSnapshot, now.Add(-5*day))
	s.addSnapshot(byName["cache-01"], "cache-01-final", imageSnapshot, now.Add(-day))

	s.reserve("nyc3", byName["web-01"].id)
	s.reserve("fra1", 0)

	s.volumes = append(s.volumes, &volume{
		id: s.derived("volume", "db-01-data"), name: "db-01-data", region: "nyc3", size: 100, created: now.Add(-60 * day),
		droplets: []int64{byName["db-01"].id}, fsType: "ext4", fsLabel: "data",
	})
	anywhere := &traffic{Addresses: []string{"0.0.0.0/0", "::/0"}}
	s.firewalls = append(s.firewalls, &firewall{
		id: s.derived("firewall", "web"), name: "web", created: now.Add(-80 * day), tags: []string{"web"},
		in: []rule{
			{Protocol: "tcp", Ports: "22", Sources: &traffic{Addresses: []string{"198.51.100.0/24"}}},
			{Protocol: "tcp", Ports: "443", Sources: anywhere},
		},
		out: []rule{
			{Protocol: "tcp", Ports: "0", Destinations: anywhere},
			{Protocol: "udp", Ports: "0", Destinations: anywhere},
			{Protocol: "icmp", Ports: "0", Destinations: anywhere},
		},
	})
}
