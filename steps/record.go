package steps

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"arcadia/engine/visible"
)

// recordForm says which fields a type of record has beside name, data and ttl, and whether its data names a host.
type recordForm struct {
	priority, port, weight, flags, tag, host bool
}

// recordTypes are the types that can be written, in the order in which forms offer them. SOA is not among them: it comes
// and goes with its domain.
var recordTypes = []string{"A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"}

func formOf(recordType string) (recordForm, bool) {
	switch recordType {
	case "A", "AAAA", "TXT":
		return recordForm{}, true
	case "CNAME", "NS":
		return recordForm{host: true}, true
	case "MX":
		return recordForm{priority: true, host: true}, true
	case "SRV":
		return recordForm{priority: true, port: true, weight: true, host: true}, true
	case "CAA":
		return recordForm{flags: true, tag: true, host: true}, true
	}
	return recordForm{}, false
}

// canonicalZone is a domain's name in lower case without its final dot.
func canonicalZone(domain string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(domain)), ".")
}

// relativeName is what an operator wrote for a record's name, relative to the zone: "@" for the zone itself. Full names
// are taken with and without their final dot. One that has the dot and is not under the zone stays as it is and is refused:
// see under.
func relativeName(zone, name string) string {
	name = canonicalZone(name)
	if name == zone || name == "" || name == "@" {
		return "@"
	}
	return strings.TrimSuffix(name, "."+zone)
}

// writtenName is how an operator writes a relative name so that relativeName reads it back: www.example.com listed in the
// zone example.com is www.example.com.example.com.
func writtenName(zone, name string) string {
	if relativeName(zone, name) == name {
		return name
	}
	return fullName(zone, name) + "."
}

// liveName is the name of a record as the provider lists it. It is relative already: "www.example.com" listed in the zone
// example.com is www.example.com.example.com, and must not be taken for www.
func liveName(name string) string {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if name == "" {
		return "@"
	}
	return name
}

// fullName is the full name of a relative one, without the final dot.
func fullName(zone, name string) string {
	if name == "@" {
		return zone
	}
	return name + "." + zone
}

// canonical is the record in the form in which two are compared: a live one and a wanted one, however they are spelt.
// Fields that the type does not have are zero, as the provider keeps them.
func (r Record) canonical(zone string) Record {
	c := Record{ID: r.ID, Type: strings.ToUpper(r.Type), Name: liveName(r.Name), TTL: r.TTL}
	form, known := formOf(c.Type)
	if !known {
		c.Data = r.Data
		return c
	}
	if form.priority {
		c.Priority = r.Priority
	}
	if form.port {
		c.Port = r.Port
	}
	if form.weight {
		c.Weight = r.Weight
	}
	if form.flags {
		c.Flags = r.Flags
	}
	if form.tag {
		c.Tag = strings.ToLower(r.Tag)
	}
	c.Data = canonicalData(zone, c.Type, c.Tag, r.Data)
	return c
}

func canonicalData(zone, recordType, tag, data string) string {
	switch recordType {
	case "A", "AAAA":
		if addr, err := netip.ParseAddr(data); err == nil {
			return addr.String()
		}
		return data
	case "TXT":
		return data
	case "CAA":
		if tag == "iodef" {
			return strings.TrimSuffix(data, ".")
		}
	}
	if data == "." {
		return data
	}
	host := strings.TrimSuffix(strings.ToLower(data), ".")
	if host == zone {
		return "@"
	}
	return host
}

// same reports whether two canonical records of one zone say the same, whatever their ids and TTLs.
func (r Record) same(o Record) bool {
	r.ID, r.TTL, o.ID, o.TTL = 0, 0, 0, 0
	return r == o
}

// wire is the record as the provider wants it written: all fields, and the final dot on the name of a host, which its
// answers leave out.
func (r Record) wire() Record {
	r.Type = strings.ToUpper(r.Type)
	form, _ := formOf(r.Type)
	bare := r.Data == "@" || r.Data == ";" || strings.EqualFold(r.Tag, "iodef")
	if form.host && !bare && !strings.HasSuffix(r.Data, ".") {
		r.Data += "."
	}
	return r
}

// title is "TXT _acme.example.com", safe to show.
func (r Record) title(zone string) string {
	return visible.Text(r.Type + " " + fullName(zone, r.Name))
}

// value is the record's data with the numbers that belong to it, in zone file order, safe to show.
func (r Record) value() string {
	form, _ := formOf(r.Type)
	var parts []string
	number := func(used bool, n int) {
		if used {
			parts = append(parts, strconv.Itoa(n))
		}
	}
	number(form.flags, r.Flags)
	if form.tag {
		parts = append(parts, r.Tag)
	}
	number(form.priority, r.Priority)
	number(form.weight, r.Weight)
	number(form.port, r.Port)
	return visible.Short(strings.Join(append(parts, r.Data), " "), 120)
}

// describe is the value with its TTL: "203.0.113.9 ttl 1800".
func (r Record) describe() string {
	return fmt.Sprintf("%s ttl %d", r.value(), r.TTL)
}

func canonicalType(recordType string) string { return strings.ToUpper(recordType) }
