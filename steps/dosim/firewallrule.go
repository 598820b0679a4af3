package dosim

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// rule is a rule of a firewall as the service writes it: ports "0" for all of them, and always for ICMP.
type rule struct {
	Protocol     string   `json:"protocol"`
	Ports        string   `json:"ports"`
	Sources      *traffic `json:"sources,omitempty"`      // of an inbound rule
	Destinations *traffic `json:"destinations,omitempty"` // of an outbound one
}

// traffic is where it comes from or goes to.
type traffic struct {
	Addresses     []string `json:"addresses,omitempty"`
	Droplets      []number `json:"droplet_ids,omitempty"`
	LoadBalancers []string `json:"load_balancer_uids,omitempty"`
	Kubernetes    []string `json:"kubernetes_ids,omitempty"`
	Tags          []string `json:"tags,omitempty"`
}

var portRange = regexp.MustCompile(`^[0-9]{1,5}(-[0-9]{1,5})?$`)

// kept is a rule in the form in which the service writes it, or what is wrong with it. The wordings were never recorded.
func (r rule) kept(inbound bool) (rule, error) {
	r.Protocol = strings.ToLower(r.Protocol)
	if !slices.Contains([]string{"tcp", "udp", "icmp"}, r.Protocol) {
		return r, unprocessable("protocol must be one of tcp, udp or icmp")
	}
	if r.Ports == "" || r.Ports == "all" || r.Protocol == "icmp" {
		r.Ports = "0"
	}
	low, high, ranged := strings.Cut(r.Ports, "-")
	first, _ := strconv.Atoi(low)
	last, _ := strconv.Atoi(high)
	if !portRange.MatchString(r.Ports) || first > 65535 || ranged && (last > 65535 || last < first) {
		return r, unprocessable(fmt.Sprintf("%q is not a port or range of ports", r.Ports))
	}
	side, other := &r.Sources, &r.Destinations
	if !inbound {
		side, other = other, side
	}
	*other = nil
	if *side == nil {
		*side = &traffic{}
	}
	t := *side
	if len(t.Addresses)+len(t.Droplets)+len(t.LoadBalancers)+len(t.Kubernetes)+len(t.Tags) == 0 {
		return r, unprocessable("a rule needs at least one address, droplet, load balancer, cluster or tag")
	}
	for _, address := range t.Addresses {
		_, notOne := netip.ParseAddr(address)
		if _, err := netip.ParsePrefix(address); err != nil && notOne != nil {
			return r, unprocessable(fmt.Sprintf("%q is not an address", address))
		}
	}
	return r, nil
}

// equal reports whether two rules in the service's form say the same, in whatever order they name things.
func (r rule) equal(o rule) bool { return r.key() == o.key() }

func (r rule) key() string {
	t := r.Sources
	if t == nil {
		t = r.Destinations
	}
	sorted := func(list []string) []string {
		list = slices.Clone(list)
		slices.Sort(list)
		return list
	}
	ids := slices.Clone(t.Droplets)
	slices.Sort(ids)
	return fmt.Sprint(r.Protocol, r.Ports, sorted(t.Addresses), ids, sorted(t.LoadBalancers), sorted(t.Kubernetes), sorted(t.Tags))
}

func keptRules(list []rule, inbound bool) ([]rule, error) {
	var out []rule
	for _, r := range list {
		r, err := r.kept(inbound)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, r.equal) {
			out = append(out, r)
		}
	}
	return out, nil
}
