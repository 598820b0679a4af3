package steps

import (
	"context"

	"arcadia/engine"
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
	return append(placeFields(u.zones),
		engine.Field{
			Name: inData, Label: "Value", Type: engine.TextField, Required: true, Check: checkData,
			Help: "an address, a host's full name, or a text; @ names the domain itself as a host",
		},
		engine.Field{
			Name: inTTL, Label: "TTL", Type: engine.IntField, Default: "1800", Check: within(30, maxTTL),
			Help: "seconds, at least 30; all records of one name and type share it",
		},
		engine.Field{
			Name: inPriority, Label: "Priority", Type: engine.IntField, Default: "10", Check: within(0, 65535), When: typeIs("MX", "SRV"),
			Help: "0 to 65535; lower goes first",
		},
		engine.Field{
			Name: inPort, Label: "Port", Type: engine.IntField, Required: true, Check: within(0, 65535), When: typeIs("SRV"),
			Help: "0 to 65535: where the service listens",
		},
		engine.Field{
			Name: inWeight, Label: "Weight", Type: engine.IntField, Default: "0", Check: within(0, 65535), When: typeIs("SRV"),
			Help: "0 to 65535: the share among equal priorities",
		},
		engine.Field{
			Name: inFlags, Label: "Flags", Type: engine.IntField, Default: "0", Check: within(0, 255), When: typeIs("CAA"),
			Help: "0, or 128 for critical",
		},
		engine.Field{
			Name: inTag, Label: "Tag", Type: engine.ChoiceField, Default: "issue", Choices: []string{"issue", "issuewild", "iodef"}, When: typeIs("CAA"),
			Help: "who may issue, who may issue wildcards, or where to report",
		},
		engine.Field{
			Name: inMode, Label: "Mode", Type: engine.ChoiceField, Default: modeSingle, Choices: []string{modeSingle, modeAdd, modeReplace},
			Help: "single: the one record of this name and type; add: one value among several; replace: the only value",
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
	w, err := wanted(in)
	if err != nil {
		return "", err
	}
	return u.target(ctx, w.zone, w.rec, w.plan)
}

// Plan says what Execute would write now.
func (u UpsertDNSRecord) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	w, err := wanted(in)
	if err != nil {
		return engine.Change{}, err
	}
	live, err := u.zones.RecordsAt(ctx, w.zone, w.rec.Name)
	if err != nil {
		return engine.Change{}, err
	}
	c, err := w.plan(live)
	if err != nil {
		return engine.Change{}, err
	}
	return c.show(w.rec), nil
}

// Execute puts outcome (created, noop, updated), dns_record_id and dns_prior_records.
func (u UpsertDNSRecord) Execute(ctx context.Context, s *engine.State) error {
	w, err := wanted(s.Inputs())
	if err != nil {
		return err
	}
	c, done, err := u.execute(ctx, s, w.zone, w.rec.Name, w.plan)
	if err != nil {
		return err
	}
	id := w.kept(c.Before) // of a record that was right already
	for i, o := range c.Ops {
		if o.Do != opDelete {
			id = c.made(i, done)
		} else {
			s.Withdraw(dnsResource, itoa(o.ID))
		}
	}
	s.Put(keyRecordID, id)
	if c.Outcome == outcomeNoop {
		return nil
	}
	r, err := resource(w.zone, id, w.rec)
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

// Undo says what Compensate would do.
func (u UpsertDNSRecord) DescribeUndo(s *engine.State) string { return u.undoText(s) }
