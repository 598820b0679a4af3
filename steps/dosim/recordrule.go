package dosim

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

const (
	defaultTTL = 1800
	minTTL     = 30
	maxTTL     = 1<<31 - 1 // no maximum is known; this is what a zone file can hold
	maxTXT     = 512       // bytes with quotes and escapes; tools disagree between 509 and 512
)

const (
	textBlank  = "Data can't be blank"
	textDot    = "Data needs to end with a dot (.)"
	textIPv4   = "IP address did not match IPv4 format (e.g. 127.0.0.1)."
	textIPv6   = "IP address did not match IPv6 format" // stand-in, never recorded
	textTarget = "Data is invalid"                      // stand-in, never recorded
	textType   = "Record type is not included in the list"
	textTag    = "Tag must be issue, issuewild, or iodef"
	textName   = "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, ., _ and -) Or a single record of '@'." // stand-in, never recorded
	textTTL    = "record ttl must be greater than 30"
	textCNAME  = "CNAME records cannot share a name with other records"
)

// recordForm says which of the optional fields a type of record has, and whether its data
// is the name of a host.
type recordForm struct {
	priority, port, weight, flags, tag bool
	host                               bool
}

// recordForms are the types of record there are.
var recordForms = map[string]recordForm{
	"A":     {},
	"AAAA":  {},
	"CAA":   {flags: true, tag: true, host: true},
	"CNAME": {host: true},
	"MX":    {priority: true, host: true},
	"NS":    {host: true},
	"SOA":   {},
	"SRV":   {priority: true, port: true, weight: true, host: true},
	"TXT":   {},
}

// draft is a record as a client sends it; nil stands for absent or null.
type draft struct {
	Type     *string `json:"type"`
	Name     *string `json:"name"`
	Data     *string `json:"data"`
	Priority *number `json:"priority"`
	Port     *number `json:"port"`
	TTL      *number `json:"ttl"`
	Weight   *number `json:"weight"`
	Flags    *number `json:"flags"`
	Tag      *string `json:"tag"`
}

// resolveDraft checks a complete draft against the rules of its type, and gives the record
// in the form in which the service keeps it, or the complaints.
func resolveDraft(zone string, d draft) (Record, []string) {
	r := Record{
		Type: text(d.Type), Name: relativeName(zone, text(d.Name)), Data: text(d.Data),
		TTL: defaultTTL, Tag: text(d.Tag),
	}
	form, known := recordForms[r.Type]
	if !known || r.Type == "SOA" { // an SOA comes with its zone and cannot be sent
		return Record{}, []string{textType}
	}
	var complaints []string
	bounded := func(used bool, label string, sent *number, limit int) int {
		switch {
		case !used:
			return 0
		case sent == nil:
			complaints = append(complaints, label+" is not a number", bounds(r.Type, label, limit))
			return 0
		case *sent < 0 || *sent > number(limit):
			complaints = append(complaints, bounds(r.Type, label, limit))
		}
		return int(*sent)
	}
	if !form.tag {
		r.Tag = ""
	}
	if !possibleName(zone, r.Name) {
		complaints = append(complaints, textName)
	}
	data, complaint := keepData(zone, r.Type, r.Tag, r.Data)
	if complaint != "" {
		complaints = append(complaints, complaint)
	}
	r.Data = data
	r.Priority = bounded(form.priority, "Priority", d.Priority, 65535)
	r.Port = bounded(form.port, "Port", d.Port, 65535)
	r.Weight = bounded(form.weight, "Weight", d.Weight, 65535)
	r.Flags = bounded(form.flags, "Flags", d.Flags, 255)
	if form.tag && !slices.Contains([]string{"issue", "issuewild", "iodef"}, r.Tag) {
		complaints = append(complaints, textTag)
	}
	if d.TTL != nil && *d.TTL != 0 {
		r.TTL = int(*d.TTL)
		if *d.TTL < minTTL || *d.TTL > maxTTL {
			complaints = append(complaints, textTTL)
		}
	}
	return r, complaints
}

// bounds is the complaint about a number out of its range. The recorded one of a CAA names the field once, those of MX and
// SRV twice.
func bounds(kind, label string, limit int) string {
	if kind != "CAA" {
		label += " " + label
	}
	return fmt.Sprintf("%s must be an integer between 0 and %d", label, limit)
}

var (
	nameLabel = regexp.MustCompile(`^[a-z0-9_/-]{1,63}$`) // "/" is in the names of reverse zones
	hostLabel = regexp.MustCompile(`^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$`)
)

// possibleName reports whether DNS can hold a relative name of the zone.
func possibleName(zone, name string) bool {
	if name == "@" {
		return true
	}
	rest, _ := strings.CutPrefix(name, "*.") // a wildcard is a label of its own, the first
	return name == "*" || allLabels(rest, nameLabel) && len(fullName(zone, name)) <= maxDomain
}

// maxDomain is the length of a domain name at most, without its final dot.
const maxDomain = 253

func allLabels(name string, label *regexp.Regexp) bool {
	for one := range strings.SplitSeq(name, ".") {
		if !label.MatchString(one) {
			return false
		}
	}
	return true
}

// relativeName turns the name a client sends into the one kept: lower case, relative to
// the zone, "@" for the zone itself. Only a final dot makes a name absolute.
func relativeName(zone, sent string) string {
	name := strings.ToLower(sent)
	absolute := strings.HasSuffix(name, ".")
	name = strings.TrimSuffix(name, ".")
	if absolute {
		if name == zone {
			return "@"
		}
		name = strings.TrimSuffix(name, "."+zone)
	}
	if name == "" {
		return "@"
	}
	return name
}

// fullName is the opposite of relativeName, without a final dot.
func fullName(zone, name string) string {
	if name == "@" {
		return zone
	}
	return name + "." + zone
}

// keepData turns the data a client sends into the form kept and returned, or complains.
func keepData(zone, kind, tag, data string) (kept, complaint string) {
	if strings.TrimSpace(data) == "" {
		return data, textBlank
	}
	switch kind {
	case "A":
		if addr, err := netip.ParseAddr(data); err != nil || !addr.Is4() {
			return data, textIPv4
		}
		return data, ""
	case "AAAA":
		if addr, err := netip.ParseAddr(data); err != nil || !addr.Is6() || addr.Zone() != "" {
			return data, textIPv6
		}
		return data, ""
	case "TXT":
		if len(data)+strings.Count(data, `"`)+strings.Count(data, `\`)+2 > maxTXT {
			return data, "Data is too long (maximum is 512 characters)" // stand-in, never recorded
		}
		return data, ""
	case "CAA":
		switch {
		case tag == "iodef":
			return strings.TrimSuffix(data, "."), ""
		case data == ";":
			return data, ""
		case strings.ContainsAny(data, " \t;"): // parameters of the authority are not taken
			return data, textTarget
		}
	}
	return keepHost(zone, kind, data)
}

// keepHost is keepData for the name of a host: absolute as sent, without its dot as kept. The root is kept as it is.
func keepHost(zone, kind, data string) (kept, complaint string) {
	host, absolute := strings.CutSuffix(data, ".")
	switch {
	case data == "@":
		return "@", ""
	case !absolute:
		return data, textDot
	case data == "." && kind == "SRV":
		return data, ""
	case len(host) > maxDomain || !allLabels(host, hostLabel):
		return data, textTarget
	case strings.EqualFold(host, zone):
		return "@", ""
	}
	return host, ""
}

// sendData is kept data in the form in which a client has to send it.
func sendData(r Record) string {
	if !recordForms[r.Type].host || r.Data == "@" || r.Data == "." || r.Data == ";" || r.Tag == "iodef" {
		return r.Data
	}
	return r.Data + "."
}

// mergeDraft fills what an update leaves out from the stored record. data is the stored
// data in the form to be validated again. A TTL of 0 counts as left out.
func mergeDraft(stored Record, data string, d draft) draft {
	keep := func(sent *number, had int) *number {
		if sent == nil {
			n := number(had)
			return &n
		}
		return sent
	}
	if d.Type == nil {
		d.Type = &stored.Type
	}
	if d.Name == nil {
		d.Name = &stored.Name
	}
	if d.Data == nil {
		d.Data = &data
	}
	if d.Tag == nil {
		d.Tag = &stored.Tag
	}
	if d.TTL == nil || *d.TTL == 0 {
		d.TTL = keep(nil, stored.TTL)
	}
	d.Priority = keep(d.Priority, stored.Priority)
	d.Port = keep(d.Port, stored.Port)
	d.Weight = keep(d.Weight, stored.Weight)
	d.Flags = keep(d.Flags, stored.Flags)
	return d
}

// cnameConflict reports whether r cannot stand beside the others: a CNAME is alone at its
// name. r itself, by id, is not one of the others.
func cnameConflict(r Record, others []Record) bool {
	return slices.ContainsFunc(others, func(o Record) bool {
		return o.ID != r.ID && o.Name == r.Name && (r.Type == "CNAME" || o.Type == "CNAME")
	})
}

// sameSet reports whether two records belong to one set, which has one TTL.
func sameSet(a, b Record) bool { return a.Name == b.Name && a.Type == b.Type }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
