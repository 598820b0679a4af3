package smoke

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/steps"
)

// tour is one way through all kinds. What it makes has a name that begins with its own; of what is there already it changes
// something only in a simulated account, and puts that back.
//
//	records ──► a droplet of its own ──► kinds that come back ──► asleep ──► awake ──► replaced ──► gone ──► its copies and tombstones
type tour struct {
	cloud     steps.Cloud
	inventory steps.Inventory
	desk      trial.Desk
	on        trial.Subject
	simulated bool
	name      string // of its droplet and of its records, and how the names of all it makes begin

	// What the account has for it; see Cost.
	size, larger steps.Size
	region, key  string
	wall, ip     string // in a simulated account
	volume       string

	droplet steps.Droplet // the one that it works on now
	sagas   []*engine.Saga
	stays   map[engine.ID]bool // that took something away which the tour has made: not undone
	passed  []string           // see Passed
	fading  bool               // something of that may be listed still
}

// NewTour makes the tour of every kind over a provider.
func NewTour(cloud steps.Cloud, inventory steps.Inventory, on trial.Subject, desk trial.Desk, simulated bool) trial.Tour {
	return &tour{
		cloud: cloud, inventory: inventory, desk: desk, on: on, simulated: simulated,
		name: strings.TrimLeft(on.Name, "_"), stays: map[engine.ID]bool{},
	}
}

// hours is how many hours of a month the provider counts at most.
const hours = 672

// machines is how many droplets a tour makes in a real account, one after the other: each costs an hour at least.
const machines = 4

// Cost looks for the smallest size, and for what else the kinds need.
func (t *tour) Cost(ctx context.Context) (string, error) {
	near, err := t.cloud.Droplet(ctx, t.on.Droplet)
	if err != nil {
		return "", err
	}
	sizes, err := t.cloud.Sizes(ctx)
	if err != nil {
		return "", err
	}
	t.region = near.Region
	sizes = slices.DeleteFunc(sizes, func(z steps.Size) bool { return !slices.Contains(z.Regions, t.region) })
	slices.SortStableFunc(sizes, func(a, b steps.Size) int { return int(100 * (a.MonthlyUSD - b.MonthlyUSD)) })
	if len(sizes) < 2 {
		return "", fmt.Errorf("%s sells no two sizes of droplets now: name a droplet of another region", t.region)
	}
	t.size = sizes[0]
	at := slices.IndexFunc(sizes, func(z steps.Size) bool { return z.Disk > t.size.Disk })
	if at < 0 {
		return "", fmt.Errorf("no size in %s has a larger disk than %s", t.region, t.size.Slug)
	}
	t.larger = sizes[at]
	keys, err := t.cloud.SSHKeys(ctx)
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return "", errors.New("the account has no SSH key, which a new droplet needs: add one at the provider")
	}
	t.key = strconv.Itoa(keys[0])
	if t.simulated {
		return "nothing: the account is a simulated one", t.belongings(ctx)
	}
	return fmt.Sprintf("one droplet at a time, of size %s in %s, %d in all, and snapshots of it, all removed afterwards: $%.2f at most",
		t.size.Slug, t.region, machines, machines*t.size.MonthlyUSD/hours+0.01), nil
}

// belongings looks for what a simulated account lends: a firewall, a reserved IP of the region and a volume.
func (t *tour) belongings(ctx context.Context) error {
	walls, err := t.cloud.Firewalls(ctx)
	if err != nil {
		return err
	}
	ips, err := t.cloud.ReservedIPs(ctx)
	if err != nil {
		return err
	}
	volumes, err := t.cloud.Volumes(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(ips, func(r steps.ReservedIP) bool { return r.Region == t.region })
	if len(walls) == 0 || len(volumes) == 0 || at < 0 {
		return fmt.Errorf("the simulated account has no firewall, no volume or no reserved IP in %s, which kinds are about: begin with a fresh one", t.region)
	}
	t.wall, t.ip, t.volume = walls[0].ID, ips[at].IP, volumes[0].ID
	return nil
}

// Passed is what is gone for good.
func (t *tour) Passed() []string { return t.passed }

// Tidy brings every saga to rest, undoes what can be undone, and deletes what the tour has made and nothing undoes.
func (t *tour) Tidy(ctx context.Context) (left []string, err error) {
	var errs []error
	for at, s := range slices.Backward(t.sagas) {
		if !s.Status.Terminal() {
			err := t.desk.Cancel(ctx, s.ID, engine.Request{Reason: "smoke test"})
			if err != nil && !errors.Is(err, engine.ErrRefused) {
				errs = append(errs, err)
			}
			errs = append(errs, t.rest(ctx, at))
		}
		if t.sagas[at].Status != engine.Completed || t.sagas[at].Passed != "" || t.stays[s.ID] {
			continue
		}
		err := t.desk.Rollback(ctx, s.ID, engine.Request{Reason: "smoke test"})
		if err == nil {
			err = t.rest(ctx, at)
		}
		if !errors.Is(err, engine.ErrRefused) { // a later one went past its point of no return: what is left is deleted below
			errs = append(errs, err)
		}
	}
	errs = append(errs, t.removeDroplets(ctx), t.removeCopies(ctx), t.removeTombstones(ctx), t.removeRecords(ctx))
	return t.own(ctx, errors.Join(errs...))
}

// own is what still bears the tour's name.
func (t *tour) own(ctx context.Context, err error) ([]string, error) {
	all, lost := t.stock(ctx)
	return slices.DeleteFunc(all, func(line string) bool { return !strings.Contains(line, t.name) }), errors.Join(err, lost)
}

// removeDroplets deletes the droplets of the tour that no saga's undo has: one that has taken another's place.
func (t *tour) removeDroplets(ctx context.Context) error {
	all, err := t.cloud.Droplets(ctx)
	errs := []error{err}
	for _, d := range all {
		if !strings.HasPrefix(d.Name, t.name) {
			continue
		}
		in := engine.Inputs{"droplet_id": strconv.FormatInt(d.ID, 10), "droplet_name": d.Name}
		errs = append(errs, t.gone(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"delete_droplet", "verify_gone"}, Inputs: in}))
	}
	return errors.Join(errs...)
}

// removeCopies deletes the snapshots that the tour's sagas account for still.
func (t *tour) removeCopies(ctx context.Context) error {
	ours, err := t.ours(ctx, "droplet_snapshot")
	errs := []error{err}
	for _, r := range ours {
		errs = append(errs, t.gone(ctx, engine.Launch{Kind: "delete_snapshot", Inputs: engine.Inputs{"snapshot": r.ExternalID}}))
	}
	ours, err = t.ours(ctx, "volume_snapshot")
	errs = append(errs, err)
	for _, r := range ours { // no kind deletes one of them by itself
		err := t.cloud.DeleteVolumeSnapshot(ctx, r.ExternalID)
		if steps.ClassOf(err) != steps.NotFound {
			errs = append(errs, err)
		}
		errs = append(errs, t.forget(ctx, r))
	}
	return errors.Join(errs...)
}

func (t *tour) removeTombstones(ctx context.Context) error {
	ours, err := t.ours(ctx, "droplet_tombstone")
	errs := []error{err}
	for _, r := range ours {
		errs = append(errs, t.forget(ctx, r))
	}
	return errors.Join(errs...)
}

// removeRecords deletes those that a saga past its point of no return has led to a droplet.
func (t *tour) removeRecords(ctx context.Context) error {
	live, err := t.cloud.RecordsAt(ctx, t.on.Domain, t.name)
	errs := []error{err}
	for _, r := range live {
		in := t.at(r.Type, "dns_record_id", strconv.FormatInt(r.ID, 10))
		s, err := t.there(ctx, "delete_dns_record", in)
		if err == nil {
			t.stays[s.ID] = true
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// forget stops tracking what is gone for good.
func (t *tour) forget(ctx context.Context, r engine.Resource) error {
	s, err := t.there(ctx, "forget_resource", engine.Inputs{"resource": r.Key()})
	if err == nil {
		t.stays[s.ID] = true
	}
	return err
}

// ours are the resources of a type that the tour's sagas account for.
func (t *tour) ours(ctx context.Context, kind string) ([]engine.Resource, error) {
	all, err := t.desk.Resources(ctx)
	return slices.DeleteFunc(all, func(r engine.Resource) bool {
		return r.Type != kind || !slices.ContainsFunc(t.sagas, func(s *engine.Saga) bool { return s.ID == r.SagaID })
	}), err
}
