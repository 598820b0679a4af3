package dosim

import (
	"cmp"
	"slices"
	"time"
)

// The states of an action: there is no fourth.
const (
	inProgress = "in-progress"
	completed  = "completed"
	errored    = "errored"
)

// action is something the service does over time.
type action struct {
	id        int64
	kind      string
	status    string
	started   time.Time
	ended     time.Time
	resource  int64
	of        string // the type of the resource
	volume    string // instead of resource, where ids are UUIDs
	region    string
	doomed    bool // a fault keeps it from completing
	polled    bool // it fails at a reading instead of by the clock
	pollsLeft int  // readings that still say in-progress
	end       func(status string, at time.Time)
}

// Action is an action as the account holds it.
type Action struct {
	ID           int64     `json:"id"`
	Type         string    `json:"type"`
	Status       string    `json:"status"` // "in-progress", "completed", "errored"
	ResourceID   int64     `json:"resource_id"`
	ResourceType string    `json:"resource_type"`
	StartedAt    time.Time `json:"started_at"`
	CompletedAt  time.Time `json:"completed_at"` // zero while in progress
}

// actionView is an action as the API gives it. completed_at is null exactly while it is
// in progress.
type actionView struct {
	ID           int64      `json:"id"`
	Status       string     `json:"status"`
	Type         string     `json:"type"`
	StartedAt    string     `json:"started_at"`
	CompletedAt  *string    `json:"completed_at"`
	ResourceID   *int64     `json:"resource_id"`
	ResourceType string     `json:"resource_type"`
	Region       regionView `json:"region"`
	RegionSlug   string     `json:"region_slug"`
}

func (a *action) view() actionView {
	v := actionView{
		ID: a.id, Status: a.status, Type: a.kind, StartedAt: stamp(a.started),
		ResourceID: &a.resource, ResourceType: a.of, Region: region(a.region), RegionSlug: a.region,
	}
	if a.volume != "" {
		v.ResourceID = nil
	}
	if a.status != inProgress {
		at := stamp(a.ended)
		v.CompletedAt = &at
	}
	return v
}

// shares is how long each type of action takes, in percent of a snapshot. They follow
// what was observed of the service: a snapshot or a resize about 45 s, a shutdown about
// 10 s, the others seconds.
var shares = map[string]time.Duration{
	"create": 60, "snapshot": 100, "resize": 100, "restore": 120, "rebuild": 120,
	"shutdown": 25, "power_off": 15, "power_on": 20, "power_cycle": 30, "reboot": 30, "password_reset": 30,
	"enable_backups": 10, "disable_backups": 10, "change_backup_policy": 10, "rename": 10,
	"change_kernel": 10, "enable_ipv6": 10, "assign": 15, "unassign": 15, "attach": 15, "detach": 15,
	"transfer": 100, "convert": 15, "import": 100, "firewall": 10,
}

// heavy are the actions that carry a disk: they take longer the larger it is.
var heavy = map[string]bool{"snapshot": true, "resize": true, "restore": true, "rebuild": true, "transfer": true}

// takes is how long an action of this type takes, with a disk of so many GiB.
func (s *Sim) takes(kind string, disk int) time.Duration {
	d := s.set.actionTime * shares[kind] / 100
	if heavy[kind] {
		d += s.set.actionTimeGB * time.Duration(disk) * shares[kind] / 100
	}
	return d
}

// startAction begins an action on a droplet, which is busy until its end. then is its
// result, applied if it completes.
func (s *Sim) startAction(c *call, d *droplet, kind string, takes time.Duration, then func(at time.Time)) *action {
	d.running++
	return s.beginAction(c, &action{kind: kind, resource: d.id, of: "droplet", region: d.region}, takes,
		func(status string, at time.Time) {
			d.running--
			if status == completed && then != nil {
				then(at)
			}
		})
}

// beginAction stores an action that starts now, and plans its end as the faults have it.
func (s *Sim) beginAction(c *call, a *action, takes time.Duration, end func(status string, at time.Time)) *action {
	a.id = s.take(&s.serial.action)
	a.status = inProgress
	a.started = second(c.now)
	a.end = end
	s.actions = append(s.actions, a)
	c.made = append(c.made, a.id)
	due := c.now.Add(takes)
	if f := s.faults.meetAction(c, a.kind, FaultActionErrors, FaultActionNeverEnds); f != nil {
		a.doomed = true
		switch {
		case f.Kind == FaultActionNeverEnds:
		case f.Times > 0:
			a.polled, a.pollsLeft = true, f.Times
		default:
			s.agenda.add(due, func() { a.finish(errored, due) })
		}
		return a
	}
	s.agenda.add(due, func() { a.finish(completed, due) })
	return a
}

// finish ends an action once.
func (a *action) finish(status string, at time.Time) {
	if a.status != inProgress {
		return
	}
	a.status, a.ended = status, second(at)
	a.end(status, at)
}

// read is one reading of a single action; one doomed by count fails after its last.
func (a *action) read(now time.Time) actionView {
	if a.polled && a.status == inProgress {
		if a.pollsLeft == 0 {
			a.finish(errored, now)
		} else {
			a.pollsLeft--
		}
	}
	return a.view()
}

// actionsWhere lists the actions that match, newest first.
func (s *Sim) actionsWhere(c *call, match func(*action) bool) reply {
	views := []actionView{}
	for _, a := range slices.Backward(s.actions) {
		if match(a) {
			views = append(views, a.view())
		}
	}
	return page(c, "actions", views)
}

// actionWhere answers with the action the path names, if it matches.
func (s *Sim) actionWhere(c *call, match func(*action) bool) (reply, error) {
	id, err := c.id("action")
	if err != nil {
		return reply{}, err
	}
	i, there := slices.BinarySearchFunc(s.actions, id, func(a *action, id int64) int { return cmp.Compare(a.id, id) })
	if !there || !match(s.actions[i]) {
		return reply{}, notFound()
	}
	return ok(fields{"action": s.actions[i].read(c.now)}), nil
}

// actionOn matches the actions on one resource.
func actionOn(kind string, id int64) func(*action) bool {
	return func(a *action) bool { return a.of == kind && a.resource == id }
}

func anyAction(*action) bool { return true }

func (s *Sim) listActions(c *call) (reply, error) { return s.actionsWhere(c, anyAction), nil }

func (s *Sim) getAction(c *call) (reply, error) { return s.actionWhere(c, anyAction) }

func (s *Sim) listDropletActions(c *call) (reply, error) {
	d, err := s.namedDroplet(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionsWhere(c, actionOn("droplet", d.id)), nil
}

func (s *Sim) getDropletAction(c *call) (reply, error) {
	d, err := s.namedDroplet(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionWhere(c, actionOn("droplet", d.id))
}
