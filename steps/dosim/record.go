package dosim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record is a domain record as the account holds it: name relative to the zone ("@" for
// the zone itself), data without its final dot. Fields that do not belong to the type are
// zero (the API gives null). Two Records can be compared with ==.
type Record struct {
	ID       int64  `json:"id"`
	Type     string `json:"type"`
	Name     string `json:"name"`
	Data     string `json:"data"`
	TTL      int    `json:"ttl"`
	Priority int    `json:"priority"` // MX, SRV
	Port     int    `json:"port"`     // SRV
	Weight   int    `json:"weight"`   // SRV
	Flags    int    `json:"flags"`    // CAA
	Tag      string `json:"tag"`      // CAA
}

// recordView is a record as the API gives it: always all ten keys.
type recordView struct {
	ID       int64   `json:"id"`
	Type     string  `json:"type"`
	Name     string  `json:"name"`
	Data     string  `json:"data"`
	Priority *int    `json:"priority"`
	Port     *int    `json:"port"`
	TTL      int     `json:"ttl"`
	Weight   *int    `json:"weight"`
	Flags    *int    `json:"flags"`
	Tag      *string `json:"tag"`
}

func (r Record) view() recordView {
	v := recordView{ID: r.ID, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL}
	form := recordForms[r.Type]
	if form.priority {
		v.Priority = &r.Priority
	}
	if form.port {
		v.Port = &r.Port
	}
	if form.weight {
		v.Weight = &r.Weight
	}
	if form.flags {
		v.Flags = &r.Flags
	}
	if form.tag {
		v.Tag = &r.Tag
	}
	return v
}

func (s *Sim) listRecords(c *call) (reply, error) {
	z := s.zone(c.args["domain"])
	if z == nil {
		return reply{}, notFound()
	}
	name, kind := c.query.Get("name"), c.query.Get("type")
	views := []recordView{}
	for _, r := range z.records {
		// The filter takes the full name; a relative one matches nothing.
		if name != "" && !strings.EqualFold(fullName(z.name, r.Name), name) || kind != "" && r.Type != kind {
			continue
		}
		if r.seen(c.now) {
			views = append(views, r.view())
		}
	}
	z.records = slices.DeleteFunc(z.records, func(r *storedRecord) bool { return r.faded(c.now) })
	s.changeBehind(c, z, 0)
	return page(c, "domain_records", views), nil
}

func (s *Sim) getRecord(c *call) (reply, error) {
	z := s.zone(c.args["domain"])
	id, err := c.id("record")
	if z == nil || err != nil {
		return reply{}, notFound()
	}
	for _, r := range z.records {
		if r.ID == id && r.seen(c.now) {
			view := r.view()
			s.changeBehind(c, z, id)
			return ok(fields{"domain_record": view}), nil
		}
	}
	return reply{}, notFound()
}

func (s *Sim) createRecord(c *call) (reply, error) {
	z := s.zone(c.args["domain"])
	if z == nil {
		return reply{}, notFound()
	}
	var in draft
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	s.changeBehind(c, z, 0)
	r, complaints := resolveDraft(z.name, in)
	if len(complaints) == 0 && cnameConflict(r, z.live()) {
		complaints = append(complaints, textCNAME)
	}
	if len(complaints) > 0 {
		return reply{}, unprocessable(complaints...)
	}
	r = s.keepOtherwise(c, r)
	r.ID = s.addRecord(z, r, c.now)
	c.made = append(c.made, r.ID)
	return created(fields{"domain_record": r.view()}), nil
}

// updateRecord serves PUT and PATCH, which both leave alone what they are not sent. They
// differ in one thing: PUT validates the stored data again as it is stored, without its
// dot, and so refuses a PUT without data for a type whose data is a host.
func (s *Sim) updateRecord(c *call) (reply, error) {
	z, r, err := s.namedRecord(c)
	if err != nil {
		return reply{}, err
	}
	var in draft
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if r.Type == "SOA" {
		return s.updateSOA(c, z, r, in)
	}
	data := r.Data
	strict := c.method == http.MethodPut
	if strict && s.faults.meet(c.method, c.path, FaultLenientPut) != nil {
		strict = false
	} else if !strict && s.faults.meet(c.method, c.path, FaultStrictPatch) != nil {
		strict = true
	}
	if !strict {
		data = sendData(r.Record)
	}
	next, complaints := resolveDraft(z.name, mergeDraft(r.Record, data, in))
	next.ID = r.ID
	if len(complaints) == 0 && cnameConflict(next, z.live()) {
		complaints = append(complaints, textCNAME)
	}
	if len(complaints) > 0 {
		return reply{}, unprocessable(complaints...)
	}
	next = s.keepOtherwise(c, next)
	z.replace(r, next, c.now)
	return ok(fields{"domain_record": next.view()}), nil
}

// keepOtherwise is the record as a fault lets the service keep it.
func (s *Sim) keepOtherwise(c *call, r Record) Record {
	f := s.faults.meet(c.method, c.path, FaultStoresOtherwise)
	switch {
	case f == nil:
	case f.Change != nil:
		r.Data, r.TTL = cmp.Or(f.Change.Data, r.Data), cmp.Or(f.Change.TTL, r.TTL)
	default:
		r.Data = strings.ReplaceAll(r.Data, `\`, "")
		r.TTL = (r.TTL + 59) / 60 * 60
	}
	return r
}

// updateSOA changes the one thing an SOA lets change; its data is its TTL as text.
func (s *Sim) updateSOA(c *call, z *zone, r *storedRecord, in draft) (reply, error) {
	next := r.Record
	if in.TTL != nil && *in.TTL != 0 {
		if *in.TTL < minTTL || *in.TTL > maxTTL {
			return reply{}, unprocessable(textTTL)
		}
		next.TTL = int(*in.TTL)
		next.Data = strconv.Itoa(next.TTL)
	}
	z.replace(r, next, c.now)
	return ok(fields{"domain_record": next.view()}), nil
}

func (s *Sim) deleteRecord(c *call) (reply, error) {
	z, r, err := s.namedRecord(c)
	if err != nil {
		return reply{}, err
	}
	if r.Type == "SOA" {
		// That it is refused is known, the wording is not.
		return reply{}, unprocessable("SOA records cannot be deleted")
	}
	z.drop(r, s.faults.meet(c.method, c.path, FaultGhost), c.now)
	return noContent(), nil
}

// namedRecord finds the record a write names, after anyone else has had his way with it.
func (s *Sim) namedRecord(c *call) (*zone, *storedRecord, error) {
	z := s.zone(c.args["domain"])
	id, err := c.id("record")
	if z == nil || err != nil {
		return nil, nil, notFound()
	}
	s.changeBehind(c, z, id)
	r := z.record(id)
	if r == nil {
		return nil, nil, notFound()
	}
	return z, r, nil
}

// replace puts next in the place of r.
func (z *zone) replace(r *storedRecord, next Record, now time.Time) {
	r.Record = next
	z.level(next)
	z.changed = now
}

// drop deletes r; with a fault it can still be read for a while.
func (z *zone) drop(r *storedRecord, f *armedFault, now time.Time) {
	r.remove(f, now)
	z.changed = now
	if r.faded(now) {
		z.records = slices.DeleteFunc(z.records, func(o *storedRecord) bool { return o == r })
	}
}

// changeBehind lets a fault change the zone at this point of a request about record id, or
// about the zone if id is 0.
func (s *Sim) changeBehind(c *call, z *zone, id int64) {
	f := s.faults.meet(c.method, c.path, FaultRecordChanges)
	if f == nil {
		return
	}
	if f.Change == nil {
		if r := z.record(id); r != nil {
			z.drop(r, nil, c.now)
		}
		return
	}
	change := *f.Change
	if change.ID == 0 {
		change.ID = id
	}
	s.putRecord(z, change, c.now)
}
