package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Inputs of the DNS steps.
const (
	inDomain   = "dns_domain"
	inType     = "dns_record_type"
	inName     = "dns_record_name"
	inData     = "dns_record_data"
	inTTL      = "dns_record_ttl"
	inPriority = "dns_record_priority"
	inPort     = "dns_record_port"
	inWeight   = "dns_record_weight"
	inFlags    = "dns_record_flags"
	inTag      = "dns_record_tag"
	inMode     = "dns_record_mode"
)

// place is the zone and the relative name that the inputs are about.
func place(in engine.Inputs) (zone, name string) {
	zone = canonicalZone(in[inDomain])
	return zone, relativeName(zone, in[inName])
}

// dnsLocks names what both DNS steps touch: domain and name without the type, because a CNAME excludes the other types and
// the provider shares one TTL among equals.
func dnsLocks(in engine.Inputs) []string {
	zone, name := place(in)
	return []string{recordLock(zone, name)}
}

func recordLock(zone, name string) string { return "dns:" + zone + "/" + name }

// wanted reads an upsert's inputs. It refuses what the fields refuse, also when nobody has checked them before.
func wanted(in engine.Inputs) (want, error) {
	zone, name := place(in)
	r := Record{Type: strings.ToUpper(in[inType]), Name: name, Data: in[inData], Tag: in[inTag]}
	form, known := formOf(r.Type)
	if !known {
		return want{}, fmt.Errorf("%s: %q is not one of %s", inType, visible.Short(r.Type, 40), strings.Join(recordTypes, ", "))
	}
	numbers := []struct {
		name   string
		used   bool
		preset string
		least  int
		most   int
		to     *int
	}{
		{inTTL, true, "1800", 30, maxTTL, &r.TTL},
		{inPriority, form.priority, "10", 0, 65535, &r.Priority},
		{inPort, form.port, "", 0, 65535, &r.Port},
		{inWeight, form.weight, "0", 0, 65535, &r.Weight},
		{inFlags, form.flags, "0", 0, 255, &r.Flags},
	}
	for _, n := range numbers {
		if !n.used {
			continue
		}
		text := in[n.name]
		if text == "" {
			text = n.preset
		}
		if err := within(n.least, n.most)(text, in); err != nil {
			return want{}, fmt.Errorf("%s: %w", n.name, err)
		}
		*n.to, _ = strconv.Atoi(text)
	}
	if form.tag && r.Tag == "" {
		r.Tag = "issue"
	}
	if err := errors.Join(named(inDomain, checkDomain(in[inDomain], in)), named(inName, checkName(in[inName], in)), named(inData, checkData(r.Data, in))); err != nil {
		return want{}, err
	}
	mode := in[inMode]
	if mode == "" {
		mode = modeSingle
	}
	if !slices.Contains([]string{modeSingle, modeAdd, modeReplace}, mode) {
		return want{}, fmt.Errorf("%s: %q is not one of single, add, replace", inMode, visible.Short(mode, 40))
	}
	return want{zone: zone, mode: mode, rec: r.canonical(zone)}, nil
}

// doomed reads a delete's inputs.
func doomed(in engine.Inputs) (unwanted, error) {
	zone, name := place(in)
	u := unwanted{zone: zone, name: name, recordType: strings.ToUpper(in[inType]), data: in[inData], all: in[inMode] == modeAll}
	if _, known := formOf(u.recordType); !known {
		return u, fmt.Errorf("%s: %q is not one of %s", inType, visible.Short(u.recordType, 40), strings.Join(recordTypes, ", "))
	}
	if mode := in[inMode]; mode != "" && mode != modeSingle && mode != modeAll {
		return u, fmt.Errorf("%s: %q is not one of single, all", inMode, visible.Short(mode, 40))
	}
	return u, errors.Join(named(inDomain, checkDomain(in[inDomain], in)), named(inName, checkName(in[inName], in)))
}

func named(input string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", input, err)
}

const maxTTL = 1<<31 - 1

func within(least, most int) func(string, engine.Inputs) error {
	return func(value string, _ engine.Inputs) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number from %d to %d", visible.Short(value, 40), least, most)
		}
		return nil
	}
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

func checkData(value string, in engine.Inputs) error {
	if value == "" {
		return errors.New("a record needs a value")
	}
	switch recordType := strings.ToUpper(in[inType]); recordType {
	case "A":
		if a, err := netip.ParseAddr(value); err != nil || !a.Is4() {
			return fmt.Errorf("%q is not an IPv4 address such as 203.0.113.9", visible.Short(value, 60))
		}
	case "AAAA":
		if a, err := netip.ParseAddr(value); err != nil || !a.Is6() || a.Zone() != "" {
			return fmt.Errorf("%q is not an IPv6 address such as 2001:db8::9", visible.Short(value, 60))
		}
	case "TXT":
		if n := len(value) + strings.Count(value, `"`) + strings.Count(value, `\`) + 2; n > maxTXT {
			return fmt.Errorf("the text takes %d bytes with its quotes: at most %d", n, maxTXT)
		}
	case "CAA":
		return checkAuthority(value, strings.ToLower(in[inTag]))
	case "CNAME", "MX", "NS", "SRV":
		return checkTarget(value)
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
	return checkTarget(value)
}

func checkTarget(value string) error {
	if value == "@" {
		return nil
	}
	host, absolute := strings.CutSuffix(value, ".")
	if err := checkHost(host, false); err != nil {
		return err
	}
	if !absolute && !strings.Contains(host, ".") {
		return fmt.Errorf("%q is not a full name: write it like app.example.com, or @ for the domain itself", visible.Short(value, 60))
	}
	return nil
}

// typeIs makes a field apply to some types of record only.
func typeIs(types ...string) func(engine.Inputs) bool {
	return func(in engine.Inputs) bool { return slices.Contains(types, strings.ToUpper(in[inType])) }
}

// placeFields are the inputs that say which records a step is about.
func placeFields(zones Zones) []engine.Field {
	return []engine.Field{
		{
			Name: inDomain, Label: "Domain", Type: engine.TextField, Required: true, Check: checkDomain, Options: domainOptions(zones),
			Help: "the domain as it stands in the account, such as example.com",
		},
		{
			Name: inType, Label: "Type", Type: engine.ChoiceField, Required: true, Default: "A", Choices: recordTypes,
			Help: "the type of record",
		},
		{
			Name: inName, Label: "Name", Type: engine.TextField, Required: true, Check: checkName, Options: nameOptions(zones),
			Help: "relative like www, or the full name; @ is the domain itself",
		},
	}
}

func domainOptions(zones Zones) func(context.Context, engine.Inputs) ([]engine.Option, error) {
	return func(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
		domains, err := zones.Domains(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]engine.Option, 0, len(domains))
		for _, d := range domains {
			out = append(out, engine.Option{Value: d.Name, Label: visible.Text(d.Name), Detail: fmt.Sprintf("ttl %d", d.TTL)})
		}
		return out, nil
	}
}

func nameOptions(zones Zones) func(context.Context, engine.Inputs) ([]engine.Option, error) {
	return func(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
		zone, recordType := canonicalZone(in[inDomain]), strings.ToUpper(in[inType])
		if err := checkDomain(zone, in); err != nil {
			return nil, nil //nolint:nilerr // no names to offer yet: the domain's own field says what is wrong with it
		}
		records, err := zones.AllRecords(ctx, zone)
		if err != nil {
			return nil, err
		}
		var out []engine.Option
		at := map[string]int{}
		for _, r := range records {
			if r.Type == "SOA" || recordType != "" && r.Type != recordType {
				continue
			}
			name := liveName(r.Name)
			if i, ok := at[name]; ok {
				out[i].Detail += ", " + r.value()
				continue
			}
			at[name] = len(out)
			out = append(out, engine.Option{Value: name, Label: visible.Text(name), Detail: r.Type + " " + r.value()})
		}
		for i := range out {
			out[i].Detail = visible.Short(out[i].Detail, 80)
		}
		return out, nil
	}
}
