package crashtest

import (
	"net/http"

	"arcadia/steps/dosim"
)

// scenarios are all shipped kinds in all their modes.
func scenarios() []*scenario {
	all := append(creations(), changes()...)
	all = append(all, deletions()...)
	all = append(all, others()...)
	all = append(all, fleet()...)
	all = append(all, recipes()...)
	all = append(all, rotations()...)
	return append(all, care()...)
}

// stages are the scenarios over which plays are played: one of each sort of write.
func stages() []*scenario {
	return []*scenario{creations()[0], changes()[7], deletions()[3], others()[1], others()[3], others()[4]}
}

func creations() []*scenario {
	return []*scenario{
		upsert("create A", "type=A data=192.0.2.1 ttl=600", nil, list(rec("A", "app", "192.0.2.1", 600))),
		upsert("create AAAA beside A", "type=AAAA data=2001:db8::1", list(rec("A", "app", "192.0.2.1", 60)),
			list(rec("A", "app", "192.0.2.1", 60), rec("AAAA", "app", "2001:db8::1", 1800))),
		upsert("create TXT", "type=TXT data=token=abc;x=\"y\"", nil, list(rec("TXT", "app", `token=abc;x="y"`, 1800))),
		upsert("create CNAME", "type=CNAME data=target.example.net ttl=300", nil, list(rec("CNAME", "app", "target.example.net", 300))),
		upsert("create MX", "type=MX data=mx1.example.net priority=20", nil, list(mx("app", "mx1.example.net", 20, 1800))),
		upsert("create SRV", "type=SRV data=sip.example.com priority=1 port=5060 weight=7", nil,
			list(dosim.Record{Type: "SRV", Name: "app", Data: "sip.example.com", TTL: 1800, Priority: 1, Port: 5060, Weight: 7})),
		upsert("create CAA", "type=CAA data=letsencrypt.org flags=128 tag=issue", nil,
			list(dosim.Record{Type: "CAA", Name: "app", Data: "letsencrypt.org", TTL: 1800, Flags: 128, Tag: "issue"})),
		upsert("create NS", "type=NS data=ns1.example.org", nil, list(rec("NS", "app", "ns1.example.org", 1800))),
		upsert("add to a set, moving its TTL", "type=A data=192.0.2.3 ttl=60 mode=add",
			list(rec("A", "app", "192.0.2.1", 900), rec("A", "app", "192.0.2.2", 900)),
			list(rec("A", "app", "192.0.2.1", 60), rec("A", "app", "192.0.2.2", 60), rec("A", "app", "192.0.2.3", 60))),
		{
			name: "upsert add TXT at the apex", kind: "upsert_dns_record", steps: []string{"upsert_dns_record"}, places: "@/TXT",
			inputs: with(dns("type=TXT data=verify=1 mode=add ttl=3600"), "dns_record_name", "@"),
			before: list(rec("TXT", "@", "v=spf1 -all", 3600)), after: list(rec("TXT", "@", "v=spf1 -all", 3600), rec("TXT", "@", "verify=1", 3600)),
		},
	}
}

func with(in map[string]string, name, value string) map[string]string {
	in[name] = value
	return in
}

func changes() []*scenario {
	one := list(rec("A", "app", "192.0.2.1", 900))
	three := list(rec("A", "app", "192.0.2.1", 900), rec("A", "app", "192.0.2.2", 900), rec("A", "app", "192.0.2.3", 900))
	return []*scenario{
		quiet(upsert("noop", "type=A data=192.0.2.1 ttl=900", one, one)),
		quiet(upsert("noop add", "type=A data=192.0.2.2 ttl=900 mode=add", three, three)),
		upsert("update value and TTL", "type=A data=192.0.2.9 ttl=60", one, list(rec("A", "app", "192.0.2.9", 60))),
		upsert("update TTL only", "type=A data=192.0.2.1 ttl=60", one, list(rec("A", "app", "192.0.2.1", 60))),
		upsert("update TTL of a set by add", "type=A data=192.0.2.2 ttl=60 mode=add", three,
			list(rec("A", "app", "192.0.2.1", 60), rec("A", "app", "192.0.2.2", 60), rec("A", "app", "192.0.2.3", 60))),
		upsert("update CNAME", "type=CNAME data=new.example.net ttl=60", list(rec("CNAME", "app", "old.example.net", 900)), list(rec("CNAME", "app", "new.example.net", 60))),
		upsert("update MX priority", "type=MX data=mx1.example.net priority=5 ttl=900", list(mx("app", "mx1.example.net", 10, 900)), list(mx("app", "mx1.example.net", 5, 900))),
		upsert("replace three by a new one", "type=A data=192.0.2.9 ttl=60 mode=replace", three, list(rec("A", "app", "192.0.2.9", 60))),
		upsert("replace three by one of them", "type=A data=192.0.2.2 ttl=900 mode=replace", three, list(rec("A", "app", "192.0.2.2", 900))),
		upsert("replace equal ones by one", "type=A data=192.0.2.1 ttl=900 mode=replace", list(one[0], one[0]), one),
		upsert("A and TXT to CNAME", "type=CNAME data=target.example.net ttl=300 mode=replace",
			list(rec("A", "app", "192.0.2.1", 900), rec("A", "app", "192.0.2.2", 900), rec("TXT", "app", "note", 120)),
			list(rec("CNAME", "app", "target.example.net", 300))),
		upsert("CNAME to A", "type=A data=192.0.2.1 ttl=60 mode=replace", list(rec("CNAME", "app", "old.example.net", 900)), list(rec("A", "app", "192.0.2.1", 60))),
		refusing(upsert("single among several", "type=A data=192.0.2.9", three, three)),
		refusing(upsert("add beside a CNAME", "type=A data=192.0.2.9 mode=add", list(rec("CNAME", "app", "old.example.net", 900)), nil)),
	}
}

func quiet(s *scenario) *scenario { s.unchanged = true; return s }
func refusing(s *scenario) *scenario {
	s.refused, s.unchanged, s.after = true, true, s.before
	return s
}

func deletions() []*scenario {
	three := list(rec("TXT", "app", "one", 900), rec("TXT", "app", "two", 900), rec("TXT", "app", "three", 900))
	return []*scenario{
		remove("the one", "type=TXT", list(rec("TXT", "app", "one", 900)), nil),
		remove("a CNAME", "type=CNAME", list(rec("CNAME", "app", "old.example.net", 60)), nil),
		remove("one of three", "type=TXT data=two", three, list(three[0], three[2])),
		remove("all three", "type=TXT mode=all", three, nil),
		remove("MX beside A", "type=MX data=mx1.example.net", list(mx("app", "mx1.example.net", 10, 900), mx("app", "mx2.example.net", 20, 900), rec("A", "app", "192.0.2.1", 60)),
			list(mx("app", "mx2.example.net", 20, 900), rec("A", "app", "192.0.2.1", 60))),
		remove("two equal ones", "type=TXT mode=all", list(three[0], three[0]), nil),
		quiet(remove("what is absent", "type=TXT", nil, nil)),
		refusing(remove("single of several", "type=TXT", three, three)),
	}
}

func others() []*scenario {
	snapshot := func(name string, lag int, faults ...dosim.Fault) *scenario {
		return &scenario{
			name: name, kind: "snapshot_droplet", steps: []string{"create_droplet_snapshot"}, inputs: fields("droplet_id=$droplet"),
			snapshot: true, lag: lag, faults: faults,
		}
	}
	return []*scenario{
		snapshot("snapshot", 0),
		snapshot("snapshot, listed late", 3),
		snapshot("snapshot of a busy droplet", 0, dosim.Fault{Method: http.MethodPost, Path: "/v2/droplets/*/actions", Kind: dosim.FaultPendingEvent, Count: 2}),
		{
			name: "snapshot_then_dns", kind: "snapshot_then_dns", steps: []string{"create_droplet_snapshot", "upsert_dns_record"}, places: "app",
			inputs: with(dns("type=A data=192.0.2.9 ttl=60"), "droplet_id", "$droplet"), snapshot: true, lag: 1,
			before: list(rec("A", "app", "192.0.2.1", 900)), after: list(rec("A", "app", "192.0.2.9", 60)),
		},
		{
			name: "several records in one saga", kind: "adhoc", steps: []string{"upsert_dns_record", "upsert_dns_record", "delete_dns_record"}, places: "app www gone",
			inputs: dns("0:type=A 0:data=192.0.2.1 1:name=www 1:type=CNAME 1:data=app.example.com 1:mode=replace 2:name=gone 2:type=A"),
			before: list(rec("A", "www", "192.0.2.7", 60), rec("A", "gone", "192.0.2.8", 60)),
			after:  list(rec("A", "app", "192.0.2.1", 1800), rec("CNAME", "www", "app.example.com", 1800)),
		},
		{
			name: "one record several times in one saga", kind: "adhoc", steps: []string{"upsert_dns_record", "upsert_dns_record", "upsert_dns_record", "delete_dns_record", "upsert_dns_record"},
			places: "app", before: list(rec("A", "app", "192.0.2.1", 900)),
			inputs: dns("0:type=A 0:data=192.0.2.2 0:ttl=60 1:type=CNAME 1:data=a.example.net 1:mode=replace 2:type=A 2:data=192.0.2.3 2:ttl=90 2:mode=replace 3:type=A 4:type=A 4:data=192.0.2.4 4:ttl=120"),
			after:  list(rec("A", "app", "192.0.2.4", 120)),
		},
		lagging(upsert("CNAME to A, deletes listed late", "type=A data=192.0.2.1 ttl=60 mode=replace", list(rec("CNAME", "app", "old.example.net", 900)), list(rec("A", "app", "192.0.2.1", 60)))),
		lagging(remove("all, deletes listed late", "type=TXT mode=all", list(rec("TXT", "app", "one", 900), rec("TXT", "app", "two", 900)), nil)),
		lagging(upsert("create, deletes listed late", "type=A data=192.0.2.1 ttl=600", nil, list(rec("A", "app", "192.0.2.1", 600)))),
		{name: "echo", kind: "echo", steps: []string{"echo", "echo", "echo"}, inputs: fields("text=hello"), unchanged: true},
		{name: "echo_fail", kind: "echo_fail", steps: []string{"echo", "echo", "fail"}, inputs: fields("text=hello"), unchanged: true, refused: true},
	}
}

func lagging(s *scenario) *scenario { s.lag = 2; return s }
