package steps

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// UpsertDNSRecord makes sure that a record is there: it creates it, changes it in place, or finds it right already.
type UpsertDNSRecord struct{ dnsWriter }

// NewUpsertDNSRecord makes the step over the zones of a provider and a store.
func NewUpsertDNSRecord(zones Zones, ledger Ledger) UpsertDNSRecord {
	return UpsertDNSRecord{dnsWriter{zones, ledger}}
}

// Name is "upsert_dns_record".
func (UpsertDNSRecord) Name() string { return "upsert_dns_record" }

// Inputs declares the record and the mode.
func (u UpsertDNSRecord) Inputs() []engine.Field {
	fields := append(placeFields(u.zones),
		engine.Field{
			Name: inData, Label: "Value", Type: engine.TextField, Required: true, Check: checkData, Later: true,
			Help: "an address, a host's full name, or a text; @ names the domain itself as a host",
		},
		engine.Field{
			Name: inTTL, Label: "TTL", Type: engine.IntField, Check: within(minTTL, maxTTL),
			Help: "seconds, at least 30; all records of one name and type share it" + leftOut(ttlNumber),
		},
	)
	fields = append(fields, numberInputs(leftOut)...)
	return append(fields,
		engine.Field{
			Name: inWas, Label: "Was", Type: engine.TextField, Check: checkWas, Options: recordOptions(u.zones, Record.value),
			Help: "the value of the one record to change among several, as it is shown (20 mx2.example.net), or its id; the others stay",
		},
		idField(u.zones, "the id of the one record to change among several; the others stay"),
		engine.Field{
			Name: inMode, Label: "Mode", Type: engine.ChoiceField, Default: modeSingle, Choices: []string{modeSingle, modeAdd, modeReplace},
			Help: "single: the one record of this name and type; add: one value among several; replace: the only value, and what cannot stand beside it is deleted",
		},
	)
}

// Locks names the domain and the record's name.
func (UpsertDNSRecord) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return dnsLocks(in), nil
}

// Target is "TXT _acme.example.com". A domain that does not exist refuses the launch, and so does a
// token known to lack a scope.
func (u UpsertDNSRecord) Target(ctx context.Context, in engine.Inputs) (string, error) {
	if in[inData] == "" {
		c, err := u.later(ctx, in)
		return c.Subject, err
	}
	w, err := wanted(in)
	if err != nil {
		return "", u.explained(ctx, in, err)
	}
	return u.target(ctx, w.zone, w.rec.Record, u.planOf(w))
}

// later is the plan of a record whose value is yet to be known: what can be told of it without.
func (u UpsertDNSRecord) later(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	zone, about, err := about(in)
	if err != nil {
		return engine.Change{}, u.explained(ctx, in, err)
	}
	live, err := u.look(ctx, zone, about.Name)
	if absent(err) {
		err = fmt.Errorf("domain %s is not in this account: add it at the provider first", visible.Short(zone, 80))
	}
	if err != nil {
		return engine.Change{}, err
	}
	if err := denied(u.zones, CreateRecords, UpdateRecords, DeleteRecords); err != nil {
		return engine.Change{}, fmt.Errorf("write %s: %w", about.title(zone), err)
	}
	c := engine.Change{Action: engine.ActCreate, Subject: about.title(zone), Undo: "deletes " + about.title(zone)}
	set, rivals, _ := at(zone, about.Name, about.Type, live)
	m, id := in[inMode], in[inRecordID]
	switch {
	case len(rivals) > 0 && m != modeReplace:
		err = fmt.Errorf("%w: %s cannot stand beside %s: choose dns_record_mode=replace to delete what is there", errInTheWay, c.Subject, summary(zone, rivals))
	case len(set) > 1 && m != modeReplace && m != modeAdd && id == "":
		err = fmt.Errorf("%w: %d records are at %s: %s: choose dns_record_mode=add to add this value, or dns_record_mode=replace to make it the only one",
			errAmbiguous, len(set), c.Subject, listing(set))
	case len(set) > 0 && m != modeAdd:
		c.Action, c.Undo = engine.ActUpdate, "restores "+summary(zone, set)
		for _, r := range set {
			if id == "" || id == itoa(r.ID) {
				c.Fields = append(c.Fields, engine.FieldChange{Name: "record", From: r.canonical(zone).describe()})
			}
		}
	}
	return c, err
}

// planOf decides what makes w true, with what the store knows of records that the provider keeps in other words.
func (u UpsertDNSRecord) planOf(w want) planner {
	return func(ctx context.Context, live []Record) (change, error) {
		var err error
		if w.sent, err = u.sentFor(ctx, w.zone, live); err != nil {
			return change{}, err
		}
		return w.plan(live)
	}
}

// Plan says what Execute would write now.
func (u UpsertDNSRecord) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	if in[inData] == "" {
		return u.later(ctx, in)
	}
	w, err := wanted(in)
	if err != nil {
		return engine.Change{}, u.explained(ctx, in, err)
	}
	c, err := u.planned(ctx, w.zone, w.rec.Name, u.planOf(w))
	if err != nil {
		return engine.Change{}, err
	}
	note, err := u.nameNote(ctx, w.zone, w.rec.Name)
	if err != nil {
		return engine.Change{}, err
	}
	return c.show(w.rec.Record, note), nil
}

// Execute puts outcome (created, noop, updated, replaced), note, dns_record_id and dns_prior_records.
func (u UpsertDNSRecord) Execute(ctx context.Context, s *engine.State) error {
	w, err := wanted(s.Inputs())
	if err != nil {
		return err
	}
	c, done, err := u.execute(ctx, s, w.zone, w.rec.Name, u.planOf(w))
	if err != nil {
		return err
	}
	id, written := c.Kept, false
	for i, o := range c.Ops {
		if o.Do == opDelete {
			continue
		}
		id, written = c.made(i, done), true
		r, err := resource(w.zone, id, *o.After, o.Sent)
		if err != nil {
			return err
		}
		s.Provision(r)
	}
	if id == 0 {
		id = w.kept(c.Before) // of a row that an older build began
	}
	s.Put(keyRecordID, id)
	if err := u.withdraw(ctx, s, c.deleted()); err != nil {
		return err
	}
	if len(c.Ops) == 0 || written {
		return u.neighbors(ctx, s, c)
	}
	return u.keep(ctx, s, c, id)
}

// keep accounts for the record that a change left as it was and made the only one.
func (u UpsertDNSRecord) keep(ctx context.Context, s *engine.State, c change, id int64) error {
	at := slices.IndexFunc(c.Before, func(r Record) bool { return r.ID == id })
	if at < 0 {
		return nil
	}
	sent, err := u.sentFor(ctx, c.Zone, c.Before[at:at+1])
	if err != nil {
		return err
	}
	var words *Record
	if r, other := sent[id]; other {
		words = &r
	}
	r, err := resource(c.Zone, id, c.Before[at].canonical(c.Zone), words)
	if err != nil {
		return err
	}
	s.Provision(r)
	return nil
}

// Compensate deletes what Execute created and restores what it changed or deleted.
func (u UpsertDNSRecord) Compensate(ctx context.Context, s *engine.State) error {
	return u.compensate(ctx, s)
}

// DescribeUndo says what Compensate would do.
func (u UpsertDNSRecord) DescribeUndo(s *engine.State) string { return u.undoText(s) }
