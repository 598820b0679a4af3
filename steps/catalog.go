// Package steps holds what a saga can be made of: one file for each step, and the catalog of kinds.
//
// A step looks before it writes, saves its intent before each write and what it learned right after, and can take back
// what it did however far it came. What it asks of the provider is Cloud; arcadia/steps/digitalocean is the real one.
//
// What to write is decided by pure functions (want.plan, unwanted.plan, change.resume, change.undo) that a preview, an
// execution and a compensation share, so that what was shown is what happens.
package steps

import "arcadia/engine"

// Catalog gives all steps and kinds over a provider and the store that the engine will use. With a nil cloud the steps
// that need one refuse the launch and, in a saga that is under way, wait; echo and fail work. With a nil ledger nothing is
// accounted for, so that the steps about a resource refuse every launch. With a nil prober nothing that is waited for is ever good.
func Catalog(cloud Cloud, ledger Ledger, prober Prober) (steps []engine.Step, kinds []engine.Kind) {
	cloud, ledger = orNone(cloud, ledger)
	steps = []engine.Step{
		Echo{},
		Fail{},
		NewCreateDropletSnapshot(cloud),
		NewUpsertDNSRecord(cloud, ledger),
		NewDeleteDNSRecord(cloud, ledger),
		NewRestoreResource(cloud, ledger),
		NewAcceptResource(cloud, ledger),
		NewForgetResource(ledger),
		NewAdoptSnapshot(cloud, ledger),
		NewDeleteSnapshot(cloud, ledger),
	}
	kinds = []engine.Kind{
		{
			Name: "snapshot_droplet", Steps: []string{"create_droplet_snapshot"},
			Summary: "takes a snapshot of a droplet", Undo: "deletes the snapshot",
			On: engine.Subject{Type: "droplet", Verb: "snapshot", Inputs: map[string]string{inDroplet: "id"}},
		},
		{
			Name: "upsert_dns_record", Steps: []string{"upsert_dns_record"},
			Summary: "creates or changes a DNS record", Undo: "puts back what was there, or deletes what was created",
			On: recordSubject("change", inDomain, inType, inName, inData, inTTL, inPriority, inRecordID),
		},
		{
			Name: "delete_dns_record", Steps: []string{"delete_dns_record"},
			Summary: "deletes a DNS record", Undo: "puts the deleted record back",
			On: recordSubject("delete", inDomain, inType, inName, inData, inRecordID),
		},
		{
			Name: "snapshot_then_dns", Steps: []string{"create_droplet_snapshot", "upsert_dns_record"},
			Summary: "takes a snapshot of a droplet, then changes a DNS record", Undo: "puts the record back, then deletes the snapshot",
			On: engine.Subject{Type: "droplet", Inputs: map[string]string{inDroplet: "id"}},
		},
		{
			Name: "restore_resource", Steps: []string{"restore_resource"},
			Summary: "writes the desired state of a resource back to the provider", Undo: "puts back what was there, or deletes what was created",
			On: engine.Subject{Type: "resource", Verb: "restore", Inputs: map[string]string{inResource: "key"}},
		},
		{
			Name: "accept_resource", Steps: []string{"accept_resource"},
			Summary: "makes what is live the desired state of a resource", Undo: "puts the former desired state back; writes nothing at the provider",
			On: engine.Subject{Type: "resource", Verb: "accept", Inputs: map[string]string{inResource: "key"}},
		},
		{
			Name: "forget_resource", Steps: []string{"forget_resource"},
			Summary: "stops tracking a resource; it is not deleted", Undo: "tracks it again",
			On: engine.Subject{Type: "resource", Verb: "forget", Inputs: map[string]string{inResource: "key"}},
		},
		{
			Name: "adopt_snapshot", Steps: []string{"adopt_snapshot"},
			Summary: "makes an orphaned snapshot a resource", Undo: "stops tracking it; the snapshot stays",
			On: engine.Subject{Type: "snapshot", Verb: "adopt", Inputs: map[string]string{inSnapshot: "id"}},
		},
		{
			Name: "delete_snapshot", Steps: []string{"delete_snapshot"},
			Summary: "deletes one snapshot of a droplet", Undo: "cannot be undone: a deleted snapshot cannot be brought back",
			On: engine.Subject{Type: "snapshot", Verb: "delete", Inputs: map[string]string{inSnapshot: "id"}},
		},
		{
			Name: "echo", Steps: []string{"echo", "echo", "echo"},
			Summary: "puts a text into the context three times; needs no cloud", Undo: nothingToUndo,
		},
		{
			Name: "echo_fail", Steps: []string{"echo", "echo", "fail"},
			Summary: "echoes twice, then fails and rolls back; needs no cloud", Undo: nothingToUndo,
		},
		{
			Name: "adhoc", Adhoc: true,
			Summary: "any list of steps", Undo: "undoes each step, the last one first",
		},
	}
	if prober == nil {
		prober = noProber{}
	}
	steps = append(steps, WaitUntil{}, Approve{}, NewWaitFor(prober), NewSoak(prober))
	return append(steps, fleetSteps(cloud, ledger)...), append(kinds, fleetKinds(cloud, ledger)...)
}

// recordSubject says which of a record's attributes the given inputs take.
func recordSubject(verb string, inputs ...string) engine.Subject {
	attributes := map[string]string{
		inDomain: "domain", inType: "type", inName: "name", inData: "data", inTTL: "ttl", inPriority: "priority", inRecordID: "id",
	}
	s := engine.Subject{Type: "dns_record", Verb: verb, Inputs: map[string]string{}}
	for _, in := range inputs {
		s.Inputs[in] = attributes[in]
	}
	return s
}
