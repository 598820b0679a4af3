package dosim

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// reservedIP is an address of the account's own, with or without a droplet behind it. It answers under its old name, floating
// IP, too: the paths and the keys differ, the thing is one.
type reservedIP struct {
	ip      netip.Addr
	region  string
	droplet int64 // 0 = none
	locked  bool
}

// number is the resource id of the IP's actions.
func (r *reservedIP) number() int64 {
	b := r.ip.As4()
	return int64(binary.BigEndian.Uint32(b[:]))
}

// ipWord is what the path of the request calls it.
func ipWord(c *call) string {
	if strings.HasPrefix(c.path, "/v2/floating_ips") {
		return "floating_ip"
	}
	return "reserved_ip"
}

// actionOnIP matches the actions on it, by whichever of its names they were asked for.
func actionOnIP(r *reservedIP) func(*action) bool {
	return func(a *action) bool {
		return (a.of == "reserved_ip" || a.of == "floating_ip") && a.resource == r.number()
	}
}

type reservedIPView struct {
	IP      string       `json:"ip"`
	Region  regionView   `json:"region"`
	Droplet *dropletView `json:"droplet"`
	Locked  bool         `json:"locked"`
	Project string       `json:"project_id"`
}

func (s *Sim) reservedIPView(c *call, r *reservedIP) reservedIPView {
	v := reservedIPView{IP: r.ip.String(), Region: region(r.region), Locked: r.locked, Project: s.drawer("do:floatingip:" + r.ip.String()).project}
	if d := s.droplet(r.droplet); d != nil {
		behind := s.dropletView(d, c.now)
		v.Droplet = &behind
	}
	return v
}

// reserve makes a reserved IP, of a range set aside for documentation.
func (s *Sim) reserve(region string, droplet int64) *reservedIP {
	s.skip(2)
	r := &reservedIP{region: region, droplet: droplet}
	for n := len(s.reserved) + 10; ; n++ {
		r.ip = netip.MustParseAddr(fmt.Sprintf("198.51.100.%d", n%250))
		if s.reservedIP(r.ip.String()) == nil {
			break
		}
	}
	s.reserved = append(s.reserved, r)
	return r
}

func (s *Sim) reservedIP(text string) *reservedIP {
	i := slices.IndexFunc(s.reserved, func(r *reservedIP) bool { return r.ip.String() == text })
	if i < 0 {
		return nil
	}
	return s.reserved[i]
}

func (s *Sim) namedReservedIP(c *call) (*reservedIP, error) {
	if r := s.reservedIP(c.args["ip"]); r != nil {
		return r, nil
	}
	return nil, notFound()
}

func (s *Sim) listReservedIPs(c *call) (reply, error) {
	views := []reservedIPView{}
	for _, r := range s.reserved {
		views = append(views, s.reservedIPView(c, r))
	}
	return page(c, ipWord(c)+"s", views), nil
}

func (s *Sim) getReservedIP(c *call) (reply, error) {
	r, err := s.namedReservedIP(c)
	if err != nil {
		return reply{}, err
	}
	return ok(fields{ipWord(c): s.reservedIPView(c, r)}), nil
}

// maxReservedIPs is the account's limit.
const maxReservedIPs = 20

// createReservedIP reserves an IP in a region, or for a droplet and at once on it.
func (s *Sim) createReservedIP(c *call) (reply, error) {
	var in struct {
		Droplet *number `json:"droplet_id"`
		Region  string  `json:"region"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if len(s.reserved) >= maxReservedIPs {
		return reply{}, unprocessable("reserved ip limit exceeded") // stand-in, never recorded
	}
	var droplet int64
	if in.Droplet != nil {
		d := s.droplet(int64(*in.Droplet))
		if d == nil {
			return reply{}, unprocessable("Droplet not found") // stand-in, never recorded
		}
		droplet, in.Region = d.id, d.region
	}
	if _, known := findRegion(in.Region); !known {
		return reply{}, unprocessable("request payload validation failed")
	}
	r := s.reserve(in.Region, droplet)
	return accepted(fields{
		ipWord(c): s.reservedIPView(c, r),
		"links":   fields{"droplets": []actionLink{}, "actions": []actionLink{}},
	}), nil
}

func (s *Sim) deleteReservedIP(c *call) (reply, error) {
	r, err := s.namedReservedIP(c)
	if err != nil {
		return reply{}, err
	}
	if r.locked {
		return reply{}, unprocessable("The reserved IP already has a pending event.") // stand-in, never recorded
	}
	s.reserved = slices.DeleteFunc(s.reserved, func(o *reservedIP) bool { return o == r })
	return noContent(), nil
}

// createReservedIPAction assigns an IP to a droplet of its region, or takes it away.
func (s *Sim) createReservedIPAction(c *call) (reply, error) {
	r, err := s.namedReservedIP(c)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Type    string `json:"type"`
		Droplet number `json:"droplet_id"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	target := int64(0)
	switch in.Type {
	case "assign":
		d := s.droplet(int64(in.Droplet))
		if d == nil || d.region != r.region {
			return reply{}, unprocessable("Droplet not found in the reserved IP's region") // stand-in, never recorded
		}
		target = d.id
	case "unassign":
		if r.droplet == 0 {
			return reply{}, unprocessable("The reserved IP is not assigned") // stand-in, never recorded
		}
	default:
		return reply{}, unprocessable("Type is not included in the list") // stand-in, never recorded
	}
	if r.locked {
		return reply{}, unprocessable("The reserved IP already has a pending event.") // stand-in, never recorded
	}
	r.locked = true
	a := s.beginAction(c, &action{kind: in.Type, resource: r.number(), of: ipWord(c), region: r.region}, s.takes(in.Type, 0),
		func(status string, _ time.Time) {
			r.locked = false
			if status == completed {
				r.droplet = 0
				if s.droplet(target) != nil {
					r.droplet = target
				}
			}
		})
	return created(fields{"action": a.view()}), nil
}

func (s *Sim) listReservedIPActions(c *call) (reply, error) {
	r, err := s.namedReservedIP(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionsWhere(c, actionOnIP(r)), nil
}

func (s *Sim) getReservedIPAction(c *call) (reply, error) {
	r, err := s.namedReservedIP(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionWhere(c, actionOnIP(r))
}
