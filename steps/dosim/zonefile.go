package dosim

import (
	"fmt"
	"strings"
	"time"
)

// zoneFile writes a zone as the service does: origin, TTL, SOA, then a line per record.
// The serial is the unix time of the last change.
func zoneFile(zone string, changed time.Time, records []Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "$ORIGIN %s.\n$TTL %d\n", zone, defaultTTL)
	fmt.Fprintf(&b, "%s. IN SOA ns1.digitalocean.com. hostmaster.%s. %d 10800 3600 604800 1800\n", zone, zone, changed.Unix())
	for _, r := range records {
		if r.Type != "SOA" {
			fmt.Fprintf(&b, "%s. %d IN %s %s\n", fullName(zone, r.Name), r.TTL, r.Type, zoneFileData(zone, r))
		}
	}
	return b.String()
}

// zoneFileData is the right-hand side of a line: hosts with their dot, text unquoted.
func zoneFileData(zone string, r Record) string {
	data := sendData(r)
	if data == "@" && recordForms[r.Type].host {
		data = zone + "."
	}
	switch r.Type {
	case "MX":
		return fmt.Sprintf("%d %s", r.Priority, data)
	case "SRV":
		return fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, data)
	case "CAA":
		return fmt.Sprintf("%d %s %s", r.Flags, r.Tag, r.Data)
	}
	return data
}
