package dosim

import (
	"slices"
	"strings"
	"time"
)

// droplet is a droplet as the world keeps it.
type droplet struct {
	presence
	id       int64
	name     string
	status   string // new, active, off
	running  int    // actions
	created  time.Time
	region   string
	size     string
	disk     int // GiB; a resize without disk leaves it
	image    imageView
	tags     []string
	features []string
	backups  bool
	ipv6     bool
	vpc      string
	addr     addresses
}

// addresses are a droplet's; all empty until it is active.
type addresses struct {
	public, private, v6 string
}

// Droplet is a droplet as the account holds it.
type Droplet struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Status      string    `json:"status"` // "new", "active", "off"
	Locked      bool      `json:"locked"` // administratively
	Busy        bool      `json:"busy"`   // an action runs
	CreatedAt   time.Time `json:"created_at"`
	Region      string    `json:"region"`
	Size        string    `json:"size"`
	Tags        []string  `json:"tags"`
	SnapshotIDs []int64   `json:"snapshot_ids"`
	BackupIDs   []int64   `json:"backup_ids"`
}

// networkV4 and networkV6 are addresses as the API gives them; the netmask of the one is
// text, that of the other a number.
type networkV4 struct {
	IP      string `json:"ip_address"`
	Netmask string `json:"netmask"`
	Gateway string `json:"gateway"`
	Type    string `json:"type"`
}

type networkV6 struct {
	IP      string `json:"ip_address"`
	Netmask int    `json:"netmask"`
	Gateway string `json:"gateway"`
	Type    string `json:"type"`
}

type networksView struct {
	V4 []networkV4 `json:"v4"`
	V6 []networkV6 `json:"v6"`
}

// window is the time of the next backup.
type window struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// dropletView is a droplet as the API gives it.
type dropletView struct {
	ID          int64        `json:"id"`
	Name        string       `json:"name"`
	Memory      int          `json:"memory"`
	VCPUs       int          `json:"vcpus"`
	Disk        int          `json:"disk"`
	DiskInfo    []diskView   `json:"disk_info"`
	Locked      bool         `json:"locked"`
	Status      string       `json:"status"`
	Kernel      *struct{}    `json:"kernel"` // always null: kernels inside the droplet are all there is now
	CreatedAt   string       `json:"created_at"`
	Features    []string     `json:"features"`
	BackupIDs   []int64      `json:"backup_ids"`
	NextBackup  *window      `json:"next_backup_window"`
	SnapshotIDs []int64      `json:"snapshot_ids"`
	Image       imageView    `json:"image"`
	VolumeIDs   []string     `json:"volume_ids"`
	Size        sizeView     `json:"size"`
	SizeSlug    string       `json:"size_slug"`
	Networks    networksView `json:"networks"`
	Region      regionView   `json:"region"`
	Tags        []string     `json:"tags"`
	VPC         string       `json:"vpc_uuid,omitempty"`    // not there before the droplet is active
	Subnet      string       `json:"subnet_uuid,omitempty"` // likewise
}

func (s *Sim) dropletView(d *droplet, now time.Time) dropletView {
	z := size(d.size)
	v := dropletView{
		ID: d.id, Name: d.name, Memory: z.Memory, VCPUs: z.VCPUs, Disk: d.disk, DiskInfo: localDisk(d.disk),
		Locked: s.locked(d), Status: d.status, CreatedAt: stamp(d.created), Features: orEmpty(d.features),
		BackupIDs: s.imageIDs(d.id, imageBackup), SnapshotIDs: s.imageIDs(d.id, imageSnapshot),
		Image: d.image, VolumeIDs: s.volumeIDs(d.id), Size: z, SizeSlug: d.size, Region: region(d.region),
		Tags: orEmpty(d.tags), VPC: d.vpc, Networks: networksView{V4: []networkV4{}, V6: []networkV6{}},
	}
	if d.backups {
		start := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		v.NextBackup = &window{Start: stamp(start), End: stamp(start.Add(23 * time.Hour))}
	}
	if d.addr.public != "" {
		v.Networks.V4 = []networkV4{
			{IP: d.addr.private, Netmask: "255.255.240.0", Gateway: "10.108.0.1", Type: "private"},
			{IP: d.addr.public, Netmask: "255.255.255.0", Gateway: "203.0.113.1", Type: "public"},
		}
		if (s.set.seed^d.id)&1 == 0 { // the service gives them in either order
			slices.Reverse(v.Networks.V4)
		}
		v.Subnet = s.derived("subnet", d.vpc)
	}
	if d.addr.v6 != "" {
		v.Networks.V6 = []networkV6{{IP: d.addr.v6, Netmask: 64, Gateway: "2001:db8::1", Type: "public"}}
	}
	return v
}

// imageIDs gives the ids of a droplet's own images of one type, in ascending order.
func (s *Sim) imageIDs(droplet int64, kind string) []int64 {
	ids := []int64{}
	for _, m := range s.images {
		if m.droplet == droplet && m.kind == kind && !m.gone {
			ids = append(ids, m.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// droplet finds one that exists; nil if there is none.
func (s *Sim) droplet(id int64) *droplet {
	i := slices.IndexFunc(s.droplets, func(d *droplet) bool { return d.id == id && !d.gone })
	if i < 0 {
		return nil
	}
	return s.droplets[i]
}

// namedDroplet is the droplet in the request's path.
func (s *Sim) namedDroplet(c *call) (*droplet, error) {
	id, err := c.id("droplet")
	if err != nil {
		return nil, err
	}
	if d := s.droplet(id); d != nil {
		return d, nil
	}
	return nil, notFound()
}

func (s *Sim) listDroplets(c *call) (reply, error) {
	name, tagged := c.query.Get("name"), c.query.Get("tag_name")
	if tagged != "" {
		if err := s.require(c, "tag:read"); err != nil {
			return reply{}, err
		}
		if name != "" || c.query.Get("type") != "" {
			return reply{}, unprocessable("request payload validation failed")
		}
	}
	views := []dropletView{}
	for _, d := range s.droplets {
		if name != "" && !strings.EqualFold(d.name, name) || tagged != "" && !hasTag(d.tags, tagged) ||
			c.query.Get("type") == "gpus" {
			continue
		}
		if d.seen(c.now) {
			views = append(views, s.dropletView(d, c.now))
		}
	}
	s.droplets = slices.DeleteFunc(s.droplets, func(d *droplet) bool { return d.faded(c.now) })
	return page(c, "droplets", views), nil
}

func (s *Sim) getDroplet(c *call) (reply, error) {
	id, err := c.id("droplet")
	if err != nil {
		return reply{}, err
	}
	for _, d := range s.droplets {
		if d.id == id && d.seen(c.now) {
			return ok(fields{"droplet": s.dropletView(d, c.now)}), nil
		}
	}
	return reply{}, notFound()
}

// locked reports whether the droplet has an administrative lock, which only a fault gives.
func (s *Sim) locked(d *droplet) bool {
	return slices.ContainsFunc(s.faults.armed, func(f *armedFault) bool {
		return f.Kind == FaultDropletLocked && (f.Text == "" || f.Text == d.name)
	})
}

// busy reports whether an action runs on the droplet.
func (d *droplet) busy() bool { return d.running > 0 }

// deleteDroplet refuses a busy or locked droplet: that real clients wait before they delete is known, the answer they
// would get is not.
func (s *Sim) deleteDroplet(c *call) (reply, error) {
	d, err := s.namedDroplet(c)
	if err != nil {
		return reply{}, err
	}
	if s.locked(d) || d.busy() {
		return reply{}, unprocessable(pendingEvent)
	}
	s.removeDroplet(c, d)
	return noContent(), nil
}

func (s *Sim) deleteTaggedDroplets(c *call) (reply, error) {
	doomed, err := s.taggedDroplets(c)
	if err != nil {
		return reply{}, err
	}
	for _, d := range doomed {
		s.removeDroplet(c, d)
	}
	return noContent(), nil
}

// taggedDroplets are those under the request's tag_name, none of them busy.
func (s *Sim) taggedDroplets(c *call) ([]*droplet, error) {
	name := c.query.Get("tag_name")
	if name == "" {
		return nil, notFound() // stand-in, never recorded
	}
	var found []*droplet
	for _, d := range s.droplets {
		if d.gone || !hasTag(d.tags, name) {
			continue
		}
		if s.locked(d) || d.busy() {
			return nil, unprocessable(blockingEvents)
		}
		found = append(found, d)
	}
	return found, nil
}

// removeDroplet deletes a droplet and keeps its snapshots; its tags are gone at once, and what it had becomes free.
func (s *Sim) removeDroplet(c *call, d *droplet) {
	d.remove(s.faults.meet(c.method, c.path, FaultGhost), c.now)
	if until := c.now.Add(s.set.deleteWindow); until.After(d.ghostUntil) {
		d.ghostUntil = until
	}
	d.tags = nil
	for _, ip := range s.reserved {
		if ip.droplet == d.id {
			ip.droplet = 0
		}
	}
	for _, v := range s.volumes {
		v.droplets = slices.DeleteFunc(v.droplets, func(id int64) bool { return id == d.id })
	}
	for _, f := range s.firewalls {
		f.droplets = slices.DeleteFunc(f.droplets, func(id int64) bool { return id == d.id })
	}
	if d.faded(c.now) {
		s.droplets = slices.DeleteFunc(s.droplets, func(o *droplet) bool { return o == d })
	}
}

// listNeighbors answers without links and meta, alone among the lists. No simulated droplet
// shares its machine with another.
func (s *Sim) listNeighbors(c *call) (reply, error) {
	if _, err := s.namedDroplet(c); err != nil {
		return reply{}, err
	}
	return ok(fields{"droplets": []dropletView{}}), nil
}

// emptyList answers for what a droplet can have and a simulated one never has.
func emptyList(key string) func(*Sim, *call) (reply, error) {
	return func(s *Sim, c *call) (reply, error) {
		if _, err := s.namedDroplet(c); err != nil {
			return reply{}, err
		}
		return page(c, key, []struct{}{}), nil
	}
}
