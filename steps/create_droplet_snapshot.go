package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// CreateDropletSnapshot takes a snapshot of a droplet. Its compensation deletes it.
//
// The provider has no idempotency keys, and an action's id is not the snapshot's. What makes the step safe to repeat is
// the snapshot's name, which belongs to the saga and the droplet alone.
type CreateDropletSnapshot struct{ cloud SnapshotCloud }

// SnapshotCloud is what the step asks of the provider.
type SnapshotCloud interface {
	Machines
	Snapshots
}

// NewCreateDropletSnapshot makes the step over a provider.
func NewCreateDropletSnapshot(cloud SnapshotCloud) CreateDropletSnapshot {
	return CreateDropletSnapshot{cloud}
}

const (
	inDroplet = "droplet_id"
	inSuffix  = "snapshot_name_suffix"

	keySnapshotID     = "snapshot_id"
	keySnapshotName   = "snapshot_name"
	keySnapshotAction = "snapshot_action_id"
	keySnapshotIntent = "snapshot_intent"
	keySnapshotSize   = "snapshot_size_gigabytes" // as of the last reading
	keySnapshotCost   = "snapshot_monthly_usd"
)

// Reasons for which the step fails.
const (
	errSnapshotMissing = engine.Reason("snapshot_not_found_after_completion")
	errSnapshotErrored = engine.Reason("snapshot_action_errored")
)

// snapshotIntent is saved before the POST.
type snapshotIntent struct {
	Droplet int64       `json:"droplet_id"`
	Name    string      `json:"name"`
	At      engine.Time `json:"at"`
	// Until is when a person is asked what is to become of an action that is still running.
	Until engine.Time `json:"until,omitzero"`
	// Others are the actions that were there before the POST and may look like ours.
	Others []int64 `json:"other_actions,omitempty"`
	// Refused: the provider has answered every POST so far, and said no.
	Refused bool `json:"refused,omitempty"`
}

// Name is "create_droplet_snapshot".
func (CreateDropletSnapshot) Name() string { return "create_droplet_snapshot" }

// Inputs declares the droplet.
func (c CreateDropletSnapshot) Inputs() []engine.Field {
	return []engine.Field{
		{
			Name: inDroplet, Label: "Droplet", Type: engine.IntField, Required: true, Check: checkDroplet, Options: c.droplets,
			Help: "the id of the droplet",
		},
		{
			Name: inPatience, Label: "Within", Type: engine.TextField, Check: checkPatience,
			Help: "how long it may take before you are asked, such as 6h; left out: by the droplet's disk",
		},
		{
			Name: inSuffix, Label: "Suffix", Type: engine.TextField,
			// Taken so that recorded launches can be repeated as they were, never asked for.
			Unasked: true,
			Help:    "taken and left unused: the name is always arcadia-snap-<droplet_id>-<short>",
		},
	}
}

// Outputs is the snapshot.
func (CreateDropletSnapshot) Outputs(in engine.Inputs) []engine.Output {
	return []engine.Output{{Key: keySnapshotID, What: "the snapshot of droplet " + in[inDroplet] + " that the saga takes"}}
}

func checkDroplet(value string, _ engine.Inputs) error {
	if id, err := strconv.ParseInt(value, 10, 64); err != nil || id < 1 {
		return fmt.Errorf("%q is not a droplet's id", visible.Short(value, 40))
	}
	return nil
}

func (c CreateDropletSnapshot) droplets(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	droplets, err := c.cloud.Droplets(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]engine.Option, 0, len(droplets))
	for _, d := range droplets {
		out = append(out, engine.Option{
			Value: itoa(d.ID), Label: visible.Text(d.Name),
			Detail: visible.Text(fmt.Sprintf("%d  %s  %s", d.ID, d.Region, d.Status)),
		})
	}
	return out, nil
}

func dropletOf(in engine.Inputs) (int64, error) {
	if err := checkDroplet(in[inDroplet], in); err != nil {
		return 0, fmt.Errorf("%s: %w", inDroplet, err)
	}
	return strconv.ParseInt(in[inDroplet], 10, 64)
}

// snapshotName belongs to one saga and one droplet: whoever finds it knows whose it is.
func snapshotName(droplet int64, saga engine.ID) string {
	return SnapshotNames(droplet) + saga.Short()
}

// SnapshotNames is how the names of a droplet's snapshots begin that sagas take; the saga's short id is the rest.
func SnapshotNames(droplet int64) string { return fmt.Sprintf("arcadia-snap-%d-", droplet) }

// Locks names the droplet.
func (CreateDropletSnapshot) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{dropletLock(in[inDroplet])}, nil
}

func dropletLock(id string) string { return "droplet:" + id }

// RetryPolicies leave room for the provider's bad moments over the two hours that a snapshot may take.
func (CreateDropletSnapshot) RetryPolicies() (forward, backward engine.RetryPolicy) {
	forward = engine.ForwardRetry
	forward.Attempts, forward.Within = 8, 2*time.Hour
	return forward, engine.BackwardRetry
}

// Target is "web-01 (482913)". A droplet that does not exist refuses the launch, and so does a token known to lack a scope.
func (c CreateDropletSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	id, err := dropletOf(in)
	if err != nil {
		return "", err
	}
	if err := denied(c.cloud, snapshotNeeds...); err != nil {
		return "", fmt.Errorf("snapshot droplet %d: %w", id, err)
	}
	d, err := c.droplet(ctx, id)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%d)", visible.Text(d.Name), id), nil
}

func (c CreateDropletSnapshot) droplet(ctx context.Context, id int64) (Droplet, error) {
	all, err := c.cloud.Droplets(ctx)
	if err != nil {
		return Droplet{}, err
	}
	if at := slices.IndexFunc(all, func(d Droplet) bool { return d.ID == id }); at >= 0 {
		return all[at], nil
	}
	d, err := c.cloud.Droplet(ctx, id) // the list may be some seconds old
	return d, c.unknown(id, err)
}

// unknown says of a droplet that does not exist what it is to the operator.
func (CreateDropletSnapshot) unknown(droplet int64, err error) error {
	if absent(err) {
		return fmt.Errorf("droplet %d is not in this account", droplet)
	}
	return err
}

// Plan says which snapshot Execute would take, and that it waits first when another event runs on the droplet now.
func (c CreateDropletSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	id, err := dropletOf(in)
	if err != nil {
		return engine.Change{}, err
	}
	d, err := c.cloud.Droplet(ctx, id) // the list may be some seconds old
	if err != nil {
		return engine.Change{}, c.unknown(id, err)
	}
	change := engine.Change{
		Action: engine.ActCreate, Subject: fmt.Sprintf("snapshot of %s (%d)", visible.Text(d.Name), id),
		Fields: []engine.FieldChange{{Name: "name", To: fmt.Sprintf("arcadia-snap-%d-<short>", id), Note: joined("the end is the saga's short id", d.price())}},
		Undo:   "deletes the snapshot", MonthlyUSD: MonthlyUSD(float64(d.Disk)),
	}
	if a, busy := runningOn(ctx, c.cloud, id); busy {
		change.Action = engine.ActWait
		change.Note = fmt.Sprintf("another event is running on the droplet (%s, action %d): waits for it to end, then takes the snapshot",
			visible.Short(a.Type, 40), a.ID)
	}
	change.Note = joined(change.Note, d.without())
	return change, nil
}

// price says what a snapshot of the droplet may cost.
func (d Droplet) price() string {
	if d.Disk == 0 {
		return ""
	}
	return fmt.Sprintf("it costs at most $%.2f a month, for a disk of %d GiB that is full", MonthlyUSD(float64(d.Disk)), d.Disk)
}

// without says what a snapshot of the droplet will not hold.
func (d Droplet) without() string {
	switch len(d.Volumes) {
	case 0:
		return ""
	case 1:
		return "the volume attached to it is not in the snapshot"
	}
	return fmt.Sprintf("the %d volumes attached to it are not in the snapshot", len(d.Volumes))
}

// Execute puts snapshot_id, snapshot_name and what it costs.
func (c CreateDropletSnapshot) Execute(ctx context.Context, s *engine.State) error {
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	w := snapshotWork{cloud: c.cloud, s: s, intent: snapshotIntent{Droplet: droplet, Name: snapshotName(droplet, s.Saga())}}
	snap, err := w.take(ctx)
	if err != nil {
		return err
	}
	putSnapshot(s, snap)
	s.Made(strconv.FormatFloat(snap.SizeGB, 'f', 1, 64)+" GB", MonthlyUSD(snap.SizeGB))
	return w.provision(ctx, snap)
}

// Compensate deletes the snapshot, whether its id was ever recorded or not, and whatever else has the saga's name. It waits for a
// running action first.
func (c CreateDropletSnapshot) Compensate(ctx context.Context, s *engine.State) error {
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	w := snapshotWork{cloud: c.cloud, s: s, intent: snapshotIntent{Droplet: droplet, Name: snapshotName(droplet, s.Saga())}}
	w.back = true
	ctx = Urgent(ctx)
	if err := w.undo(ctx); err != nil {
		return err
	}
	return w.deleteOthers(ctx)
}

// DescribeUndo says which snapshot Compensate would delete.
func (CreateDropletSnapshot) DescribeUndo(s *engine.State) string {
	var id int64
	var in snapshotIntent
	if ok, _ := s.Saved(keySnapshotID, &id); ok {
		var name string
		_, _ = s.Saved(keySnapshotName, &name)
		return fmt.Sprintf("deletes snapshot %d (%s)", id, visible.Text(name))
	}
	if ok, _ := s.Saved(keySnapshotIntent, &in); !ok || in.Refused {
		return nothingToUndo
	}
	if ok, _ := s.Saved(keySnapshotAction, &id); ok {
		return fmt.Sprintf("waits for action %d, then deletes snapshot %s", id, visible.Text(in.Name))
	}
	return "looks for snapshot " + visible.Text(in.Name) + " and deletes it"
}

// Spares says that a snapshot leaves the droplet as it is.
func (CreateDropletSnapshot) Spares() {}
