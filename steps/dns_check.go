package steps

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Bounds of a TTL, in seconds.
const (
	minTTL = 30
	maxTTL = 1<<31 - 1
)

func within(least, most int) func(string, engine.Inputs) error {
	return func(value string, _ engine.Inputs) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number from %d to %d", visible.Short(value, 40), least, most)
		}
		return nil
	}
}

func checkRecordID(value string, _ engine.Inputs) error {
	if id, err := strconv.ParseInt(value, 10, 64); err != nil || id < 1 || value != itoa(id) {
		return fmt.Errorf("%q is not a record's id", visible.Short(value, 40))
	}
	return nil
}

// checkPicked refuses a value that no record of the type can have, alone or as it is shown.
func checkPicked(value string, in engine.Inputs) error {
	r := said{Record: Record{Type: strings.ToUpper(in[inType]), Tag: strings.ToLower(in[inTag])}}
	return r.value(canonicalZone(in[inDomain]), value)
}

// checkWas is checkPicked for a value that may be a record's id.
func checkWas(value string, in engine.Inputs) error {
	err := checkPicked(value, in)
	if err != nil && checkRecordID(value, in) == nil {
		return nil
	}
	return err
}

func checkDomain(value string, _ engine.Inputs) error {
	zone := canonicalZone(value)
	if err := checkHost(zone, false); err != nil {
		return err
	}
	if !strings.Contains(zone, ".") {
		return fmt.Errorf("%q is not a full domain name such as example.com", visible.Short(zone, 60))
	}
	return nil
}

func checkName(value string, in engine.Inputs) error {
	zone, name := place(engine.Inputs{inDomain: in[inDomain], inName: value})
	recordType := strings.ToUpper(in[inType])
	if name == "@" {
		switch recordType {
		case "CNAME":
			return errors.New("the domain itself cannot be a CNAME: write A and AAAA records")
		case "NS":
			return errors.New("the domain's own NS records are left alone: change them where the domain is registered")
		case "SOA":
			return errors.New("the SOA record comes and goes with the domain")
		}
		return nil
	}
	if err := checkHost(name, true); err != nil {
		return err
	}
	if n := len(fullName(zone, name)); n > 253 {
		return fmt.Errorf("the full name has %d characters: at most 253", n)
	}
	return nil
}

// errElsewhere is the refusal of an absolute name that is not under the domain. It must not be taken for a relative one:
// nobody wants www.other.org.example.com.
const errElsewhere = engine.Reason("name_in_another_domain")

// under refuses an absolute name outside the zone.
func under(zone, name string) error {
	full, absolute := strings.CutSuffix(strings.ToLower(strings.TrimSpace(name)), ".")
	if !absolute || full == zone || strings.HasSuffix(full, "."+zone) || full == "" {
		return nil
	}
	return fmt.Errorf("%w: %s with its final dot is a full name and not under %s", errElsewhere, visible.Short(full+".", 80), visible.Short(zone, 80))
}

// checkHost refuses what cannot be a name in DNS, and with it everything that could leave its segment of a URL's path.
func checkHost(name string, record bool) error {
	if name == "" || len(name) > 253 {
		return fmt.Errorf("%q is not a name of 1 to 253 characters", visible.Short(name, 60))
	}
	for i, label := range strings.Split(name, ".") {
		if record && i == 0 && label == "*" {
			continue
		}
		if label == "" || len(label) > 63 {
			return fmt.Errorf("%q has a part that is not 1 to 63 characters long", visible.Short(name, 60))
		}
		if bad := strings.IndexFunc(label, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
		}); bad >= 0 {
			return fmt.Errorf("%q holds something other than letters, digits, hyphen and underscore: write international names in their xn-- form", visible.Short(name, 60))
		}
	}
	return nil
}

// maxTXT is the provider's bound on a TXT value with quotes and escapes.
const maxTXT = 512

// checkData refuses the value of a record to be written. A value with the numbers that have fields of their own is refused
// with the names of these fields, and a CNAME that names itself.
func checkData(value string, in engine.Inputs) error {
	recordType := strings.ToUpper(in[inType])
	if err := checkAlone(recordType, value); err != nil {
		return err
	}
	if err := checkValue(recordType, strings.ToLower(in[inTag]), value); err != nil {
		return err
	}
	zone, name := place(in)
	if host := canonicalData(zone, recordType, "", value); recordType == "CNAME" && (host == fullName(zone, name) || host == name && name == "@") {
		return fmt.Errorf("%s cannot be a CNAME to itself: name another host", visible.Short(fullName(zone, name), 80))
	}
	return nil
}

// checkAlone refuses a value that brings along what has a field of its own.
func checkAlone(recordType, value string) error {
	parts := strings.Fields(value)
	if len(parts) < 2 {
		return nil
	}
	if _, err := strconv.Atoi(parts[0]); err != nil {
		return nil //nolint:nilerr // a value that begins with no number brings none along
	}
	switch recordType {
	case "MX":
		return fmt.Errorf("the priority goes into %s, and the host alone in here", inPriority)
	case "SRV":
		return fmt.Errorf("priority, weight and port go into %s, %s and %s, and the host alone in here", inPriority, inWeight, inPort)
	case "CAA":
		return fmt.Errorf("flags and tag have fields of their own: %s and %s", inFlags, inTag)
	}
	return nil
}

// checkValue refuses what cannot be the value of a type of record.
func checkValue(recordType, tag, value string) error {
	if value == "" {
		return errors.New("a record needs a value")
	}
	addr, err := netip.ParseAddr(value)
	switch recordType {
	case "A":
		switch {
		case err == nil && addr.Is6():
			return fmt.Errorf("%s is an IPv6 address: choose type AAAA", visible.Short(value, 60))
		case err != nil:
			return fmt.Errorf("%q is not an IPv4 address such as 203.0.113.9", visible.Short(value, 60))
		}
	case "AAAA":
		switch {
		case err == nil && addr.Is4():
			return fmt.Errorf("%s is an IPv4 address: choose type A", visible.Short(value, 60))
		case err != nil || addr.Zone() != "":
			return fmt.Errorf("%q is not an IPv6 address such as 2001:db8::9", visible.Short(value, 60))
		}
	case "TXT":
		if n := quotedLen(value); n > maxTXT {
			return fmt.Errorf("the text takes %d bytes with its quotes: at most %d", n, maxTXT)
		}
	case "CAA":
		return checkAuthority(value, tag)
	case "CNAME", "MX", "NS", "SRV":
		return checkTarget(recordType, value)
	}
	return nil
}

func checkAuthority(value, tag string) error {
	switch {
	case strings.ContainsAny(value, " \t"):
		return errors.New("blanks and parameters are not accepted in a CAA value")
	case tag == "iodef" && !strings.HasPrefix(value, "mailto:") && !strings.HasPrefix(value, "https://") && !strings.HasPrefix(value, "http://"):
		return errors.New("an iodef value is a mailto: or https: address")
	case tag == "iodef", value == ";":
		return nil
	}
	return checkTarget("CAA", value)
}

// checkTarget refuses what cannot be the host that a record names. The provider takes "." (no service) of an SRV record
// and of no other.
func checkTarget(recordType, value string) error {
	host, absolute := strings.CutSuffix(value, ".")
	addr, err := netip.ParseAddr(host)
	switch {
	case value == "@", value == "." && recordType == "SRV":
		return nil
	case value == "." && recordType == "MX":
		return errors.New(`"." would say that this name takes no mail, and DigitalOcean does not store such an MX record: delete the MX records instead`)
	case value == ".":
		return fmt.Errorf(`"." names no host: a %s record needs one`, recordType)
	case err == nil && recordType == "CNAME":
		return fmt.Errorf("%s is an address, and a CNAME names a host: choose type %s", visible.Short(host, 60), addressType(addr))
	case err == nil:
		return fmt.Errorf("%s is an address, and %s record names a host: write %s record for that host, and name it here",
			visible.Short(host, 60), article(recordType), article(addressType(addr)))
	}
	if err := checkHost(host, false); err != nil {
		return err
	}
	if !absolute && !strings.Contains(host, ".") {
		return fmt.Errorf("%q is not a full name: write it like app.example.com, or @ for the domain itself", visible.Short(value, 60))
	}
	return nil
}

func addressType(addr netip.Addr) string {
	if addr.Is4() {
		return "A"
	}
	return "AAAA"
}

// article is the name of a type of record after "a" or "an", as it is spoken.
func article(recordType string) string {
	if strings.Contains("A AAAA MX NS SRV", recordType) {
		return "an " + recordType
	}
	return "a " + recordType
}
