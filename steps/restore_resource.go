package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/visible"
)

// RestoreResource writes the desired state of a resource back. A record that was changed is updated; one that is gone is
// created again, and its resource moves to the new id. A snapshot cannot be written back.
type RestoreResource struct {
	held
	dns dnsWriter
}

// NewRestoreResource makes the step over a provider and a store.
func NewRestoreResource(cloud Cloud, ledger Ledger) RestoreResource {
	return RestoreResource{held{Inventory{cloud: cloud, ledger: ledger}, ledger}, dnsWriter{cloud, ledger}}
}

// Name is "restore_resource".
func (RestoreResource) Name() string { return "restore_resource" }

// Target is the resource's name. A resource that no saga accounts for refuses the launch, and so does a domain that does
// not exist and a token known to lack a scope.
func (r RestoreResource) Target(ctx context.Context, in engine.Inputs) (string, error) {
	res, err := r.resource(ctx, in)
	if err != nil || !resourceTypes[res.Type].restores {
		return visible.Text(res.Name), err
	}
	w, err := restorationOf(res)
	if err != nil {
		return "", err
	}
	return r.dns.target(ctx, w.zone, w.rec, w.planner)
}

func restorationOf(res engine.Resource) (restoration, error) {
	spec, err := recordOf(res)
	return restoration{zone: spec.Domain, rec: spec.Record, sent: spec.Sent}, err
}

// Plan shows what is live beside what will be again.
func (r RestoreResource) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	res, err := r.resource(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	if !resourceTypes[res.Type].restores {
		return engine.Change{Action: engine.ActNone, Subject: visible.Text(res.Name), Undo: nothingToUndo}, r.untouched(ctx, res)
	}
	w, err := restorationOf(res)
	if err != nil {
		return engine.Change{}, err
	}
	c, err := r.dns.planned(ctx, w.zone, w.rec.Name, w.planner)
	if err != nil {
		return engine.Change{}, err
	}
	out := c.show(w.rec)
	id := w.kept(c)
	switch {
	case id == 0:
		elsewhere, err := r.elsewhere(ctx, w)
		if err != nil {
			return engine.Change{}, err
		}
		out.Fields = append(out.Fields, engine.FieldChange{Name: "id", From: itoa(w.rec.ID), To: "new"})
		out.Note = strings.Join(slices.DeleteFunc([]string{w.aside(c), elsewhere, out.Note}, func(s string) bool { return s == "" }), "; ")
	case id != w.rec.ID:
		if err := r.free(ctx, res, itoa(id)); err != nil {
			return engine.Change{}, err
		}
		if len(c.Ops) == 0 {
			out.Action, out.Note, out.Undo = engine.ActUpdate, onlyTheLedger, accountsAgain(res)
		}
		out.Fields = append(out.Fields, engine.FieldChange{Name: "id", From: itoa(w.rec.ID), To: itoa(id), Note: "it is there under another id"})
	}
	return out, nil
}

// elsewhere says that the record with the known id lives on at another name of its domain, where it stays.
func (r RestoreResource) elsewhere(ctx context.Context, w restoration) (string, error) {
	all, err := r.dns.zones.AllRecords(ctx, w.zone)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(all, func(o Record) bool { return o.ID == w.rec.ID && liveName(o.Name) != w.rec.Name })
	if at < 0 {
		return "", nil
	}
	return fmt.Sprintf("record %d is %s now and stays there", w.rec.ID, all[at].title(w.zone)), nil
}

// untouched refuses a resource that cannot be written, unless it is as wanted.
func (r RestoreResource) untouched(ctx context.Context, res engine.Resource) error {
	d, err := r.inventory.Check(ctx, res)
	if err != nil || d.State == estate.InSync {
		return err
	}
	if d.State == estate.Deleted {
		return fmt.Errorf("%w: %s is deleted, and nothing brings it back: stop tracking it with forget_resource", errUnwritable, visible.Text(res.Name))
	}
	return fmt.Errorf("%w: %s is %s: stop tracking it with forget_resource, or want it as it is with accept_resource",
		errUnwritable, visible.Text(res.Name), cmp.Or(d.State, estate.NotChecked))
}

// Execute puts outcome (created, updated, noop), dns_record_id, dns_prior_records and resource_before.
func (r RestoreResource) Execute(ctx context.Context, s *engine.State) error {
	res, err := r.begin(ctx, s)
	if err != nil {
		return err
	}
	if !resourceTypes[res.Type].restores {
		s.Put(keyOutcome, outcomeNoop)
		return verdict(ctx, r.untouched(ctx, res))
	}
	w, err := restorationOf(res)
	if err != nil {
		return err
	}
	c, done, err := r.dns.execute(ctx, s, w.zone, w.rec.Name, func(_ context.Context, live []Record) (change, error) {
		c, err := w.plan(live)
		if err != nil {
			return c, err
		}
		return c, r.free(ctx, res, itoa(cmp.Or(w.kept(c), w.rec.ID)))
	})
	if err != nil {
		return err
	}
	id, rec, sent := w.kept(c), w.rec, w.sent
	if len(c.Ops) > 0 {
		id, rec = c.made(0, done), *c.Ops[0].After
		if c.Ops[0].Sent != nil {
			sent = c.Ops[0].Sent
		}
	}
	s.Put(keyRecordID, id)
	if err := r.dns.neighbors(ctx, s, c); err != nil {
		return err
	}
	if id == w.rec.ID && rec.same(w.rec) && rec.TTL == w.rec.TTL {
		return nil
	}
	if id != w.rec.ID {
		s.Withdraw(dnsResource, res.ExternalID)
	}
	now, err := resource(w.zone, id, rec, sent)
	if err != nil {
		return err
	}
	s.Provision(now)
	return nil
}

// Compensate deletes what Execute created and takes back what it changed.
func (r RestoreResource) Compensate(ctx context.Context, s *engine.State) error {
	return r.dns.compensate(ctx, s)
}

// DescribeUndo says what Compensate would do.
func (r RestoreResource) DescribeUndo(s *engine.State) string {
	var before engine.Resource
	var now int64
	text := r.dns.undoText(s)
	if moved, _ := s.Saved(keyRecordID, &now); moved && text == nothingToUndo {
		if ok, _ := s.Saved(keyResource, &before); ok && before.ExternalID != itoa(now) {
			return accountsAgain(before)
		}
	}
	return text
}

func accountsAgain(r engine.Resource) string { return "accounts for record " + r.ExternalID + " again" }

// Verify looks whether a record that the row created is still there.
func (r RestoreResource) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	return r.dns.Verify(ctx, s)
}
