package steps

import (
	"errors"
	"strings"
	"testing"

	"arcadia/engine"
)

func mx(id int64, data string, priority int) Record {
	return Record{ID: id, Type: "MX", Name: "n", Data: data, Priority: priority, TTL: 300}
}

func srv(id int64, data string, priority, weight, port int) Record {
	return Record{ID: id, Type: "SRV", Name: "n", Data: data, Priority: priority, Weight: weight, Port: port, TTL: 300}
}

func caa(id int64, data, tag string, flags int) Record {
	return Record{ID: id, Type: "CAA", Name: "n", Data: data, Tag: tag, Flags: flags, TTL: 300}
}

// given are inputs at the name n of example.com, the names without their prefix.
func given(text ...string) engine.Inputs {
	in := engine.Inputs{inDomain: "example.com", inName: "n"}
	for i := 0; i+1 < len(text); i += 2 {
		in["dns_record_"+text[i]] = text[i+1]
	}
	return in
}

// outcomeOf is what a plan came to: its outcome with its writes and its note, or its refusal.
func outcomeOf(c change, err error) string {
	if err != nil {
		return err.Error()
	}
	text := c.Outcome
	if len(c.Ops) > 0 {
		text += " " + line(c.Ops)
	}
	if c.Note != "" {
		text += " | " + c.Note
	}
	return text
}

var (
	mails = []Record{mx(1, "mx1.example.net", 10), mx(2, "mx2.example.net", 20), mx(3, "mx2.example.net", 30)}
	texts = []Record{
		{ID: 1, Type: "TXT", Name: "n", Data: "v=spf1 -all", TTL: 300},
		{ID: 2, Type: "TXT", Name: "n", Data: "verify=1", TTL: 300},
		{ID: 3, Type: "TXT", Name: "n", Data: "twin", TTL: 300},
		{ID: 4, Type: "TXT", Name: "n", Data: "twin", TTL: 300},
	}
	calls = []Record{srv(1, "sip.example.net", 10, 5, 5060), srv(2, "sip.example.net", 10, 5, 5061)}
	cas   = []Record{caa(1, "letsencrypt.org", "issue", 0), caa(2, "letsencrypt.org", "issuewild", 0), caa(3, "ca.example.net", "issue", 128)}
)

func TestADeletePicksAMemberByAnyOfItsFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   engine.Inputs
		live []Record
		want string // begins so
	}{
		{given("type", "MX", "data", "mx2.example.net", "priority", "20"), mails, "deleted -2"},
		{given("type", "MX", "data", "20 mx2.example.net"), mails, "deleted -2"},
		{given("type", "mx", "data", "20 MX2.example.net."), mails, "deleted -2"},
		{given("type", "MX", "priority", "10"), mails, "deleted -1"},
		{given("type", "MX", "id", "3"), mails, "deleted -3"},
		{given("type", "MX", "data", "mx2.example.net"), mails, "several_records: 2 records are at MX n.example.com: id 2 20 mx2.example.net; id 3 30 mx2.example.net: choose one with dns_record_priority or dns_record_id, or all"},
		{given("type", "MX"), mails, "several_records: 3 records are at MX n.example.com: id 1 10 mx1.example.net; id 2 20 mx2.example.net; id 3 30 mx2.example.net: choose one with dns_record_data, dns_record_priority or dns_record_id, or all"},
		{given("type", "MX", "data", "mx2.example.net", "mode", "all"), mails, "deleted -2, -3 | 2 records deleted: MX 20 mx2.example.net; MX 30 mx2.example.net"},
		{given("type", "SRV", "port", "5061"), calls, "deleted -2"},
		{given("type", "SRV", "data", "10 5 5060 sip.example.net"), calls, "deleted -1"},
		{given("type", "SRV", "data", "sip.example.net", "weight", "5"), calls, "several_records: 2 records are at SRV n.example.com: id 1 10 5 5060 sip.example.net; id 2 10 5 5061 sip.example.net: choose one with dns_record_port or dns_record_id"},
		{given("type", "CAA", "data", "0 issue letsencrypt.org"), cas, "deleted -1"},
		{given("type", "CAA", "data", `0 issuewild "letsencrypt.org"`), cas, "deleted -2"},
		{given("type", "CAA", "data", "letsencrypt.org", "tag", "issuewild"), cas, "deleted -2"},
		{given("type", "CAA", "flags", "128"), cas, "deleted -3"},
		{given("type", "TXT", "data", "twin"), texts, "several_records: 2 records are at TXT n.example.com: id 3 twin; id 4 twin: choose one with dns_record_id, or all"},
		{given("type", "TXT", "id", "4"), texts, "deleted -4"},

		// Nothing matched and the set is not empty.
		{given("type", "MX", "data", "mx9.example.net"), mails[:1], "absent | there are: id 1 10 mx1.example.net"},
		{given("type", "TXT", "id", "99"), texts[:2], "absent | there are: id 1 v=spf1 -all; id 2 verify=1"},
		{given("type", "A"), mails, "absent"},

		// A value is checked as an upsert checks it.
		{given("type", "A", "data", "mail.example.net"), nil, `input dns_record_data: "mail.example.net" is not an IPv4 address`},
		{given("type", "MX", "data", "10 mx1.example.net", "priority", "20"), mails, "input dns_record_priority: 20 here and 10 in the value"},
		{given("type", "MX", "data", "99999 mx1.example.net"), mails, `input dns_record_data: "99999" is not a whole number`},
		{given("type", "MX", "priority", "x"), mails, `input dns_record_priority: "x" is not a whole number`},
		{given("type", "MX", "id", "0"), mails, `input dns_record_id: "0" is not a record's id`},
	} {
		u, err := doomed(c.in)
		var got string
		if err == nil {
			got = outcomeOf(u.plan(c.live))
		} else {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) || c.want == "absent" && got != c.want {
			t.Errorf("%v:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestOneMemberOfASetIsChangedByWhatItWas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   engine.Inputs
		live []Record
		want string
	}{
		{given("type", "TXT", "data", "v=spf1 mx -all", "was", "v=spf1 -all"), texts, "updated 1=TXT v=spf1 mx -all ttl 300"},
		{given("type", "TXT", "data", "v=spf1 mx -all", "was", "1"), texts, "updated 1=TXT v=spf1 mx -all ttl 300"},
		{given("type", "TXT", "data", "v=spf1 mx -all", "id", "1"), texts, "updated 1=TXT v=spf1 mx -all ttl 300"},
		{given("type", "MX", "data", "mx2.example.net", "priority", "5", "was", "20 mx2.example.net"), mails, "updated 2=MX 5 mx2.example.net ttl 300"},
		{given("type", "MX", "data", "mx3.example.net", "was", "mx1.example.net"), mails, "updated 1=MX 10 mx3.example.net ttl 300"},
		{given("type", "MX", "data", "mx3.example.net", "was", "mx2.example.net"), mails, "several_records: 2 records of MX n.example.com say that: id 2 20 mx2.example.net; id 3 30 mx2.example.net: choose one with dns_record_id"},
		{given("type", "SRV", "data", "sip.example.net", "port", "5062", "was", "10 5 5061 sip.example.net"), calls, "updated 2=SRV 10 5 5062 sip.example.net ttl 300"},
		{given("type", "CAA", "data", "letsencrypt.org", "flags", "128", "was", "0 issuewild letsencrypt.org"), cas, "updated 2=CAA 128 issuewild letsencrypt.org ttl 300"},
		// One of two exact duplicates: either will do.
		{given("type", "TXT", "data", "new", "was", "twin"), texts, "updated 3=TXT new ttl 300"},
		// Done before, and never there.
		{given("type", "TXT", "data", "verify=1", "was", "verify=0"), texts, "noop"},
		{given("type", "TXT", "data", "b", "was", "a"), texts[:1], "no_such_record: none of TXT n.example.com says that; there are: id 1 v=spf1 -all"},
		{given("type", "TXT", "data", "b", "was", "a"), nil, "no_such_record: nothing is at TXT n.example.com"},
		{given("type", "TXT", "data", "verify=1", "was", "v=spf1 -all"), texts, "value_is_there_already: id 2 of TXT n.example.com says verify=1 already: delete id 1 instead"},
		{given("type", "TXT", "data", "b", "was", "a", "mode", "replace"), texts, "input dns_record_mode: replace leaves one record"},
		{given("type", "A", "data", "192.0.2.1", "was", "mail"), nil, `input dns_record_was: "mail" is not an IPv4 address`},
	} {
		w, err := wanted(c.in)
		var got string
		if err == nil {
			got = outcomeOf(w.plan(c.live))
		} else {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%v:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestAnUpdateKeepsWhatWasNotSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   engine.Inputs
		live []Record
		want string
	}{
		{given("type", "A", "data", "192.0.2.9"), []Record{a(1, "192.0.2.1", 60)}, "updated 1=A 192.0.2.9 ttl 60"},
		{given("type", "A", "data", "192.0.2.1"), []Record{a(1, "192.0.2.1", 60)}, "noop"},
		{given("type", "MX", "data", "mx9.example.net"), mails[1:2], "updated 2=MX 20 mx9.example.net ttl 300"},
		{given("type", "MX", "data", "mx2.example.net"), mails[1:2], "noop"},
		{given("type", "MX", "data", "mx2.example.net", "priority", "10"), mails[1:2], "updated 2=MX 10 mx2.example.net ttl 300"},
		{given("type", "SRV", "data", "new.example.net"), calls[1:], "updated 2=SRV 10 5 5061 new.example.net ttl 300"},
		{given("type", "CAA", "data", "ca2.example.net"), cas[2:], "updated 3=CAA 128 issue ca2.example.net ttl 300"},
		{given("type", "CAA", "data", "letsencrypt.org"), cas[1:2], "noop"},
		// Defaults are for what is new; a new member has the TTL of its set.
		{given("type", "A", "data", "192.0.2.9"), nil, "created +A 192.0.2.9 ttl 1800"},
		{given("type", "MX", "data", "mx9.example.net"), nil, "created +MX 10 mx9.example.net ttl 1800"},
		{given("type", "A", "data", "192.0.2.9", "mode", "add"), []Record{a(1, "192.0.2.1", 60)}, "created +A 192.0.2.9 ttl 60"},
		{given("type", "SRV", "data", "sip.example.net"), nil, "incomplete_record: a new SRV record needs dns_record_port"},
	} {
		w, err := wanted(c.in)
		if err != nil {
			t.Errorf("%v: %v", c.in, err)
			continue
		}
		if got := outcomeOf(w.plan(c.live)); !strings.HasPrefix(got, c.want) || c.want == "noop" && got != c.want {
			t.Errorf("%v:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestNoMoreIsDeletedThanWasSaid(t *testing.T) {
	t.Parallel()
	beside := []Record{a(1, "192.0.2.1", 60), txt(2, "x")}
	for _, c := range []struct {
		in   engine.Inputs
		live []Record
		want string
	}{
		{given("type", "CNAME", "data", "t.example.net"), beside, "records_in_the_way: CNAME n.example.com cannot stand beside A n.example.com 192.0.2.1 and 1 more: choose dns_record_mode=replace"},
		{given("type", "CNAME", "data", "t.example.net", "mode", "add"), beside, "records_in_the_way"},
		{given("type", "CNAME", "data", "t.example.net", "mode", "replace"), beside, "replaced -1, -2, +CNAME t.example.net ttl 1800 | 2 records deleted: A 192.0.2.1; TXT x"},
		{given("type", "A", "data", "192.0.2.9"), []Record{cname(1, "t.example.net")}, "records_in_the_way"},
		{given("type", "A", "data", "192.0.2.9", "mode", "REPLACE"), []Record{cname(1, "t.example.net")}, "replaced -1, +A 192.0.2.9 ttl 1800 | 1 record deleted: CNAME t.example.net"},
		{given("type", "MX", "data", "mx9.example.net", "priority", "1", "mode", "replace"), []Record{cname(1, "t.example.net")}, "replaced -1, +MX 1 mx9.example.net"},
		{given("type", "A", "data", "192.0.2.9", "mode", "replace"), []Record{a(1, "192.0.2.1", 60), a(2, "192.0.2.9", 60)}, "updated -1 | 1 record deleted: A 192.0.2.1"},
		// What stays is said as well.
		{given("type", "A", "data", "192.0.2.9"), []Record{a(1, "192.0.2.1", 60), a(2, "192.0.2.9", 60), a(3, "192.0.2.3", 60), a(4, "192.0.2.4", 60)}, "noop | 3 other records stay; dns_record_mode=replace makes it the only one"},
		{given("type", "TXT", "data", "twin"), texts[2:], "noop | 1 other record stays"},
	} {
		w, err := wanted(c.in)
		if err != nil {
			t.Errorf("%v: %v", c.in, err)
			continue
		}
		if got := outcomeOf(w.plan(c.live)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%v:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestTargetsThatCannotBeAreRefusedWithTheWayOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   engine.Inputs
		want string // "" is accepted
	}{
		{given("type", "CNAME", "data", "203.0.113.9"), "a CNAME names a host: choose type A"},
		{given("type", "CNAME", "data", "203.0.113.9."), "choose type A"},
		{given("type", "CNAME", "data", "2001:db8::1"), "choose type AAAA"},
		{given("type", "MX", "data", "203.0.113.9"), "203.0.113.9 is an address, and an MX record names a host: write an A record for that host, and name it here"},
		{given("type", "NS", "data", "203.0.113.9"), "an NS record names a host"},
		{given("type", "SRV", "data", "203.0.113.9"), "an SRV record names a host"},
		{given("type", "CNAME", "data", "n.example.com"), "n.example.com cannot be a CNAME to itself"},
		{given("type", "CNAME", "data", "N.Example.com."), "cannot be a CNAME to itself"},
		{given("type", "SRV", "data", ".", "port", "0"), ""},
		{given("type", "MX", "data", "."), "takes no mail"},
		{given("type", "CNAME", "data", "."), "names no host"},
		{given("type", "MX", "data", "10 mx.example.net"), "the priority goes into dns_record_priority"},
		{given("type", "SRV", "data", "10 5 5060 sip.example.net"), "priority, weight and port go into dns_record_priority, dns_record_weight and dns_record_port"},
		{given("type", "CAA", "data", "0 issue letsencrypt.org"), "flags and tag have fields of their own: dns_record_flags and dns_record_tag"},
		{given("type", "A", "data", "2001:db8::1"), "choose type AAAA"},
		{given("type", "AAAA", "data", "192.0.2.1"), "choose type A"},
		{given("type", "caa", "data", "letsencrypt.org", "tag", "ISSUE"), ""},
		{given("type", "txt", "data", "10 green bottles"), ""},
	} {
		_, err := wanted(c.in)
		if err == nil != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.in, err, c.want)
		}
	}
}

func TestAnAbsoluteNameIsAbsolute(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"www": "www", "www.example.com": "www", "www.example.com.": "www", "WWW.Example.com.": "www", "example.com.": "@", "@": "@",
		"www.other.org": "www.other.org", "example.com.example.com.": "example.com",
		"www.other.org.": "", "www.": "", "com.": "", "notexample.com.": "", "example.com.org.": "",
	} {
		for _, read := range []func(engine.Inputs) (string, error){
			func(in engine.Inputs) (string, error) { w, err := wanted(in); return w.rec.Name, err },
			func(in engine.Inputs) (string, error) { u, err := doomed(in); return u.pick.Name, err },
		} {
			in := given("type", "A", "data", "192.0.2.1")
			in[inName] = name
			got, err := read(in)
			if (want == "") != errors.Is(err, errElsewhere) || err == nil && got != want {
				t.Errorf("%s is %q, %v; want %q", name, got, err, want)
			}
		}
	}
	for _, live := range []string{"www", "www.example.com", "example.com", "@"} {
		if got := relativeName("example.com", writtenName("example.com", live)); got != live {
			t.Errorf("%s is offered as %s, which is read as %s", live, writtenName("example.com", live), got)
		}
	}
}
