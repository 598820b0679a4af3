package steps

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine/visible"
)

// Rule is one rule of a firewall as the service writes it: ports "0" for all of them, and always for ICMP.
type Rule struct {
	Outbound      bool     `json:"outbound,omitempty"`
	Protocol      string   `json:"protocol"` // tcp, udp, icmp
	Ports         string   `json:"ports"`    // "22", "8000-9000", "0"
	Addresses     []string `json:"addresses,omitempty"`
	Droplets      []int64  `json:"droplet_ids,omitempty"`
	LoadBalancers []string `json:"load_balancer_uids,omitempty"`
	Kubernetes    []string `json:"kubernetes_ids,omitempty"`
	Tags          []string `json:"tags,omitempty"`
}

// canonical is the rule in the one form in which two are compared.
func (r Rule) canonical() Rule {
	r.Protocol = strings.ToLower(strings.TrimSpace(r.Protocol))
	r.Ports = strings.TrimSpace(r.Ports)
	if r.Ports == "" || strings.EqualFold(r.Ports, "all") || r.Protocol == "icmp" {
		r.Ports = "0"
	}
	r.Addresses = ordered(r.Addresses)
	r.Droplets = ordered(r.Droplets)
	r.LoadBalancers = ordered(r.LoadBalancers)
	r.Kubernetes = ordered(r.Kubernetes)
	r.Tags = ordered(r.Tags)
	return r
}

func ordered[T cmp.Ordered](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// equal reports whether two rules say the same, in whatever order they name things.
func (r Rule) equal(o Rule) bool { return r.String() == o.String() }

// String is "tcp 443 from 0.0.0.0/0, ::/0", the same for equal rules.
func (r Rule) String() string {
	r = r.canonical()
	ports, side := r.Ports, "from"
	if ports == "0" {
		ports = "all"
	}
	if r.Outbound {
		side = "to"
	}
	ends := slices.Clone(r.Addresses)
	for _, id := range r.Droplets {
		ends = append(ends, fmt.Sprintf("droplet %d", id))
	}
	for kind, names := range map[string][]string{"load balancer ": r.LoadBalancers, "cluster ": r.Kubernetes, "tag ": r.Tags} {
		for _, name := range names {
			ends = append(ends, kind+name)
		}
	}
	slices.Sort(ends)
	if r.Protocol == "icmp" {
		return fmt.Sprintf("icmp %s %s", side, strings.Join(ends, ", "))
	}
	return fmt.Sprintf("%s %s %s %s", r.Protocol, ports, side, strings.Join(ends, ", "))
}

// checkPorts says what is wrong with a port or a range of ports.
func checkPorts(value string) error {
	if value == "all" || value == "0" {
		return nil
	}
	low, high, ranged := strings.Cut(value, "-")
	first, err := strconv.ParseUint(low, 10, 16)
	last := first
	if err == nil && ranged {
		last, err = strconv.ParseUint(high, 10, 16)
	}
	plain := strconv.FormatUint(first, 10)
	if ranged {
		plain += "-" + strconv.FormatUint(last, 10)
	}
	if err != nil || first == 0 || last < first || value != plain {
		return fmt.Errorf("%q is not a port: give one as 443, a range as 8000-9000, or all", visible.Short(value, 40))
	}
	return nil
}

// checkEnds says what is wrong with a list of addresses and tags.
func checkEnds(value string) error {
	_, err := ends(value)
	return err
}

// ends reads "192.0.2.0/24, tag:web, droplet:12" into a rule's other side.
func ends(value string) (Rule, error) {
	var r Rule
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		kind, name, scoped := strings.Cut(part, ":")
		id, notID := strconv.ParseInt(name, 10, 64)
		_, notPrefix := netip.ParsePrefix(part)
		_, notAddress := netip.ParseAddr(part)
		switch {
		case notPrefix == nil || notAddress == nil:
			r.Addresses = append(r.Addresses, part)
		case scoped && kind == "tag" && name != "":
			r.Tags = append(r.Tags, name)
		case scoped && kind == "droplet" && notID == nil && id > 0:
			r.Droplets = append(r.Droplets, id)
		case part == "anywhere":
			r.Addresses = append(r.Addresses, "0.0.0.0/0", "::/0")
		default:
			return Rule{}, fmt.Errorf("%q is not an address: give 192.0.2.1, 192.0.2.0/24, tag:NAME, droplet:ID or anywhere", visible.Short(part, 60))
		}
	}
	return r.canonical(), nil
}
