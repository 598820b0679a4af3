package dosim

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

// zone is a domain with its records in ascending order of id.
type zone struct {
	presence
	name    string
	changed time.Time
	records []*storedRecord
}

// storedRecord is a record as the world keeps it.
type storedRecord struct {
	presence
	Record
}

// zoneView is a zone as the API gives it.
type zoneView struct {
	Name     string  `json:"name"`
	TTL      int     `json:"ttl"`
	ZoneFile *string `json:"zone_file"`
}

func (z *zone) view() zoneView {
	file := zoneFile(z.name, z.changed, z.live())
	return zoneView{Name: z.name, TTL: defaultTTL, ZoneFile: &file}
}

// live gives the records that exist.
func (z *zone) live() []Record {
	out := make([]Record, 0, len(z.records))
	for _, r := range z.records {
		if !r.gone {
			out = append(out, r.Record)
		}
	}
	return out
}

func (z *zone) record(id int64) *storedRecord {
	i := slices.IndexFunc(z.records, func(r *storedRecord) bool { return r.ID == id && !r.gone })
	if i < 0 {
		return nil
	}
	return z.records[i]
}

// level gives the records of r's set the TTL of r: a set has one, and the last writer wins.
func (z *zone) level(r Record) {
	for _, o := range z.records {
		if sameSet(o.Record, r) {
			o.TTL = r.TTL
		}
	}
}

// zone finds a zone that exists, by name in any case. A final dot is no part of a name.
func (s *Sim) zone(name string) *zone {
	i := slices.IndexFunc(s.zones, func(z *zone) bool { return strings.EqualFold(z.name, name) && !z.gone })
	if i < 0 {
		return nil
	}
	return s.zones[i]
}

// addZone makes a zone with what the service puts into every new one.
func (s *Sim) addZone(name string, now time.Time) *zone {
	z := &zone{name: name}
	s.zones = append(s.zones, z)
	s.addRecord(z, Record{Type: "SOA", Name: "@", Data: "1800", TTL: defaultTTL}, now)
	for _, host := range []string{"ns1", "ns2", "ns3"} {
		s.addRecord(z, Record{Type: "NS", Name: "@", Data: host + ".digitalocean.com", TTL: defaultTTL}, now)
	}
	return z
}

// addRecord stores a record under a new id, which it gives.
func (s *Sim) addRecord(z *zone, r Record, now time.Time) int64 {
	r.ID = s.take(&s.serial.record)
	z.records = append(z.records, &storedRecord{Record: r})
	z.level(r)
	z.changed = now
	return r.ID
}

func (s *Sim) listZones(c *call) (reply, error) {
	views := []zoneView{}
	for _, z := range s.zones {
		if z.seen(c.now) {
			views = append(views, z.view())
		}
	}
	s.zones = slices.DeleteFunc(s.zones, func(z *zone) bool { return z.faded(c.now) })
	return page(c, "domains", views), nil
}

func (s *Sim) getZone(c *call) (reply, error) {
	for _, z := range s.zones {
		if strings.EqualFold(z.name, c.args["domain"]) && z.seen(c.now) {
			return ok(fields{"domain": z.view()}), nil
		}
	}
	return reply{}, notFound()
}

func (s *Sim) createZone(c *call) (reply, error) {
	var in struct {
		Name string  `json:"name"`
		IP   *string `json:"ip_address"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	name := strings.ToLower(in.Name)
	// The wordings about impossible names are stand-ins: none was recorded.
	switch {
	case name == "":
		return reply{}, unprocessable("Name can't be blank")
	case !wellFormedZone(name):
		return reply{}, unprocessable("Name is not a valid domain name")
	case s.zone(name) != nil:
		return reply{}, unprocessable(fmt.Sprintf("domain '%s': name already exists", name))
	}
	if in.IP != nil {
		if *in.IP == "" {
			return reply{}, unprocessable(textBlank)
		}
		if addr, err := netip.ParseAddr(*in.IP); err != nil || !addr.Is4() {
			return reply{}, unprocessable(textIPv4)
		}
	}
	z := s.addZone(name, c.now)
	if in.IP != nil {
		c.made = append(c.made, s.addRecord(z, Record{Type: "A", Name: "@", Data: *in.IP, TTL: defaultTTL}, c.now))
	}
	// The answer to a creation has an empty zone file, unlike every later reading.
	var none string
	return created(fields{"domain": zoneView{Name: name, TTL: defaultTTL, ZoneFile: &none}}), nil
}

func (s *Sim) deleteZone(c *call) (reply, error) {
	z := s.zone(c.args["domain"])
	if z == nil {
		return reply{}, notFound()
	}
	z.remove(s.faults.meet(c.method, c.path, FaultGhost), c.now)
	if z.faded(c.now) {
		s.zones = slices.DeleteFunc(s.zones, func(o *zone) bool { return o == z })
	}
	return noContent(), nil
}

var zoneLabel = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

// wellFormedZone reports whether the service takes name, in lower case, as a zone. Names
// set aside by RFC 2606 and 6761 for tests are refused (seen for .invalid and .test).
func wellFormedZone(name string) bool {
	labels := strings.Split(name, ".")
	if len(labels) < 2 || len(name) > 253 {
		return false
	}
	for _, label := range labels {
		if !zoneLabel.MatchString(label) {
			return false
		}
	}
	return !slices.Contains([]string{"invalid", "test", "localhost", "local", "example"}, labels[len(labels)-1])
}
