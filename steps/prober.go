package steps

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Prober looks at something once, as a client of it would. Safe for concurrent use.
type Prober interface {
	// Probe returns nil when what it sees is good; otherwise why it is not, in one line. What could not be looked at is not
	// good. It takes 5 s at most, reads at most 64 KiB, goes to no other host than the one named, and never to an address that is
	// link-local or of the provider's metadata.
	Probe(ctx context.Context, p Probe) error
}

// Probe is one thing to look at: exactly one of HTTP, TCP and DNS is set.
type Probe struct {
	HTTP     string // a URL
	From, To int    // the statuses that are good, both included
	Contains string // what the body must hold

	TCP string // host:port

	DNS   string   // a name
	Type  string   // A, AAAA, CNAME, TXT, MX, NS
	Value string   // that every server must give
	At    []string // servers, host or host:port; empty: the zone's own
}

const (
	inHTTP     = "http"
	inExpect   = "expect"
	inContains = "contains"
	inTCP      = "tcp"
	inDNS      = "dns"
	inAt       = "at"
	inHost     = "host"

	hostMark = "{host}"
)

// probeFields are the inputs that say what is looked at.
func probeFields() []engine.Field {
	is := func(name string) func(engine.Inputs) bool {
		return func(in engine.Inputs) bool { return in[name] != "" }
	}
	return []engine.Field{
		{Name: inHTTP, Label: "HTTP", Type: engine.TextField, Help: "a URL that has to answer; or give tcp or dns", Check: checkProbe},
		{Name: inExpect, Label: "Statuses", Type: engine.TextField, Default: "200-399", Help: "that are good, as 200 or 200-399", Check: checkExpect, When: is(inHTTP)},
		{Name: inContains, Label: "Contains", Type: engine.TextField, Help: "what the answer has to hold in its first 64 KiB", When: is(inHTTP)},
		{Name: inTCP, Label: "TCP", Type: engine.TextField, Help: "host:port that has to accept connections", Check: checkProbe},
		{Name: inDNS, Label: "DNS", Type: engine.TextField, Help: "name/type=value that the name servers have to give, as www.example.com/A=192.0.2.7", Check: checkProbe},
		{Name: inAt, Label: "Name servers", Type: engine.TextField, Help: "where dns is asked, with commas between; empty: at all of the zone's own", When: is(inDNS)},
		{Name: inHost, Label: "Host", Type: engine.TextField, Help: "stands for {host} in http, tcp and dns", Later: true},
	}
}

func checkExpect(value string, _ engine.Inputs) error {
	_, _, err := statuses(value)
	return err
}

func statuses(value string) (from, to int, err error) {
	low, high, ranged := strings.Cut(value, "-")
	if !ranged {
		high = low
	}
	from, err = strconv.Atoi(low)
	if err == nil {
		to, err = strconv.Atoi(high)
	}
	if err != nil || from < 100 || to > 599 || from > to {
		return 0, 0, fmt.Errorf("%q are no statuses: write 200 or 200-399", visible.Short(value, 40))
	}
	return from, to, nil
}

func checkProbe(_ string, in engine.Inputs) error {
	_, err := probeOf(in)
	return err
}

// probeOf reads the inputs. A host that is not known yet stands for itself.
func probeOf(in engine.Inputs) (Probe, error) {
	given := 0
	for _, name := range []string{inHTTP, inTCP, inDNS} {
		if in[name] != "" {
			given++
		}
	}
	if given != 1 {
		return Probe{}, errors.New("give one of http, tcp and dns: what is looked at")
	}
	host := in[inHost]
	if host == "" {
		host = "host"
	}
	fill := func(name, host string) string { return strings.ReplaceAll(in[name], hostMark, host) }
	literal := host
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		literal = "[" + host + "]"
	}
	switch {
	case in[inHTTP] != "":
		return httpProbe(fill(inHTTP, literal), in)
	case in[inTCP] != "":
		p := Probe{TCP: fill(inTCP, literal)}
		return p, checkAddress(p.TCP)
	}
	return dnsProbe(fill(inDNS, host), in)
}

func httpProbe(text string, in engine.Inputs) (Probe, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.User != nil {
		return Probe{}, fmt.Errorf("%q is not a URL to look at: write it as https://www.example.com/health, without a password", visible.Short(text, 80))
	}
	if err := reachable(u.Hostname()); err != nil {
		return Probe{}, err
	}
	p := Probe{HTTP: u.String(), From: 200, To: 399, Contains: in[inContains]}
	if in[inExpect] != "" {
		p.From, p.To, err = statuses(in[inExpect])
	}
	return p, err
}

func checkAddress(text string) error {
	host, port, err := net.SplitHostPort(text)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || host == "" || bad != nil || n == 0 {
		return fmt.Errorf("%q is not an address to look at: write it as host:port", visible.Short(text, 80))
	}
	return reachable(host)
}

// askedTypes are what a name server can be asked for.
var askedTypes = []string{"A", "AAAA", "CNAME", "TXT", "MX", "NS"}

func dnsProbe(text string, in engine.Inputs) (Probe, error) {
	name, rest, _ := strings.Cut(text, "/")
	kind, value, _ := strings.Cut(rest, "=")
	kind = strings.ToUpper(kind)
	if name == "" || value == "" || !slices.Contains(askedTypes, kind) {
		return Probe{}, fmt.Errorf("%q is nothing to ask name servers: write it as www.example.com/A=192.0.2.7; the types are %s", visible.Short(text, 80), strings.Join(askedTypes, ", "))
	}
	p := Probe{DNS: name, Type: kind, Value: value, At: commas(in[inAt])}
	for _, at := range p.At {
		host, _, err := net.SplitHostPort(at)
		if err != nil {
			host = at
		}
		if err := reachable(host); err != nil {
			return Probe{}, err
		}
	}
	return p, nil
}

// reachable refuses what is known to be out of bounds before its name is looked up.
func reachable(host string) error {
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err == nil && OutOfBounds(addr) {
		return fmt.Errorf("%s is link-local or of the provider's metadata: nothing is looked at there", host)
	}
	return nil
}

var (
	metadata6 = netip.MustParseAddr("fd00:ec2::254")
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
)

// OutOfBounds reports whether no probe goes to an address: it is link-local, of a provider's metadata, or none at all.
func OutOfBounds(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if nat64.Contains(addr) {
		last := addr.As16()
		addr = netip.AddrFrom4([4]byte(last[12:]))
	}
	return addr.IsLinkLocalUnicast() || addr.IsMulticast() || addr.IsUnspecified() || addr == metadata6
}

// String is what is looked at, in one line.
func (p Probe) String() string {
	switch {
	case p.HTTP != "":
		return visible.Short(p.HTTP, 100)
	case p.TCP != "":
		return "tcp " + visible.Short(p.TCP, 100)
	}
	return visible.Short(p.DNS+"/"+p.Type+"="+p.Value, 120)
}
