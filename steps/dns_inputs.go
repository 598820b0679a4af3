package steps

import (
	"errors"
	"fmt"
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
	inWas      = "dns_record_was"
	inRecordID = "dns_record_id"
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

// about reads which name and type the inputs are about.
func about(in engine.Inputs) (zone string, r said, err error) {
	zone, name := place(in)
	r = said{Record: Record{Type: strings.ToUpper(in[inType]), Name: name}}
	if _, known := formOf(r.Type); !known {
		return zone, r, named(inType, fmt.Errorf("%q is not one of %s", visible.Short(r.Type, 40), strings.Join(recordTypes, ", ")))
	}
	return zone, r, errors.Join(named(inDomain, checkDomain(in[inDomain], in)), named(inName, checkName(in[inName], in)), named(inName, under(zone, in[inName])))
}

// mode reads the mode; the first of those that the step takes is the default.
func mode(in engine.Inputs, modes ...string) (string, error) {
	m := strings.ToLower(in[inMode])
	if m == "" {
		return modes[0], nil
	}
	if !slices.Contains(modes, m) {
		return m, named(inMode, fmt.Errorf("%q is not one of %s", visible.Short(m, 40), strings.Join(modes, ", ")))
	}
	return m, nil
}

// recordID reads the id of a record, 0 when none was given.
func recordID(in engine.Inputs) (int64, error) {
	if in[inRecordID] == "" {
		return 0, nil
	}
	if err := checkRecordID(in[inRecordID], in); err != nil {
		return 0, named(inRecordID, err)
	}
	return strconv.ParseInt(in[inRecordID], 10, 64)
}

// wanted reads an upsert's inputs. It refuses what the fields refuse, also when nobody has checked them before.
func wanted(in engine.Inputs) (want, error) {
	zone, rec, err := about(in)
	if err != nil {
		return want{}, err
	}
	m, err := mode(in, modeSingle, modeAdd, modeReplace)
	if err = errors.Join(err, rec.numbers(in), named(inData, checkData(in[inData], in))); err != nil {
		return want{}, err
	}
	rec.Data, rec.given = canonicalData(zone, rec.Type, rec.Tag, in[inData]), rec.given|fieldData
	w := want{zone: zone, mode: m, rec: rec}
	id, err := recordID(in)
	if err != nil {
		return want{}, err
	}
	if id == 0 && in[inWas] == "" {
		return w, nil
	}
	if m == modeReplace {
		return want{}, named(inMode, errors.New("replace leaves one record, and one that is named by its id or by what it was is changed beside the others: choose single"))
	}
	was := said{Record: Record{ID: id, Type: rec.Type, Name: rec.Name, Tag: rec.Tag}}
	if text := in[inWas]; text != "" {
		if checkRecordID(text, in) == nil && id == 0 {
			w.orID, _ = strconv.ParseInt(text, 10, 64)
		}
		if err := was.value(zone, text); err != nil {
			if w.orID == 0 {
				return want{}, named(inWas, err)
			}
			was = said{Record: Record{ID: w.orID, Type: rec.Type, Name: rec.Name}}
		}
	}
	w.was = &was
	return w, nil
}

// doomed reads a delete's inputs.
func doomed(in engine.Inputs) (unwanted, error) {
	zone, pick, err := about(in)
	if err != nil {
		return unwanted{}, err
	}
	m, err := mode(in, modeSingle, modeAll)
	if err != nil {
		return unwanted{}, err
	}
	if pick.ID, err = recordID(in); err != nil {
		return unwanted{}, err
	}
	if text := in[inData]; text != "" {
		pick.Tag = strings.ToLower(in[inTag])
		err = named(inData, pick.value(zone, text))
	}
	return unwanted{zone: zone, pick: pick, all: m == modeAll}, errors.Join(err, pick.numbers(in))
}

// named says which input is wrong; see engine.InputError. Which step it is the engine knows.
func named(input string, err error) error {
	if err == nil {
		return nil
	}
	return &engine.InputError{Name: input, Idx: -1, Err: err}
}
