package steps

import (
	"context"

	"arcadia/engine"
)

// DeleteDNSRecord makes sure that a record is not there.
type DeleteDNSRecord struct{ dnsWriter }

// NewDeleteDNSRecord makes the step over the zones of a provider and a store.
func NewDeleteDNSRecord(zones Zones, ledger Ledger) DeleteDNSRecord {
	return DeleteDNSRecord{dnsWriter{zones, ledger}}
}

// Name is "delete_dns_record".
func (DeleteDNSRecord) Name() string { return "delete_dns_record" }

// Inputs declares the record and how to choose among several.
func (d DeleteDNSRecord) Inputs() []engine.Field {
	fields := append(placeFields(d.zones), engine.Field{
		Name: inData, Label: "Value", Type: engine.TextField, Check: checkPicked, Options: recordOptions(d.zones, Record.value),
		Help: "only the record with this value, alone or as it is shown (20 mx2.example.net); empty when there is only one",
	})
	fields = append(fields, numberInputs(chooses)...)
	return append(fields,
		idField(d.zones, "only the record with this id"),
		engine.Field{
			Name: inMode, Label: "Mode", Type: engine.ChoiceField, Default: modeSingle, Choices: []string{modeSingle, modeAll},
			Help: "single: refuse when there are several; all: delete all that fit",
		},
	)
}

// Locks names the domain and the record's name.
func (DeleteDNSRecord) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return dnsLocks(in), nil
}

// Target is "TXT _acme.example.com". A domain that does not exist refuses the launch, and so does a
// token known to lack a scope.
func (d DeleteDNSRecord) Target(ctx context.Context, in engine.Inputs) (string, error) {
	u, err := doomed(in)
	if err != nil {
		return "", d.explained(ctx, in, err)
	}
	return d.target(ctx, u.zone, u.about(), d.planOf(u))
}

func (d DeleteDNSRecord) planOf(u unwanted) planner {
	return func(ctx context.Context, live []Record) (change, error) {
		var err error
		if u.sent, err = d.sentFor(ctx, u.zone, live); err != nil {
			return change{}, err
		}
		return u.plan(live)
	}
}

// Plan says what Execute would delete now.
func (d DeleteDNSRecord) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	u, err := doomed(in)
	if err != nil {
		return engine.Change{}, d.explained(ctx, in, err)
	}
	c, err := d.planned(ctx, u.zone, u.pick.Name, d.planOf(u))
	if err != nil {
		return engine.Change{}, err
	}
	note, err := d.nameNote(ctx, u.zone, u.pick.Name)
	if err != nil {
		return engine.Change{}, err
	}
	return c.show(u.about(), note), nil
}

// Execute puts outcome (deleted, absent), note and dns_prior_records.
func (d DeleteDNSRecord) Execute(ctx context.Context, s *engine.State) error {
	u, err := doomed(s.Inputs())
	if err != nil {
		return err
	}
	c, _, err := d.execute(ctx, s, u.zone, u.pick.Name, d.planOf(u))
	if err != nil {
		return err
	}
	return d.withdraw(ctx, s, c.deleted())
}

// Compensate puts the deleted records back, in full and under new ids.
func (d DeleteDNSRecord) Compensate(ctx context.Context, s *engine.State) error {
	return d.compensate(ctx, s)
}

// DescribeUndo says what Compensate would do.
func (d DeleteDNSRecord) DescribeUndo(s *engine.State) string { return d.undoText(s) }
