package steps

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// AssignReservedIP moves a reserved IP to a droplet of its region. Its compensation moves it back to where it was, unless
// somebody has moved it since.
type AssignReservedIP struct{ cloud Addresses }

// NewAssignReservedIP makes the step over a provider.
func NewAssignReservedIP(cloud Addresses) AssignReservedIP { return AssignReservedIP{cloud} }

const (
	inIP = "ip"

	keyIPBefore  = "ip_before"
	keyIPDroplet = "ip_droplet_id" // on which it is when the row has ended, whichever way it went; 0: on none

	// moveEvery is how far two moves of one IP are apart: the provider's network follows no faster.
	moveEvery = time.Minute
)

// ipBefore is where an IP was before the row moved it.
type ipBefore struct {
	Droplet int64 `json:"droplet_id"` // 0: none
}

// Name is "assign_reserved_ip".
func (AssignReservedIP) Name() string { return "assign_reserved_ip" }

// Inputs declares the IP and the droplet.
func (a AssignReservedIP) Inputs() []engine.Field {
	return []engine.Field{
		{
			Name: inIP, Label: "Reserved IP", Type: engine.TextField, Required: true, Check: checkIP, Options: a.options,
			Help: "the address that moves",
		},
		{
			Name: inDroplet, Label: "Droplet", Type: engine.IntField, Required: true, Check: checkDroplet, Options: a.droplets, Later: true,
			Help: "the id of the droplet that it moves to, in the region of the IP",
		},
	}
}

func checkIP(value string, _ engine.Inputs) error {
	if addr, err := netip.ParseAddr(value); err != nil || !addr.Is4() {
		return fmt.Errorf("%q is no IPv4 address", visible.Short(value, 40))
	}
	return nil
}

func (a AssignReservedIP) options(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	all, err := a.cloud.ReservedIPs(ctx)
	if err != nil {
		return nil, err
	}
	var out []engine.Option
	for _, ip := range all {
		out = append(out, engine.Option{Value: ip.IP, Label: visible.Text(ip.IP), Detail: visible.Text(ip.Region) + "  " + ip.place()})
	}
	return out, nil
}

func (a AssignReservedIP) droplets(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
	all, err := a.cloud.Droplets(ctx)
	if err != nil {
		return nil, err
	}
	ip, err := a.find(ctx, in[inIP])
	known := err == nil
	var out []engine.Option
	for _, d := range all {
		if !known || d.Region == ip.Region {
			out = append(out, engine.Option{Value: itoa(d.ID), Label: visible.Text(d.Name), Detail: visible.Text(d.Region + "  " + d.Status)})
		}
	}
	return out, nil
}

// place is "droplet 12" or "no droplet".
func (r ReservedIP) place() string { return placeOf(r.Droplet) }

// back says what undoing a move of the IP would do.
func (r ReservedIP) back() string {
	if r.Droplet == 0 {
		return "takes it from the droplet"
	}
	return "moves it back to " + r.place()
}

func placeOf(droplet int64) string {
	if droplet == 0 {
		return "no droplet"
	}
	return "droplet " + itoa(droplet)
}

// find reads a reserved IP now.
func (a AssignReservedIP) find(ctx context.Context, ip string) (ReservedIP, error) {
	all, err := a.cloud.ReservedIPs(ctx)
	if err != nil {
		return ReservedIP{}, err
	}
	at := slices.IndexFunc(all, func(r ReservedIP) bool { return r.IP == ip })
	if at < 0 {
		return ReservedIP{}, &CloudError{Class: NotFound, Text: "reserved IP " + visible.Short(ip, 40) + " is not in this account"}
	}
	return all[at], nil
}

// Locks names the IP, the droplet that it is on now and the one that it moves to.
func (a AssignReservedIP) Locks(ctx context.Context, in engine.Inputs) ([]string, error) {
	out := []string{"ip:" + in[inIP]}
	if in[inDroplet] != "" {
		out = append(out, dropletLock(in[inDroplet]))
	}
	r, err := a.find(ctx, in[inIP])
	if err != nil {
		return nil, err
	}
	if from := dropletLock(itoa(r.Droplet)); r.Droplet != 0 && !slices.Contains(out, from) {
		out = append(out, from)
	}
	return out, nil
}

// ends reads both sides of the move. A droplet in another region refuses.
func (a AssignReservedIP) ends(ctx context.Context, in engine.Inputs) (ReservedIP, Droplet, error) {
	id, err := dropletOf(in)
	if err != nil {
		return ReservedIP{}, Droplet{}, err
	}
	ip, err := a.find(ctx, in[inIP])
	if err != nil {
		return ip, Droplet{}, err
	}
	d, err := a.cloud.Droplet(ctx, id)
	switch {
	case absent(err):
		return ip, d, fmt.Errorf("droplet %d is not in this account", id)
	case err != nil:
		return ip, d, err
	case d.Region != ip.Region:
		return ip, d, fmt.Errorf("reserved IP %s is of %s and droplet %s is in %s: choose a droplet in %s",
			ip.IP, visible.Text(ip.Region), d.title(), visible.Text(d.Region), visible.Text(ip.Region))
	}
	return ip, d, nil
}

// Target is "198.51.100.7 to web-01 (482913)". What cannot be moved refuses the launch.
func (a AssignReservedIP) Target(ctx context.Context, in engine.Inputs) (string, error) {
	if in[inDroplet] == "" { // of a droplet that is yet to be made
		ip, err := a.find(ctx, in[inIP])
		return ip.IP, err
	}
	ip, d, err := a.ends(ctx, in)
	if err != nil {
		return "", err
	}
	if err := denied(a.cloud, MoveIPs); err != nil {
		return "", fmt.Errorf("move reserved IP %s: %w", ip.IP, err)
	}
	return ip.IP + " to " + d.title(), nil
}

// Plan says from where to where.
func (a AssignReservedIP) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	if in[inDroplet] == "" {
		ip, err := a.find(ctx, in[inIP])
		return engine.Change{
			Action: engine.ActUpdate, Subject: "reserved IP " + ip.IP, Fields: []engine.FieldChange{{Name: "droplet", From: ip.place()}},
			Undo: ip.back(),
		}, err
	}
	ip, d, err := a.ends(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Action: engine.ActNone, Subject: "reserved IP " + ip.IP, Note: "it is there", Undo: nothingToUndo}
	if ip.Droplet == d.ID {
		return c, nil
	}
	c = engine.Change{
		Action: engine.ActUpdate, Subject: "reserved IP " + ip.IP, Value: d.Name, Fields: []engine.FieldChange{{Name: "droplet", From: ip.place(), To: placeOf(d.ID)}},
		Undo: ip.back(),
	}
	return c, nil
}

// Deadline leaves room for what runs on the IP before.
func (AssignReservedIP) Deadline() time.Duration { return time.Hour }

// work is the action that moves the IP to a droplet, or with 0 takes it away.
func (a AssignReservedIP) work(s *engine.State, key string, droplet int64) *actionWork {
	ip := s.Input(inIP)
	w := &actionWork{
		cloud: a.cloud, s: s, key: key, what: fmt.Sprintf("move reserved IP %s to %s", ip, placeOf(droplet)), kind: "assign",
		list: func(ctx context.Context) ([]Action, error) {
			return again(ctx, func() ([]Action, error) { return a.cloud.IPActions(ctx, ip) })
		},
		post: func(ctx context.Context) (Action, error) { return a.cloud.AssignIP(ctx, ip, droplet) },
		done: func(ctx context.Context) (bool, error) {
			r, err := a.find(ctx, ip)
			return err == nil && r.Droplet == droplet, verdict(ctx, err)
		},
	}
	if droplet == 0 {
		w.kind = "unassign"
		w.post = func(ctx context.Context) (Action, error) { return a.cloud.UnassignIP(ctx, ip) }
	}
	return w
}

// rest waits until the last move of the IP is far enough back.
func (a AssignReservedIP) rest(ctx context.Context, s *engine.State) error {
	actions, err := a.cloud.IPActions(ctx, s.Input(inIP))
	if err != nil {
		return verdict(ctx, err)
	}
	var last time.Time
	for _, one := range actions {
		if one.Started.After(last) {
			last = one.Started
		}
	}
	wait := min(moveEvery-time.Since(last), moveEvery)
	if wait <= 0 {
		return nil
	}
	return s.Idle(ctx, fmt.Sprintf("reserved IP %s to have rested from its last move", s.Input(inIP)), time.Now().Add(wait), func(ctx context.Context) error {
		return pause(ctx, wait)
	})
}

// Execute moves the IP.
func (a AssignReservedIP) Execute(ctx context.Context, s *engine.State) error {
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	var prior ipBefore
	saved, err := s.Saved(keyIPBefore, &prior)
	if err != nil {
		return err
	}
	if !saved {
		now, err := a.find(ctx, s.Input(inIP))
		if err != nil {
			return verdict(ctx, err)
		}
		prior.Droplet = now.Droplet
		s.Put(keyIPBefore, prior)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if prior.Droplet == droplet {
		s.Put(keyIPDroplet, droplet)
		return nil
	}
	w := a.work(s, "assign", droplet)
	if _, begun, err := w.intent(); err != nil {
		return err
	} else if !begun {
		if err := a.rest(ctx, s); err != nil {
			return err
		}
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	s.Put(keyIPDroplet, droplet)
	return nil
}

// Compensate moves the IP back.
func (a AssignReservedIP) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return err
	}
	var prior ipBefore
	if saved, err := s.Saved(keyIPBefore, &prior); err != nil || !saved || prior.Droplet == droplet {
		return err
	}
	began, err := a.work(s, "assign", droplet).settle(ctx)
	if err != nil || !began {
		return err
	}
	back := a.work(s, "undo_assign", prior.Droplet)
	_, begun, err := back.intent()
	if err != nil {
		return err
	}
	now, err := a.find(ctx, s.Input(inIP))
	switch {
	case err != nil:
		return verdict(ctx, err)
	case now.Droplet == prior.Droplet:
		s.Put(keyIPDroplet, prior.Droplet)
		return nil
	case now.Droplet != droplet && !begun && !s.MayOverwrite("reserved IP "+now.IP, now.place()):
		return &engine.Conflict{
			Subject: "reserved IP " + now.IP, Prior: placeOf(prior.Droplet), Written: placeOf(droplet), Live: now.place(), Overwritable: true,
		}
	}
	if !begun {
		if err := a.rest(ctx, s); err != nil {
			return err
		}
	}
	if err := back.run(ctx); err != nil {
		return err
	}
	s.Put(keyIPDroplet, prior.Droplet)
	return nil
}

// DescribeUndo says where the IP would go.
func (AssignReservedIP) DescribeUndo(s *engine.State) string {
	var prior ipBefore
	if ok, _ := s.Saved(keyIPBefore, &prior); !ok || itoa(prior.Droplet) == s.Input(inDroplet) {
		return nothingToUndo
	}
	if prior.Droplet == 0 {
		return "takes reserved IP " + s.Input(inIP) + " from the droplet"
	}
	return fmt.Sprintf("moves reserved IP %s back to droplet %d", s.Input(inIP), prior.Droplet)
}
