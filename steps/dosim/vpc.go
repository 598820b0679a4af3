package dosim

import "slices"

// vpcView is a private network as the API gives it. Every region has the one that came with the account.
type vpcView struct {
	ID          string `json:"id"`
	URN         string `json:"urn"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Region      string `json:"region"`
	Range       string `json:"ip_range"`
	Default     bool   `json:"default"`
	Created     string `json:"created_at"`
}

func (s *Sim) vpcs() []vpcView {
	var views []vpcView
	for _, r := range regionNames {
		if r.available {
			id := s.defaultVPC(r.slug)
			views = append(views, vpcView{
				ID: id, URN: "do:vpc:" + id, Name: "default-" + r.slug, Region: r.slug, Range: "10.108.0.0/20", Default: true,
				Created: stamp(s.born),
			})
		}
	}
	return views
}

// defaultVPC is the id of a region's own network.
func (s *Sim) defaultVPC(region string) string { return s.derived("vpc", region) }

// knowsVPC reports whether a droplet in the region can be in that network.
func (s *Sim) knowsVPC(id, region string) bool {
	return slices.ContainsFunc(s.vpcs(), func(v vpcView) bool { return v.ID == id && v.Region == region })
}

func (s *Sim) listVPCs(c *call) (reply, error) { return page(c, "vpcs", s.vpcs()), nil }

// listReservedIPv6 answers for what the account has none of.
func (s *Sim) listReservedIPv6(c *call) (reply, error) {
	return page(c, "reserved_ipv6s", []struct{}{}), nil
}
