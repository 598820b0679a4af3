package dosim

import (
	"slices"
	"strings"
	"testing"
)

func TestNamesAreKeptRelativeToTheirZone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ sent, kept string }{
		{"www", "www"},
		{"WWW", "www"},
		{"@", "@"},
		{"", "@"},
		{"example.com.", "@"},
		{"EXAMPLE.com.", "@"},
		{"www.example.com.", "www"},
		{"_acme-challenge.www.example.com.", "_acme-challenge.www"},
		{"www.example.com", "www.example.com"}, // without a final dot it is relative
		{"example.com", "example.com"},
		{"notexample.com.", "notexample.com"},
		{"*", "*"},
		{"*.sub", "*.sub"},
		{"_sip._tcp", "_sip._tcp"},
	} {
		if got := relativeName("example.com", tt.sent); got != tt.kept {
			t.Errorf("relativeName(%q) = %q, want %q", tt.sent, got, tt.kept)
		}
	}
}

// d makes a draft from literals; a negative number is left out.
func d(kind, data string, priority, port, weight, flags int, tag string) draft {
	out := draft{Type: &kind, Data: &data}
	name := "x"
	out.Name = &name
	for _, f := range []struct {
		into **number
		n    int
	}{{&out.Priority, priority}, {&out.Port, port}, {&out.Weight, weight}, {&out.Flags, flags}} {
		if f.n >= 0 {
			n := number(f.n)
			*f.into = &n
		}
	}
	if tag != "" {
		out.Tag = &tag
	}
	return out
}

func TestDraftsAreKeptOrRefusedByTheRulesOfTheirType(t *testing.T) {
	t.Parallel()
	const no = -1
	long := strings.Repeat("a", 511)
	for _, tt := range []struct {
		name    string
		in      draft
		kept    Record
		refused string
	}{
		{"A", d("A", "192.0.2.1", 0, 0, 0, 0, ""), Record{Data: "192.0.2.1"}, ""},
		{"A takes no IPv6", d("A", "2001:db8::1", no, no, no, no, ""), Record{}, textIPv4},
		{"A takes no leading zero", d("A", "192.0.2.01", no, no, no, no, ""), Record{}, textIPv4},
		{"A forgets what is not its own", d("A", "192.0.2.1", 7, 8, 9, 1, "issue"), Record{Data: "192.0.2.1"}, ""},
		{"AAAA is not rewritten", d("AAAA", "2001:DB8:0:0::1", no, no, no, no, ""), Record{Data: "2001:DB8:0:0::1"}, ""},
		{"AAAA takes no IPv4", d("AAAA", "192.0.2.1", no, no, no, no, ""), Record{}, textIPv6},
		{"blank", d("A", "", no, no, no, no, ""), Record{}, textBlank},
		{"lower-case type", d("a", "192.0.2.1", no, no, no, no, ""), Record{}, textType},
		{"no such type", d("PTR", "host.", no, no, no, no, ""), Record{}, textType},
		{"SOA cannot be sent", d("SOA", "1800", no, no, no, no, ""), Record{}, textType},

		{"CNAME loses its dot", d("CNAME", "host.example.net.", no, no, no, no, ""), Record{Data: "host.example.net"}, ""},
		{"CNAME inside the zone stays whole", d("CNAME", "sip.example.com.", no, no, no, no, ""), Record{Data: "sip.example.com"}, ""},
		{"CNAME to the zone", d("CNAME", "Example.com.", no, no, no, no, ""), Record{Data: "@"}, ""},
		{"CNAME to @", d("CNAME", "@", no, no, no, no, ""), Record{Data: "@"}, ""},
		{"CNAME without dot", d("CNAME", "host.example.net", no, no, no, no, ""), Record{}, textDot},
		{"CNAME to a relative name", d("CNAME", "foo", no, no, no, no, ""), Record{}, textDot},
		{"NS", d("NS", "ns1.example.net.", no, no, no, no, ""), Record{Data: "ns1.example.net"}, ""},
		{"NS without dot", d("NS", "ns1.example.net", no, no, no, no, ""), Record{}, textDot},

		{"MX", d("MX", "mx.example.net.", 10, no, no, no, ""), Record{Data: "mx.example.net", Priority: 10}, ""},
		{"MX priority 0", d("MX", "@", 0, no, no, no, ""), Record{Data: "@"}, ""},
		{"MX to nowhere", d("MX", ".", 0, no, no, no, ""), Record{}, textTarget},
		{
			"MX without priority", d("MX", "mx.example.net.", no, no, no, no, ""),
			Record{},
			"Priority is not a number and Priority Priority must be an integer between 0 and 65535",
		},
		{
			"MX priority too large", d("MX", "mx.example.net.", 65536, no, no, no, ""),
			Record{},
			"Priority Priority must be an integer between 0 and 65535",
		},
		{
			"MX with two faults", d("MX", "mx.example.net", no, no, no, no, ""),
			Record{},
			textDot + " and Priority is not a number and Priority Priority must be an integer between 0 and 65535",
		},

		{
			"SRV with port 0", d("SRV", "sip.example.com.", 10, 0, 5, no, ""),
			Record{Data: "sip.example.com", Priority: 10, Weight: 5},
			"",
		},
		{
			"SRV without port", d("SRV", "sip.example.com.", 10, no, 5, no, ""),
			Record{},
			"Port is not a number and Port Port must be an integer between 0 and 65535",
		},
		{
			"SRV without weight", d("SRV", "sip.example.com.", 10, 1, no, no, ""),
			Record{},
			"Weight is not a number and Weight Weight must be an integer between 0 and 65535",
		},

		{"TXT verbatim", d("TXT", `"a; b" `, no, no, no, no, ""), Record{Data: `"a; b" `}, ""},
		{"TXT ending in a dot", d("TXT", "a.", no, no, no, no, ""), Record{Data: "a."}, ""},
		{"TXT too long", d("TXT", long, no, no, no, no, ""), Record{}, "Data is too long (maximum is 512 characters)"},
		{"TXT just fits", d("TXT", long[1:], no, no, no, no, ""), Record{Data: long[1:]}, ""},

		{"CAA issue", d("CAA", "ca.example.", no, no, no, 0, "issue"), Record{Data: "ca.example", Tag: "issue"}, ""},
		{"CAA issuewild without dot", d("CAA", "ca.example", no, no, no, 0, "issuewild"), Record{}, textDot},
		{"CAA nobody", d("CAA", ";", no, no, no, 128, "issue"), Record{Data: ";", Tag: "issue", Flags: 128}, ""},
		{"CAA iodef", d("CAA", "mailto:a@example.com", no, no, no, 0, "iodef"), Record{Data: "mailto:a@example.com", Tag: "iodef"}, ""},
		{"CAA iodef loses a dot", d("CAA", "mailto:a@example.com.", no, no, no, 0, "iodef"), Record{Data: "mailto:a@example.com", Tag: "iodef"}, ""},
		{"CAA parameters", d("CAA", "ca.example.; a=b", no, no, no, 0, "issue"), Record{}, textTarget},
		{"CAA tag", d("CAA", "ca.example.", no, no, no, 0, "other"), Record{}, textTag},
		{
			"CAA without flags", d("CAA", "ca.example.", no, no, no, no, "issue"),
			Record{},
			"Flags is not a number and Flags must be an integer between 0 and 255",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, complaints := resolveDraft("example.com", tt.in)
			if refused := strings.Join(complaints, " and "); refused != tt.refused {
				t.Fatalf("refused with %q, want %q", refused, tt.refused)
			}
			if tt.refused != "" {
				return
			}
			tt.kept.Type, tt.kept.Name, tt.kept.TTL = *tt.in.Type, "x", defaultTTL
			if got != tt.kept {
				t.Fatalf("kept as %+v, want %+v", got, tt.kept)
			}
			// What is kept can be sent again in its own form, and is kept the same.
			sent := sendData(got)
			again := mergeDraft(got, sent, draft{})
			if second, complaints := resolveDraft("example.com", again); second != got || len(complaints) > 0 {
				t.Fatalf("sent again as %q it is kept as %+v (%q), want %+v", sent, second, complaints, got)
			}
		})
	}
}

func TestTTLIsBoundedAndZeroIsTheDefault(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sent, kept int64
		refused    bool
	}{
		{0, 1800, false},
		{1, 0, true},
		{29, 0, true},
		{30, 30, false},
		{-1, 0, true},
		{2147483647, 2147483647, false},
		{2147483648, 0, true},
	} {
		in := d("A", "192.0.2.1", 0, 0, 0, 0, "")
		ttl := number(tt.sent)
		in.TTL = &ttl
		got, complaints := resolveDraft("example.com", in)
		if tt.refused != slices.Contains(complaints, textTTL) || !tt.refused && int64(got.TTL) != tt.kept {
			t.Errorf("ttl %d is kept as %d with complaints %q", tt.sent, got.TTL, complaints)
		}
	}
}

func TestAnUpdateKeepsWhatItIsNotSent(t *testing.T) {
	t.Parallel()
	stored := Record{ID: 9, Type: "SRV", Name: "_sip._tcp", Data: "sip.example.com", TTL: 300, Priority: 1, Port: 2, Weight: 3}
	for _, tt := range []struct {
		name string
		in   draft
		want Record
	}{
		{"nothing", draft{}, stored},
		{"ttl 0", draft{TTL: new(number)}, stored},
		{"port 0", draft{Port: new(number)}, Record{ID: 9, Type: "SRV", Name: "_sip._tcp", Data: "sip.example.com", TTL: 300, Priority: 1, Weight: 3}},
	} {
		got, complaints := resolveDraft("example.com", mergeDraft(stored, sendData(stored), tt.in))
		got.ID = 9
		if len(complaints) > 0 || got != tt.want {
			t.Errorf("%s: %+v %q, want %+v", tt.name, got, complaints, tt.want)
		}
	}
	if _, complaints := resolveDraft("example.com", mergeDraft(stored, stored.Data, draft{})); !slices.Contains(complaints, textDot) {
		t.Errorf("stored data passed without its dot: %q", complaints)
	}
}

func TestACNAMEStandsAloneAtItsName(t *testing.T) {
	t.Parallel()
	a := Record{ID: 1, Type: "A", Name: "www"}
	cname := Record{ID: 2, Type: "CNAME", Name: "www"}
	for _, tt := range []struct {
		name   string
		r      Record
		others []Record
		want   bool
	}{
		{"CNAME beside A", cname, []Record{a}, true},
		{"A beside CNAME", a, []Record{cname}, true},
		{"two CNAMEs", Record{Type: "CNAME", Name: "www"}, []Record{cname}, true},
		{"itself", cname, []Record{cname}, false},
		{"another name", Record{Type: "CNAME", Name: "ftp"}, []Record{a, cname}, false},
		{"A beside A", Record{Type: "A", Name: "www"}, []Record{a}, false},
		{"at the apex", Record{Type: "CNAME", Name: "@"}, []Record{{ID: 3, Type: "SOA", Name: "@"}}, true},
	} {
		if got := cnameConflict(tt.r, tt.others); got != tt.want {
			t.Errorf("%s: conflict %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestZoneNamesFitForAZone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"example.com": true, "a.example.com": true, "xn--bcher-kva.example.com": true,
		"com": false, "example.com.": false, "ex ample.com": false, "-a.com": false, "a..com": false,
		"zone.test": false, "zone.invalid": false,
	} {
		if got := wellFormedZone(name); got != want {
			t.Errorf("wellFormedZone(%q) = %v, want %v", name, got, want)
		}
	}
}
