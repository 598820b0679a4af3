package steps

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
)

// wish is what an operator gives, listed what the provider lists, both in the zone example.com.
func TestWishedAndListedRecordsCompareByWhatTheyMean(t *testing.T) {
	t.Parallel()
	type in = engine.Inputs
	wish := func(recordType, name, data string, more ...string) in {
		w := in{inDomain: "example.com", inType: recordType, inName: name, inData: data}
		for i := 0; i < len(more); i += 2 {
			w[more[i]] = more[i+1]
		}
		return w
	}
	rec := func(recordType, name, data string) Record {
		return Record{Type: recordType, Name: name, Data: data, TTL: 1800}
	}
	mx := func(name, data string, priority int) Record {
		return Record{Type: "MX", Name: name, Data: data, Priority: priority, TTL: 1800}
	}
	srv := func(name, data string, priority, weight, port int) Record {
		return Record{Type: "SRV", Name: name, Data: data, Priority: priority, Weight: weight, Port: port, TTL: 1800}
	}
	caa := func(data, tag string, flags int) Record {
		return Record{Type: "CAA", Name: "@", Data: data, Tag: tag, Flags: flags, TTL: 1800}
	}
	for _, c := range []struct {
		wish   in
		listed Record
		same   bool
	}{
		// Names.
		{wish("A", "www", "192.0.2.1"), rec("A", "www", "192.0.2.1"), true},
		{wish("A", "WWW", "192.0.2.1"), rec("A", "www", "192.0.2.1"), true},
		{wish("A", "www", "192.0.2.1"), rec("A", "WWW", "192.0.2.1"), true},
		{wish("A", "www.example.com", "192.0.2.1"), rec("A", "www", "192.0.2.1"), true},
		{wish("A", "www.example.com.", "192.0.2.1"), rec("A", "www", "192.0.2.1"), true},
		{wish("A", "www.Example.COM.", "192.0.2.1"), rec("A", "www", "192.0.2.1"), true},
		{wish("A", "@", "192.0.2.1"), rec("A", "@", "192.0.2.1"), true},
		{wish("A", "example.com", "192.0.2.1"), rec("A", "@", "192.0.2.1"), true},
		{wish("A", "example.com.", "192.0.2.1"), rec("A", "@", "192.0.2.1"), true},
		{wish("A", "@", "192.0.2.1"), rec("A", "", "192.0.2.1"), true},
		{wish("A", "*", "192.0.2.1"), rec("A", "*", "192.0.2.1"), true},
		{wish("A", "*.dev", "192.0.2.1"), rec("A", "*.dev", "192.0.2.1"), true},
		{wish("A", "a.b.c", "192.0.2.1"), rec("A", "a.b.c", "192.0.2.1"), true},
		{wish("A", "www", "192.0.2.1"), rec("A", "www2", "192.0.2.1"), false},
		{wish("A", "www", "192.0.2.1"), rec("A", "@", "192.0.2.1"), false},
		{wish("A", "www", "192.0.2.1"), rec("A", "*", "192.0.2.1"), false},
		// What is listed is relative: this one is www.example.com.example.com.
		{wish("A", "www", "192.0.2.1"), rec("A", "www.example.com", "192.0.2.1"), false},
		{wish("A", "@", "192.0.2.1"), rec("A", "example.com", "192.0.2.1"), false},
		{wish("A", "notexample.com", "192.0.2.1"), rec("A", "@", "192.0.2.1"), false},
		// Types.
		{wish("A", "www", "192.0.2.1"), rec("a", "www", "192.0.2.1"), true},
		{wish("A", "www", "192.0.2.1"), rec("TXT", "www", "192.0.2.1"), false},
		{wish("NS", "sub", "ns1.example.org"), rec("CNAME", "sub", "ns1.example.org"), false},
		// A.
		{wish("A", "www", "192.0.2.1"), rec("A", "www", "192.0.2.2"), false},
		{wish("A", "www", "192.0.2.1"), rec("A", "www", "192.0.2.10"), false},
		// AAAA: the provider keeps the text as it was written.
		{wish("AAAA", "www", "2001:db8::1"), rec("AAAA", "www", "2001:db8::1"), true},
		{wish("AAAA", "www", "2001:db8::1"), rec("AAAA", "www", "2001:0DB8:0:0:0:0:0:1"), true},
		{wish("AAAA", "www", "2001:0db8:0000::0001"), rec("AAAA", "www", "2001:db8::1"), true},
		{wish("AAAA", "www", "2001:DB8::A"), rec("AAAA", "www", "2001:db8::a"), true},
		{wish("AAAA", "www", "::ffff:192.0.2.1"), rec("AAAA", "www", "::ffff:c000:201"), true},
		{wish("AAAA", "www", "2001:db8::1"), rec("AAAA", "www", "2001:db8::2"), false},
		{wish("AAAA", "www", "2001:db8::1"), rec("AAAA", "www", "2001:db8:0:1::"), false},
		// CNAME.
		{wish("CNAME", "www", "host.example.net."), rec("CNAME", "www", "host.example.net"), true},
		{wish("CNAME", "www", "host.example.net"), rec("CNAME", "www", "host.example.net"), true},
		{wish("CNAME", "www", "Host.Example.NET"), rec("CNAME", "www", "host.example.net"), true},
		{wish("CNAME", "www", "host.example.net"), rec("CNAME", "www", "Host.Example.net"), true},
		{wish("CNAME", "www", "@"), rec("CNAME", "www", "@"), true},
		{wish("CNAME", "www", "example.com"), rec("CNAME", "www", "@"), true},
		{wish("CNAME", "www", "example.com."), rec("CNAME", "www", "@"), true},
		{wish("CNAME", "www", "@"), rec("CNAME", "www", "example.com"), true},
		{wish("CNAME", "www", "app.example.com."), rec("CNAME", "www", "app.example.com"), true},
		{wish("CNAME", "www", "app.example.com"), rec("CNAME", "www", "app"), false},
		{wish("CNAME", "www", "a.example.net"), rec("CNAME", "www", "b.example.net"), false},
		// MX.
		{wish("MX", "@", "mx.example.net.", inPriority, "10"), mx("@", "mx.example.net", 10), true},
		{wish("MX", "@", "mx.example.net"), mx("@", "mx.example.net", 10), true},
		{wish("MX", "@", "@", inPriority, "0"), mx("@", "@", 0), true},
		{wish("MX", "@", "mx.example.net", inPriority, "10"), mx("@", "mx.example.net", 20), false},
		{wish("MX", "@", "mx.example.net", inPriority, "10"), mx("@", "mx2.example.net", 10), false},
		// NS.
		{wish("NS", "sub", "ns1.example.org."), rec("NS", "sub", "ns1.example.org"), true},
		{wish("NS", "sub", "NS1.example.org"), rec("NS", "sub", "ns1.example.org"), true},
		{wish("NS", "sub", "ns1.example.org"), rec("NS", "sub", "ns2.example.org"), false},
		// SRV: the whole tuple.
		{wish("SRV", "_sip._tcp", "sip.example.com.", inPriority, "10", inWeight, "5", inPort, "5060"), srv("_sip._tcp", "sip.example.com", 10, 5, 5060), true},
		{wish("SRV", "_SIP._tcp", "SIP.example.com", inPriority, "10", inWeight, "5", inPort, "5060"), srv("_sip._tcp", "sip.example.com", 10, 5, 5060), true},
		{wish("SRV", "_sip._tcp", "sip.example.com", inPriority, "10", inWeight, "5", inPort, "5060"), srv("_sip._tcp", "sip.example.com", 20, 5, 5060), false},
		{wish("SRV", "_sip._tcp", "sip.example.com", inPriority, "10", inWeight, "5", inPort, "5060"), srv("_sip._tcp", "sip.example.com", 10, 6, 5060), false},
		{wish("SRV", "_sip._tcp", "sip.example.com", inPriority, "10", inWeight, "5", inPort, "0"), srv("_sip._tcp", "sip.example.com", 10, 5, 5060), false},
		// CAA: the tag is part of it; only issue and issuewild name a host.
		{wish("CAA", "@", "letsencrypt.org.", inTag, "issue"), caa("letsencrypt.org", "issue", 0), true},
		{wish("CAA", "@", "LetsEncrypt.org"), caa("letsencrypt.org", "issue", 0), true},
		{wish("CAA", "@", "letsencrypt.org", inTag, "issuewild"), caa("letsencrypt.org", "issue", 0), false},
		{wish("CAA", "@", "letsencrypt.org", inFlags, "128"), caa("letsencrypt.org", "issue", 0), false},
		{wish("CAA", "@", "mailto:sec@example.com", inTag, "iodef"), caa("mailto:sec@example.com", "iodef", 0), true},
		{wish("CAA", "@", "mailto:sec@example.com.", inTag, "iodef"), caa("mailto:sec@example.com", "iodef", 0), true},
		{wish("CAA", "@", "mailto:Sec@example.com", inTag, "iodef"), caa("mailto:sec@example.com", "iodef", 0), false},
		{wish("CAA", "@", ";"), caa(";", "issue", 0), true},
		// TXT: to the byte.
		{wish("TXT", "@", "v=spf1 -all"), rec("TXT", "@", "v=spf1 -all"), true},
		{wish("TXT", "@", `"quoted"`), rec("TXT", "@", `"quoted"`), true},
		{wish("TXT", "@", "quoted"), rec("TXT", "@", `"quoted"`), false},
		{wish("TXT", "@", "Case"), rec("TXT", "@", "case"), false},
		{wish("TXT", "@", "a b"), rec("TXT", "@", "a  b"), false},
		{wish("TXT", "@", " blank"), rec("TXT", "@", "blank"), false},
		{wish("TXT", "@", "dot."), rec("TXT", "@", "dot"), false},
		{wish("TXT", "@", "esc\x1b"), rec("TXT", "@", "esc\x1b"), true},
		{wish("TXT", "@", "esc␛"), rec("TXT", "@", "esc\x1b"), false},
		// What the type does not have does not count.
		{wish("A", "www", "192.0.2.1", inPriority, "7"), Record{Type: "A", Name: "www", Data: "192.0.2.1", Priority: 3, Port: 4, Weight: 5, Flags: 6, Tag: "x"}, true},
		{wish("MX", "@", "mx.example.net"), Record{Type: "MX", Name: "@", Data: "mx.example.net", Priority: 10, Weight: 9, Port: 8}, true},
	} {
		w, err := wanted(c.wish)
		if err != nil {
			t.Errorf("%v: %v", c.wish, err)
			continue
		}
		rec, err := w.rec.fresh(0)
		if err != nil {
			t.Errorf("%v: %v", c.wish, err)
			continue
		}
		if got := c.listed.canonical(w.zone).same(rec); got != c.same {
			t.Errorf("%v and %+v: same is %v, want %v", c.wish, c.listed, got, c.same)
		}
		if again := rec.canonical(w.zone); again != rec {
			t.Errorf("canonical form of %+v changes again to %+v", rec, again)
		}
	}
}

func TestTheWireFormEndsHostsWithADotAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rec  Record
		want string
	}{
		{Record{Type: "A", Data: "192.0.2.1"}, "192.0.2.1"},
		{Record{Type: "AAAA", Data: "2001:0DB8::1"}, "2001:0DB8::1"},
		{Record{Type: "TXT", Data: "text"}, "text"},
		{Record{Type: "CNAME", Data: "a.example.net"}, "a.example.net."},
		{Record{Type: "CNAME", Data: "a.example.net."}, "a.example.net."},
		{Record{Type: "CNAME", Data: "@"}, "@"},
		{Record{Type: "MX", Data: "mx.example.net"}, "mx.example.net."},
		{Record{Type: "MX", Data: "@"}, "@"},
		{Record{Type: "NS", Data: "ns1.example.org"}, "ns1.example.org."},
		{Record{Type: "SRV", Data: "Sip.example.com"}, "Sip.example.com."},
		{Record{Type: "CAA", Tag: "issue", Data: "ca.org"}, "ca.org."},
		{Record{Type: "CAA", Tag: "issuewild", Data: "ca.org"}, "ca.org."},
		{Record{Type: "CAA", Tag: "issue", Data: ";"}, ";"},
		{Record{Type: "CAA", Tag: "iodef", Data: "mailto:a@b.c"}, "mailto:a@b.c"},
	} {
		if got := c.rec.wire().Data; got != c.want {
			t.Errorf("%+v is written as %q, want %q", c.rec, got, c.want)
		}
	}
}

func TestInputsThatCannotBeARecordAreRefused(t *testing.T) {
	t.Parallel()
	good := func() engine.Inputs {
		return engine.Inputs{inDomain: "example.com", inType: "A", inName: "www", inData: "192.0.2.1"}
	}
	for _, change := range []engine.Inputs{
		{inDomain: ""},
		{inDomain: "com"},
		{inDomain: "exa mple.com"},
		{inDomain: "example.com/records/1"},
		{inDomain: "../../v2/droplets"},
		{inDomain: "example..com"},
		{inDomain: "ex%61mple.com"},
		{inDomain: "example.com?x"},
		{inDomain: "münchen.de"},
		{inType: "SOA"},
		{inType: "PTR"},
		{inType: ""},
		{inName: "a..b"},
		{inName: "a b"},
		{inName: "a.*.b"},
		{inName: "\x1b[31m"},
		{inName: "@", inType: "NS", inData: "ns1.example.org"},
		{inName: "example.com", inType: "NS", inData: "ns1.example.org"},
		{inName: "@", inType: "CNAME", inData: "a.example.net"},
		{inData: ""},
		{inData: "192.0.2"},
		{inData: "192.0.2.256"},
		{inData: "192.0.2.01"},
		{inData: "2001:db8::1"},
		{inData: "192.0.2.1", inType: "AAAA"},
		{inData: "fe80::1%eth0", inType: "AAAA"},
		{inData: "app", inType: "CNAME"},
		{inData: "a b.example.net", inType: "CNAME"},
		{inData: "https://example.net", inType: "CNAME"},
		{inData: ".", inType: "MX"},
		{inData: "mx.example.net", inType: "MX", inPriority: "-1"},
		{inData: "mx.example.net", inType: "MX", inPriority: "65536"},
		{inName: "www."},
		{inName: "www.other.org."},
		{inName: "com."},
		{inName: "notexample.com."},
		{inData: "sip.example.com", inType: "SRV", inPort: "x"},
		{inData: "ca.org; x", inType: "CAA"},
		{inData: "sec@example.com", inType: "CAA", inTag: "iodef"},
		{inData: "ca.org", inType: "CAA", inFlags: "256"},
		{inTTL: "29"},
		{inTTL: "2147483648"},
		{inTTL: "1h"},
		{inMode: "all"},
	} {
		in := good()
		maps.Copy(in, change)
		if w, err := wanted(in); err == nil {
			t.Errorf("%v is taken as %+v", change, w)
		}
	}
	if _, err := wanted(good()); err != nil {
		t.Error(err)
	}
}

func TestLocksNameTheDomainAndTheNameHoweverTheyAreSpelt(t *testing.T) {
	t.Parallel()
	want := []string{"dns:example.com/www"}
	for _, in := range []engine.Inputs{
		{inDomain: "example.com", inName: "www", inType: "A"},
		{inDomain: "Example.COM.", inName: "WWW.example.com.", inType: "TXT"},
	} {
		if d := cmp.Diff(want, dnsLocks(in)); d != "" {
			t.Error(d)
		}
	}
}
