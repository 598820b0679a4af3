package dosim

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// actionOrder is the body of an action on a droplet.
type actionOrder struct {
	Type   string       `json:"type"`
	Name   string       `json:"name"`
	Size   string       `json:"size"`
	Disk   bool         `json:"disk"`
	Image  numberOrText `json:"image"`
	Kernel *number      `json:"kernel"`
}

// effect is what an action does at its end. check refuses it at once; start, if any, does
// what shows at its beginning; half what shows halfway.
type effect struct {
	scopes []string
	bulk   bool // may be asked for by tag
	check  func(*Sim, *droplet, actionOrder) error
	half   func(*droplet, actionOrder)
	end    func(*Sim, *droplet, actionOrder)
}

func power(status string) func(*Sim, *droplet, actionOrder) {
	return func(_ *Sim, d *droplet, _ actionOrder) { d.status = status }
}

// effects are the actions on a droplet. To power on one that is on is an action like another, and so is its opposite (until
// a recording says otherwise). The wordings for a resize of a running droplet and for missing parameters were never
// recorded.
var effects = map[string]effect{
	"power_on":    {bulk: true, end: power("active")},
	"power_off":   {bulk: true, end: power("off")},
	"shutdown":    {bulk: true, end: power("off")}, // no error on a droplet that is off, and see FaultShutdownIgnored
	"power_cycle": {bulk: true, end: power("active")},
	"reboot":      {end: power("active")},
	"snapshot":    {bulk: true, scopes: []string{"image:create"}},
	"resize": {
		scopes: []string{"droplet:create"}, check: checkResize,
		half: func(d *droplet, o actionOrder) { d.size = o.Size },
		end: func(_ *Sim, d *droplet, o actionOrder) {
			if o.Disk {
				d.disk = size(o.Size).Disk
			}
		},
	},
	"rename": {
		check: func(_ *Sim, _ *droplet, o actionOrder) error {
			if !hostname.MatchString(o.Name) {
				return unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)")
			}
			return nil
		},
		end: func(_ *Sim, d *droplet, o actionOrder) { d.name = o.Name },
	},
	"restore": {scopes: []string{"droplet:admin"}, check: checkRestore, end: reimage},
	"rebuild": {scopes: []string{"droplet:admin"}, check: checkImage, end: reimage},
	"password_reset": {
		scopes: []string{"droplet:admin"}, end: func(*Sim, *droplet, actionOrder) {},
	},
	"enable_backups":       {bulk: true, end: backups(true)},
	"disable_backups":      {bulk: true, end: backups(false)},
	"change_backup_policy": {end: func(*Sim, *droplet, actionOrder) {}},
	"change_kernel":        {end: func(*Sim, *droplet, actionOrder) {}},
	"enable_ipv6": {bulk: true, end: func(s *Sim, d *droplet, _ actionOrder) {
		if !d.ipv6 {
			d.ipv6 = true
			d.features = append(d.features, "ipv6")
			d.addr.v6 = fmt.Sprintf("2001:db8::%x", 2+s.rng.IntN(1<<16))
		}
	}},
}

func backups(on bool) func(*Sim, *droplet, actionOrder) {
	return func(_ *Sim, d *droplet, _ actionOrder) {
		d.backups = on
		d.features = slices.DeleteFunc(d.features, func(f string) bool { return f == "backups" })
		if on {
			d.features = append(d.features, "backups")
		}
	}
}

func checkResize(s *Sim, d *droplet, o actionOrder) error {
	z, known := s.sizeNow(o.Size, d.region)
	switch {
	case !known:
		return unprocessable("You specified an invalid size for Droplet resize.")
	case o.Size == d.size:
		return unprocessable("The droplet is already set to this size.")
	case !z.Available:
		return unprocessable("Size is not available in this region.") // stand-in, never recorded
	case z.Disk < d.disk:
		return unprocessable("Size can not decrease size of Droplet's disk image")
	case d.status != "off":
		return unprocessable("Droplet must be powered off before it can be resized.")
	}
	return nil
}

func checkImage(s *Sim, _ *droplet, o actionOrder) error {
	if s.imageNamed(o.Image) == nil {
		return unprocessable("You specified an invalid image for Droplet creation.")
	}
	return nil
}

// checkRestore takes only the droplet's own images.
func checkRestore(s *Sim, d *droplet, o actionOrder) error {
	if m := s.imageNamed(o.Image); m == nil || m.droplet != d.id {
		return unprocessable("You specified an invalid image for Droplet creation.")
	}
	return nil
}

// reimage ends a restore or a rebuild: the droplet runs the image, if it still exists.
func reimage(s *Sim, d *droplet, o actionOrder) {
	d.status = "active"
	if m := s.imageNamed(o.Image); m != nil {
		d.image = m.view()
	}
}

func (s *Sim) createDropletAction(c *call) (reply, error) {
	d, err := s.namedDroplet(c)
	if err != nil {
		return reply{}, err
	}
	var in actionOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	e, known := effects[in.Type]
	if !known {
		return reply{}, unprocessable("Type is not included in the list") // stand-in, never recorded
	}
	if err := s.requireAll(c, e.scopes); err != nil {
		return reply{}, err
	}
	if s.faults.meet(c.method, c.path, FaultPendingEvent) != nil || s.locked(d) || d.busy() {
		return reply{}, unprocessable(pendingEvent)
	}
	if e.check != nil {
		if err := e.check(s, d, in); err != nil {
			return reply{}, err
		}
	}
	return created(fields{"action": s.act(c, d, in, e).view()}), nil
}

// createTaggedActions starts one action on every droplet under a tag, or on none.
func (s *Sim) createTaggedActions(c *call) (reply, error) {
	var in actionOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	e, known := effects[in.Type]
	if !known || !e.bulk {
		return reply{}, unprocessable("Type is not included in the list") // stand-in, never recorded
	}
	if err := s.requireAll(c, e.scopes); err != nil {
		return reply{}, err
	}
	targets, err := s.taggedDroplets(c)
	if err != nil {
		return reply{}, err
	}
	if s.faults.meet(c.method, c.path, FaultPendingEvent) != nil {
		return reply{}, unprocessable(blockingEvents)
	}
	for _, d := range targets {
		if e.check != nil {
			if err := e.check(s, d, in); err != nil {
				return reply{}, err
			}
		}
	}
	views := []actionView{}
	for _, d := range targets {
		views = append(views, s.act(c, d, in, e).view())
	}
	return created(fields{"actions": views}), nil
}

// act starts an action that has passed every check.
func (s *Sim) act(c *call, d *droplet, in actionOrder, e effect) *action {
	if in.Type == "snapshot" {
		late := s.faults.meet(c.method, c.path, FaultSnapshotLate)
		small := s.faults.meet(c.method, c.path, FaultSnapshotSmall)
		started := second(c.now)
		return s.startAction(c, d, in.Type, s.takes(in.Type, d.disk), func(at time.Time) {
			m := s.addSnapshot(d, in.Name, imageSnapshot, started)
			m.delay(late, at)
			s.belittle(m, small, at)
		})
	}
	end := e.end
	takes := s.takes(in.Type, d.disk)
	if in.Type == "shutdown" {
		if f := s.faults.meet(c.method, c.path, FaultShutdownIgnored); f != nil {
			end, takes = func(*Sim, *droplet, actionOrder) {}, takes+f.Delay
		}
	}
	late := s.faults.meetAction(c, in.Type, FaultStatusLate)
	a := s.startAction(c, d, in.Type, takes, func(at time.Time) {
		if late == nil {
			end(s, d, in)
			return
		}
		s.agenda.add(at.Add(late.Delay), func() { end(s, d, in) })
	})
	if e.half != nil {
		// The service shows a resize about halfway through it. An action that a fault
		// condemns shows nothing.
		if !a.doomed {
			s.agenda.add(c.now.Add(takes*2/5), func() { e.half(d, in) })
		}
	}
	return a
}

// addSnapshot stores a snapshot or backup of a droplet. Its time is that of the action's
// start, by which clients find it; a name left out is made up, as the service does.
func (s *Sim) addSnapshot(d *droplet, name, kind string, started time.Time) *image {
	if name == "" {
		name = fmt.Sprintf("%s-%d", d.name, started.UnixMilli())
	}
	m := &image{
		id: s.take(&s.serial.image), name: name, kind: kind, distribution: d.image.Distribution,
		regions: []string{d.region}, created: started, minDisk: d.disk, droplet: d.id,
		gigabytes: s.copied(d),
	}
	s.images = append(s.images, m)
	return m
}

// belittle shows an image smaller than it is.
func (s *Sim) belittle(m *image, f *armedFault, at time.Time) {
	if f == nil {
		return
	}
	whole := m.gigabytes
	m.gigabytes = math.Round(whole*10) / 100
	if f.Delay > 0 {
		s.agenda.add(at.Add(f.Delay), func() { m.gigabytes = whole })
	}
}

// copied is how many GiB a copy of a droplet's disk has: any share of the disk the first time, and about as much as the last one
// after that.
func (s *Sim) copied(d *droplet) float64 {
	size := 0.8 + s.rng.Float64()*float64(d.disk)/8
	for _, m := range s.images {
		if m.droplet == d.id && m.ofDroplet() && !m.gone {
			size = m.gigabytes * (0.97 + 0.06*math.Mod(size, 1))
		}
	}
	return math.Round(size*100) / 100
}

func (s *Sim) requireAll(c *call, scopes []string) error {
	for _, scope := range scopes {
		if err := s.require(c, scope); err != nil {
			return err
		}
	}
	return nil
}
