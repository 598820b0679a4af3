package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// DeleteDroplet deletes a droplet with all that is on its disk. Nothing brings it back; what it was is kept as a tombstone, from
// which one like it can be made.
type DeleteDroplet struct {
	dropletStep
	cloud  Cloud
	ledger Ledger
}

// NewDeleteDroplet makes the step over a provider and a store.
func NewDeleteDroplet(cloud Cloud, ledger Ledger) DeleteDroplet {
	return DeleteDroplet{dropletStep{cloud}, cloud, ledger}
}

const (
	inTypedName    = "droplet_name"
	inNeedSnapshot = "need_snapshot"
	inReservedIP   = "reserved_ip"
	inMovesAway    = "moves_away"
	inRecords      = "records"

	keyBurial = "droplet_deletion"
)

// Reasons for which the step fails before anything is deleted.
const (
	errOtherName = engine.Reason("another_name")
	errCarriesIP = engine.Reason("reserved_ip_on_the_droplet")
	errNoCopy    = engine.Reason("no_sound_snapshot")
	errIsBack    = engine.Reason("droplet_switched_on_since")
)

// burial is the intent: saved before the DELETE.
type burial struct {
	tombstone
	Done    bool `json:"done,omitempty"`    // the provider has said that it is gone
	Refused bool `json:"refused,omitempty"` // the provider has answered every DELETE so far, and said no
}

// Name is "delete_droplet".
func (DeleteDroplet) Name() string { return "delete_droplet" }

// Final says why there is no way back.
func (DeleteDroplet) Final() string { return "a deleted droplet cannot be brought back" }

// Inputs declares the droplet, its name, and what has to be there before it goes.
func (d DeleteDroplet) Inputs() []engine.Field {
	return []engine.Field{
		d.field(),
		typedName(),
		{
			Name: inNeedSnapshot, Label: "Snapshot", Type: engine.IntField, Check: checkSnapshot, Later: true,
			Help: "the id of a snapshot of it that has to be sound before it is deleted; left out: none is asked for",
		},
		namedIP(),
		{Name: inMovesAway, Label: "Moves away", Type: engine.TextField, Unasked: true, Help: "a reserved IP that an earlier step takes from it"},
		{Name: inRecords, Label: "Records", Type: engine.TextField, Unasked: true, Help: "the records that earlier steps delete, as JSON"},
	}
}

// typedName declares the name of a droplet that is lost: whoever launches writes it out.
func typedName() engine.Field {
	return engine.Field{
		Name: inTypedName, Label: "Its name", Type: engine.TextField, Required: true, Check: matches(hostname, "a host name"),
		Help: "the name of the droplet, so that no other is deleted by mistake",
	}
}

func namedIP() engine.Field {
	return engine.Field{
		Name: inReservedIP, Label: "Reserved IP", Type: engine.TextField, Check: checkIP,
		Help: "the reserved IP on the droplet, if there is one: it stays in the account, on no droplet",
	}
}

// doomed reads the droplet of the inputs. One of another name refuses.
func (d DeleteDroplet) doomed(ctx context.Context, in engine.Inputs) (Droplet, error) {
	got, err := d.find(ctx, in)
	if err == nil && got.Name != in[inTypedName] {
		err = named(inTypedName, fmt.Errorf("droplet %d is %s: write that name when it is the one that you mean", got.ID, visible.Short(got.Name, 80)))
	}
	return got, err
}

// Target is "web-01 (482913)". A droplet of another name refuses the launch, and so does one on which something runs.
func (d DeleteDroplet) Target(ctx context.Context, in engine.Inputs) (string, error) {
	got, err := d.doomed(ctx, in)
	if err != nil {
		return "", err
	}
	if err := atRest(ctx, d.cloud, got); err != nil {
		return "", err
	}
	if err := denied(d.cloud, DeleteDroplets, FollowActions); err != nil {
		return "", fmt.Errorf("delete droplet %s: %w", got.title(), err)
	}
	return got.title(), nil
}

// Plan says what is lost, what stays behind, and what is saved.
func (d DeleteDroplet) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	got, err := d.doomed(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	z, err := d.size(ctx, got.Size)
	if err != nil {
		return engine.Change{}, err
	}
	t, err := d.tombstone(ctx, in, got)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{
		Action: engine.ActDelete, Subject: "droplet " + got.title(), Undo: "cannot be undone", MonthlyUSD: -z.MonthlyUSD,
		Fields: []engine.FieldChange{
			{Name: "size", From: visible.Text(got.Size)},
			{Name: "region", From: visible.Text(got.Region)},
			{Name: "created", From: got.Created.UTC().Format("2006-01-02 15:04 MST")},
		},
	}
	for _, ip := range t.IPs {
		if ip == in[inMovesAway] {
			continue
		}
		c.Fields = append(c.Fields, engine.FieldChange{Name: "reserved IP", From: visible.Text(ip), Note: "stays in the account, on no droplet"})
	}
	for _, v := range got.Volumes {
		c.Fields = append(c.Fields, engine.FieldChange{Name: "volume", From: visible.Text(v), To: visible.Text(v), Note: "stays, attached to nothing, and costs as before"})
	}
	c.Note = fmt.Sprintf("saves $%.2f a month", z.MonthlyUSD)
	if left := len(t.Records) - len(recordsOf(in)); left > 0 {
		c.Note = joined(c.Note, count(left, "record")+" of the account still hold its address")
	}
	return c, d.carries(in, t.IPs)
}

// carries refuses to take a reserved IP from service that nobody has named.
func (DeleteDroplet) carries(in engine.Inputs, ips []string) error {
	for _, ip := range ips {
		if ip != in[inReservedIP] && ip != in[inMovesAway] {
			return fmt.Errorf("%w: reserved IP %s is on the droplet: move it first, or name it with %s=%s if it should be on none", errCarriesIP, ip, inReservedIP, ip)
		}
	}
	return nil
}

// recordsOf are the records that earlier steps delete.
func recordsOf(in engine.Inputs) []domainRecord {
	var out []domainRecord
	_ = json.Unmarshal([]byte(in[inRecords]), &out) // a kind wrote it; without it the tombstone says less
	return out
}

// tombstone is what the droplet is now.
func (d DeleteDroplet) tombstone(ctx context.Context, in engine.Inputs, got Droplet) (tombstone, error) {
	t := tombstone{Droplet: got, Records: recordsOf(in)}
	live, err := pointing(ctx, d.cloud, got.addresses())
	if err != nil {
		return t, err
	}
	for _, r := range live {
		if !slices.ContainsFunc(t.Records, func(o domainRecord) bool { return o.ID == r.ID }) {
			t.Records = append(t.Records, r)
		}
	}
	if t.IPs, err = ipsOn(ctx, d.cloud, got.ID); err != nil {
		return t, err
	}
	if t.Firewalls, err = wallsOf(ctx, d.cloud, got.ID); err != nil {
		return t, err
	}
	if in[inNeedSnapshot] != "" {
		t.Snapshot, err = strconv.ParseInt(in[inNeedSnapshot], 10, 64)
	}
	return t, err
}

// Deadline leaves room for what runs on the droplet before.
func (DeleteDroplet) Deadline() time.Duration { return 3 * time.Hour }

// RetryPolicies end the compensation soon: no later attempt brings a droplet back.
func (DeleteDroplet) RetryPolicies() (forward, backward engine.RetryPolicy) {
	backward = engine.BackwardRetry
	backward.Attempts = 3
	return engine.ForwardRetry, backward
}

// Execute puts outcome (deleted, absent) and deleted_droplet_id, and accounts for the tombstone.
func (d DeleteDroplet) Execute(ctx context.Context, s *engine.State) error {
	id, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	var do burial
	begun, err := s.Saved(keyBurial, &do)
	if err != nil {
		return err
	}
	got, err := again(ctx, func() (Droplet, error) { return d.cloud.Droplet(ctx, id) })
	switch {
	case absent(err) && !begun: // somebody else has
		s.Put(keyOutcome, outcomeAbsent)
		return nil
	case absent(err):
		return d.finish(ctx, s, do)
	case err != nil:
		return verdict(ctx, err)
	case !begun:
		if do.tombstone, err = d.sure(ctx, s, got); err != nil {
			return err
		}
	}
	if err := d.delete(ctx, s, do); err != nil {
		return err
	}
	return d.finish(ctx, s, do)
}

// sure looks once more at all that makes the deletion right, and gives what the droplet is.
func (d DeleteDroplet) sure(ctx context.Context, s *engine.State, got Droplet) (tombstone, error) {
	in := s.Inputs()
	if got.Name != in[inTypedName] {
		return tombstone{}, fmt.Errorf("%w: droplet %d is %s now, not %s", errOtherName, got.ID, visible.Short(got.Name, 80), in[inTypedName])
	}
	off, err := leftOff(s)
	if err != nil {
		return tombstone{}, err
	}
	if off == got.ID && got.Status == statusActive { // and what it has written since is in no copy
		return tombstone{}, fmt.Errorf("%w: droplet %s was switched off for this and somebody has switched it on again: ask who needs it, then launch again", errIsBack, got.title())
	}
	if err := d.quietly(s, got.ID).quiet(ctx); err != nil {
		return tombstone{}, err
	}
	t, err := d.tombstone(ctx, in, got)
	if err != nil {
		return t, verdict(ctx, err)
	}
	t.At = engine.At(time.Now())
	in = maps.Clone(in)
	delete(in, inMovesAway) // by now it has
	if err := d.carries(in, t.IPs); err != nil || t.Snapshot == 0 {
		return t, err
	}
	snap, err := again(ctx, func() (Snapshot, error) { return d.cloud.Snapshot(ctx, t.Snapshot) })
	if absent(err) {
		return t, fmt.Errorf("%w: snapshot %d is gone: take another, then launch again", errNoCopy, t.Snapshot)
	}
	if err != nil {
		return t, verdict(ctx, err)
	}
	flaw, err := NewVerifySnapshot(d.cloud, d.ledger).flaw(ctx, snap)
	switch {
	case err != nil:
		return t, verdict(ctx, err)
	case snap.Droplet != got.ID:
		return t, fmt.Errorf("%w: %s is of droplet %d, not of %d", errNoCopy, snap.title(), snap.Droplet, got.ID)
	case flaw != "":
		return t, fmt.Errorf("%w: %s: %s", errNoCopy, snap.title(), flaw)
	}
	return t, nil
}

// quietly is the wait until nothing runs on a droplet.
func (d DeleteDroplet) quietly(s *engine.State, id int64) *actionWork {
	return &actionWork{cloud: d.cloud, s: s, what: "delete droplet " + itoa(id), list: func(ctx context.Context) ([]Action, error) {
		return again(ctx, func() ([]Action, error) { return d.cloud.DropletActions(ctx, id) })
	}}
}

// delete makes the intent durable and deletes the droplet. A busy one is waited for.
func (d DeleteDroplet) delete(ctx context.Context, s *engine.State, do burial) error {
	do.Refused = false
	s.Put(keyBurial, do)
	if err := s.Save(ctx); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		// Crash here: nobody knows whether it is gone. The next attempt looks. A cancel in the midst of it does not make it unknown:
		// either the droplet is gone, and the saga goes on, or it stays.
		err := d.erase(ctx, do.Droplet.ID)
		switch {
		case err == nil, absent(err):
			return nil
		case refused(err):
			do.Refused = true
			s.Put(keyBurial, do)
		}
		if ClassOf(err) != Pending {
			return verdict(ctx, err)
		}
		if err := pause(ctx, pollPause(n)); err != nil {
			return err
		}
	}
}

// erase deletes a droplet, and looks whether a deletion without an answer was carried out after all.
func (d DeleteDroplet) erase(ctx context.Context, id int64) error {
	own, end := outlive(ctx)
	defer end()
	err := d.cloud.DeleteDroplet(ctx, id)
	if err == nil || ClassOf(err) != Unknown || pause(own, lateWrite) != nil {
		return err
	}
	if _, gone := again(own, func() (Droplet, error) { return d.cloud.Droplet(own, id) }); absent(gone) {
		return nil
	}
	return err
}

// finish puts what came of it. The tags of the saga that made the droplet go with it, as far as they can be deleted.
func (d DeleteDroplet) finish(ctx context.Context, s *engine.State, do burial) error {
	r, err := do.resource()
	if err != nil {
		return err
	}
	do.Done, do.Refused = true, false
	s.Put(keyBurial, do)
	s.Put(keyOutcome, outcomeDeleted)
	s.Put("deleted_droplet_id", do.Droplet.ID)
	s.Provision(r)
	s.Passed("droplet " + do.Droplet.title())
	own, end := outlive(ctx)
	defer end()
	for _, tag := range do.Droplet.Tags {
		if ownTag.MatchString(tag) {
			_ = untag(own, d.cloud, s, tag) // a name that is left costs nothing, and the droplet is gone
		}
	}
	return nil
}

// Compensate succeeds when nothing was deleted. A droplet that is gone stays gone: then the saga goes forward.
func (d DeleteDroplet) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var do burial
	begun, err := s.Saved(keyBurial, &do)
	if err != nil || !begun || do.Refused {
		return err
	}
	if !do.Done {
		if err := pause(ctx, lateWrite); err != nil { // the request may still arrive
			return err
		}
		left, err := settled(ctx, func() ([]string, error) { return d.left(ctx, do.Droplet.ID) })
		if err != nil {
			return verdict(ctx, err)
		}
		if len(left) > 0 {
			return nil // read for longer than a reading may lag: it was never deleted
		}
		s.Passed("droplet " + do.Droplet.title())
	}
	return fmt.Errorf("%w: droplet %s: %s: resolve this row", errFinal, do.Droplet.title(), d.Final())
}

func (d DeleteDroplet) left(ctx context.Context, id int64) ([]string, error) {
	got, err := d.cloud.Droplet(ctx, id)
	switch {
	case absent(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []string{"droplet " + got.title()}, nil
}

// DescribeUndo says what is lost.
func (d DeleteDroplet) DescribeUndo(s *engine.State) string {
	var do burial
	if begun, err := s.Saved(keyBurial, &do); err != nil || !begun || do.Refused {
		return nothingToUndo
	}
	return "cannot be undone: " + d.Final()
}

// Touches is the droplet.
func (DeleteDroplet) Touches(s *engine.State) []engine.Touch {
	return []engine.Touch{{Name: dropletLock(s.Input(inDroplet))}}
}
