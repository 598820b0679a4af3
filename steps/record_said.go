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

// said is what an operator has said of one record: only the fields in given count, and a type and a name that are settled.
// What was left unsaid stays as it is in a record that is there, and gets a default in a new one.
type said struct {
	Record
	given fieldSet
}

// fieldSet is a set of fields of a record.
type fieldSet uint8

const (
	fieldData fieldSet = 1 << iota
	fieldTTL
	fieldPriority
	fieldPort
	fieldWeight
	fieldFlags
	fieldTag
)

// numberField is one of a record's numbers: its input, its bounds, what a new record gets, and where it is.
type numberField struct {
	field       fieldSet
	input       string
	least, most int
	fresh       int // -1: a new record must be given one
	at          func(*Record) *int
}

var (
	ttlNumber      = numberField{fieldTTL, inTTL, minTTL, maxTTL, 1800, func(r *Record) *int { return &r.TTL }}
	priorityNumber = numberField{fieldPriority, inPriority, 0, 65535, 10, func(r *Record) *int { return &r.Priority }}
	weightNumber   = numberField{fieldWeight, inWeight, 0, 65535, 0, func(r *Record) *int { return &r.Weight }}
	portNumber     = numberField{fieldPort, inPort, 0, 65535, -1, func(r *Record) *int { return &r.Port }}
	flagsNumber    = numberField{fieldFlags, inFlags, 0, 255, 0, func(r *Record) *int { return &r.Flags }}

	numberFields = []numberField{ttlNumber, priorityNumber, weightNumber, portNumber, flagsNumber}
)

// freshTag is the tag of a new CAA record for which none was said.
const freshTag = "issue"

// fields are those that a type of record has.
func (f recordForm) fields() fieldSet {
	set := fieldData | fieldTTL
	for _, has := range []struct {
		used  bool
		field fieldSet
	}{{f.priority, fieldPriority}, {f.port, fieldPort}, {f.weight, fieldWeight}, {f.flags, fieldFlags}, {f.tag, fieldTag}} {
		if has.used {
			set |= has.field
		}
	}
	return set
}

// exactly says all of a record.
func exactly(r Record) said {
	form, _ := formOf(r.Type)
	return said{r, form.fields()}
}

func (s said) has(f fieldSet) bool { return s.given&f != 0 }

// fits reports whether a canonical record is one that was meant, whatever its TTL.
func (s said) fits(c Record) bool {
	switch {
	case s.ID != 0 && s.ID != c.ID, s.has(fieldData) && s.Data != c.Data, s.has(fieldTag) && s.Tag != c.Tag:
		return false
	}
	for _, n := range numberFields {
		if n.field != fieldTTL && s.has(n.field) && *n.at(&s.Record) != *n.at(&c) {
			return false
		}
	}
	return true
}

// over is a canonical record with what was said in place of what it says.
func (s said) over(c Record) Record {
	if s.has(fieldData) {
		c.Data = s.Data
	}
	if s.has(fieldTag) {
		c.Tag = s.Tag
	}
	for _, n := range numberFields {
		if s.has(n.field) {
			*n.at(&c) = *n.at(&s.Record)
		}
	}
	return c
}

// fresh is the new record that was meant. Others of its name and type have settled the TTL for it; 0: there are none.
func (s said) fresh(ttl int) (Record, error) {
	form, _ := formOf(s.Type)
	r := Record{Type: s.Type, Name: s.Name}
	for _, n := range numberFields {
		if form.fields()&n.field == 0 {
			continue
		}
		if n.fresh < 0 && !s.has(n.field) {
			return r, fmt.Errorf("%w: a new %s record needs %s", errIncomplete, s.Type, n.input)
		}
		*n.at(&r) = n.fresh
	}
	if ttl != 0 {
		r.TTL = ttl
	}
	if form.tag {
		r.Tag = freshTag
	}
	return s.over(r), nil
}

// numbers reads the numbers that the inputs give for a type of record.
func (s *said) numbers(in engine.Inputs) error {
	form, _ := formOf(s.Type)
	var bad []error
	for _, n := range numberFields {
		text := in[n.input]
		if text == "" || form.fields()&n.field == 0 {
			continue
		}
		if err := within(n.least, n.most)(text, in); err != nil {
			bad = append(bad, named(n.input, err))
			continue
		}
		v, _ := strconv.Atoi(text)
		if s.has(n.field) && *n.at(&s.Record) != v {
			bad = append(bad, named(n.input, fmt.Errorf("%d here and %d in the value: which one", v, *n.at(&s.Record))))
		}
		*n.at(&s.Record), s.given = v, s.given|n.field
	}
	if tag := strings.ToLower(in[inTag]); tag != "" && form.tag {
		if s.has(fieldTag) && s.Tag != tag {
			bad = append(bad, named(inTag, fmt.Errorf("%q here and %q in the value: which one", visible.Short(tag, 20), visible.Short(s.Tag, 20))))
		}
		s.Tag, s.given = tag, s.given|fieldTag
	}
	return errors.Join(bad...)
}

// value reads a record's value, alone or in the form in which it is shown: "20 mx2.example.net", "0 issue letsencrypt.org".
func (s *said) value(zone, text string) error {
	parts := strings.Fields(text)
	data := text
	number := func(n numberField, text string) error {
		if err := within(n.least, n.most)(text, nil); err != nil {
			return err
		}
		*n.at(&s.Record), _ = strconv.Atoi(text)
		s.given |= n.field
		return nil
	}
	var err error
	switch {
	case s.Type == "MX" && len(parts) == 2:
		data, err = parts[1], number(priorityNumber, parts[0])
	case s.Type == "SRV" && len(parts) == 4:
		data, err = parts[3], errors.Join(number(priorityNumber, parts[0]), number(weightNumber, parts[1]), number(portNumber, parts[2]))
	case s.Type == "CAA" && len(parts) == 3:
		data, err = strings.Trim(parts[2], `"`), number(flagsNumber, parts[0])
		s.Tag, s.given = strings.ToLower(parts[1]), s.given|fieldTag
	}
	if err == nil {
		err = checkValue(s.Type, s.Tag, data)
	}
	s.Data, s.given = canonicalData(zone, s.Type, s.Tag, data), s.given|fieldData
	return err
}

// inputsThatDiffer are the inputs whose values tell the records apart; the id always does.
func inputsThatDiffer(zone string, set []Record) []string {
	var out []string
	differs := func(of func(Record) string) bool {
		return slices.ContainsFunc(set, func(r Record) bool { return of(r.canonical(zone)) != of(set[0].canonical(zone)) })
	}
	if differs(func(r Record) string { return r.Data }) {
		out = append(out, inData)
	}
	for _, n := range numberFields {
		if n.field != fieldTTL && differs(func(r Record) string { return strconv.Itoa(*n.at(&r)) }) {
			out = append(out, n.input)
		}
	}
	if differs(func(r Record) string { return r.Tag }) {
		out = append(out, inTag)
	}
	return append(out, inRecordID)
}

// mostListed bounds how many records one sentence names.
const mostListed = 8

// listing names records with their ids: "id 12 10 mx1.example.net; id 13 20 mx2.example.net".
func listing(records []Record) string {
	var parts []string
	for _, r := range records[:min(len(records), mostListed)] {
		parts = append(parts, fmt.Sprintf("id %d %s", r.ID, r.value()))
	}
	if more := len(records) - mostListed; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// count is "1 record" or "3 records".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
