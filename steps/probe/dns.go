package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"arcadia/steps"
)

const mostServers = 8

// dns asks every name server for the name, and wants the value from each.
func (Net) dns(ctx context.Context, p steps.Probe) error {
	servers, err := servers(ctx, p)
	if err != nil {
		return err
	}
	for _, at := range servers {
		if err := ask(ctx, at, p); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

// servers are the addresses to ask: those named, or one of each of the zone's own name servers.
func servers(ctx context.Context, p steps.Probe) ([]netip.AddrPort, error) {
	names := p.At
	if len(names) == 0 {
		var err error
		if names, err = authoritative(ctx, p.DNS); err != nil {
			return nil, err
		}
	}
	var out []netip.AddrPort
	for _, name := range names[:min(len(names), mostServers)] {
		host, port, err := net.SplitHostPort(name)
		if err != nil {
			host, port = name, "53"
		}
		found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", strings.TrimSuffix(host, "."))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("name server %s has no address", host)
		}
		addr := found[0].Unmap()
		for _, one := range found {
			if one.Unmap().Is4() {
				addr = one.Unmap()
				break
			}
		}
		if err := bounded(addr); err != nil {
			return nil, err
		}
		at, err := netip.ParseAddrPort(net.JoinHostPort(addr.String(), port))
		if err != nil {
			return nil, err
		}
		out = append(out, at)
	}
	return out, nil
}

// authoritative are the name servers of the nearest zone at or above a name.
func authoritative(ctx context.Context, name string) ([]string, error) {
	labels := dns.SplitDomainName(name)
	for i := range labels {
		found, err := net.DefaultResolver.LookupNS(ctx, strings.Join(labels[i:], ".")+".")
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil || len(found) == 0 || i == len(labels)-1 && i > 0 {
			continue // the zone begins further up, short of a top-level domain
		}
		out := make([]string, len(found))
		for j, ns := range found {
			out[j] = ns.Host
		}
		return out, nil
	}
	return nil, fmt.Errorf("no name servers are known for %s", name)
}

// ask wants the value from one server, by UDP, and by TCP when the answer is too long for that.
func ask(ctx context.Context, at netip.AddrPort, p steps.Probe) error {
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(p.DNS), dns.StringToType[p.Type])
	q.RecursionDesired = false
	q.SetEdns0(1232, false)
	client := &dns.Client{Timeout: timeout, Dialer: dialer()}
	answer, _, err := client.ExchangeContext(ctx, q, at.String())
	if err == nil && answer.Truncated {
		client.Net = "tcp"
		answer, _, err = client.ExchangeContext(ctx, q, at.String())
	}
	switch {
	case err != nil:
		return err
	case answer.Rcode != dns.RcodeSuccess:
		return errors.New("it answers " + dns.RcodeToString[answer.Rcode])
	}
	var have []string
	for _, rr := range answer.Answer {
		value, is := valueOf(rr, p.Type)
		if is && same(p.Type, value, p.Value) {
			return nil
		}
		if is {
			have = append(have, value)
		}
	}
	if len(have) == 0 {
		return fmt.Errorf("it has no %s record", p.Type)
	}
	return fmt.Errorf("it gives %s", strings.Join(have, ", "))
}

// valueOf is what a record says, if it is of the type.
func valueOf(rr dns.RR, kind string) (string, bool) {
	if dns.TypeToString[rr.Header().Rrtype] != kind {
		return "", false
	}
	switch r := rr.(type) {
	case *dns.A:
		return r.A.String(), true
	case *dns.AAAA:
		return r.AAAA.String(), true
	case *dns.CNAME:
		return r.Target, true
	case *dns.TXT:
		return strings.Join(r.Txt, ""), true
	case *dns.MX:
		return r.Mx, true
	case *dns.NS:
		return r.Ns, true
	}
	return "", false
}

// same compares values: addresses as addresses, names as names, texts as they are.
func same(kind, a, b string) bool {
	switch kind {
	case "A", "AAAA":
		x, errX := netip.ParseAddr(a)
		y, errY := netip.ParseAddr(b)
		return errX == nil && errY == nil && x == y
	case "TXT":
		return a == b
	}
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}
