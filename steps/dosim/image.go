package dosim

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// The types of image that the simulation knows.
const (
	imageBase     = "base"
	imageSnapshot = "snapshot"
	imageBackup   = "backup"
	imageCustom   = "custom"
)

// image is a public image, a snapshot or a backup: the service has one numbering for all.
type image struct {
	presence
	id           int64
	name         string
	kind         string
	distribution string
	slug         string
	description  string
	regions      []string
	created      time.Time
	minDisk      int     // GiB
	gigabytes    float64 // compressed
	droplet      int64   // of a snapshot or backup; the droplet may be gone
	tags         []string
	status       string // empty: available
}

// private reports whether the image is the account's own.
func (m *image) private() bool { return m.kind != imageBase }

// ofDroplet reports whether the image is a snapshot or a backup.
func (m *image) ofDroplet() bool { return m.kind == imageSnapshot || m.kind == imageBackup }

// Snapshot is a snapshot or backup of a droplet as the account holds it.
type Snapshot struct {
	ID            int64     `json:"id"`
	Name          string    `json:"name"`
	Type          string    `json:"type"` // "snapshot" or "backup"
	DropletID     int64     `json:"droplet_id"`
	CreatedAt     time.Time `json:"created_at"`
	Regions       []string  `json:"regions"`
	MinDiskSize   int       `json:"min_disk_size"` // GiB
	SizeGigabytes float64   `json:"size_gigabytes"`
	Tags          []string  `json:"tags"`
}

func (m *image) snapshot() Snapshot {
	return Snapshot{
		ID: m.id, Name: m.name, Type: m.kind, DropletID: m.droplet, CreatedAt: m.created,
		Regions: slices.Clone(m.regions), MinDiskSize: m.minDisk, SizeGigabytes: m.gigabytes, Tags: slices.Clone(m.tags),
	}
}

// imageView is an image as the API gives it.
type imageView struct {
	ID            int64    `json:"id"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Distribution  string   `json:"distribution"`
	Slug          *string  `json:"slug"`
	Public        bool     `json:"public"`
	Regions       []string `json:"regions"`
	CreatedAt     string   `json:"created_at"`
	MinDiskSize   int      `json:"min_disk_size"`
	SizeGigabytes float64  `json:"size_gigabytes"`
	Description   *string  `json:"description"`
	Tags          []string `json:"tags"`
	Status        string   `json:"status"`
	ErrorMessage  string   `json:"error_message"`
}

func (m *image) view() imageView {
	v := imageView{
		ID: m.id, Name: m.name, Type: m.kind, Distribution: m.distribution, Public: !m.private(), Regions: orEmpty(m.regions),
		CreatedAt: stamp(m.created), MinDiskSize: m.minDisk, SizeGigabytes: m.gigabytes,
		Tags: orEmpty(m.tags), Status: cmp.Or(m.status, "available"),
	}
	if m.slug != "" {
		v.Slug = &m.slug
	}
	if m.description != "" {
		v.Description = &m.description
	}
	return v
}

// dropletSnapshotView is a snapshot in the list of its droplet: the id is a number.
type dropletSnapshotView struct {
	ID            int64    `json:"id"`
	Name          string   `json:"name"`
	CreatedAt     string   `json:"created_at"`
	Regions       []string `json:"regions"`
	MinDiskSize   int      `json:"min_disk_size"`
	SizeGigabytes float64  `json:"size_gigabytes"`
	Type          string   `json:"type"`
}

// snapshotView is a snapshot among all of the account: ids are text, and no type tells a
// backup from a snapshot.
type snapshotView struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	CreatedAt     string   `json:"created_at"`
	Regions       []string `json:"regions"`
	MinDiskSize   int      `json:"min_disk_size"`
	SizeGigabytes float64  `json:"size_gigabytes"`
	ResourceID    string   `json:"resource_id"`
	ResourceType  string   `json:"resource_type"`
	Tags          []string `json:"tags"`
}

func (m *image) snapshotView() snapshotView {
	return snapshotView{
		ID: strconv.FormatInt(m.id, 10), Name: m.name, CreatedAt: stamp(m.created), Regions: m.regions,
		MinDiskSize: m.minDisk, SizeGigabytes: m.gigabytes,
		ResourceID: strconv.FormatInt(m.droplet, 10), ResourceType: "droplet", Tags: orEmpty(m.tags),
	}
}

// shownImages gives the images that match and that this reading shows.
func (s *Sim) shownImages(c *call, match func(*image) bool) []*image {
	var out []*image
	for _, m := range s.images {
		if match(m) && m.seen(c.now) {
			out = append(out, m)
		}
	}
	s.images = slices.DeleteFunc(s.images, func(m *image) bool { return m.faded(c.now) })
	return out
}

func (s *Sim) listDropletSnapshots(c *call) (reply, error) {
	return s.listDropletImages(c, "snapshots", imageSnapshot)
}

func (s *Sim) listDropletBackups(c *call) (reply, error) {
	return s.listDropletImages(c, "backups", imageBackup)
}

func (s *Sim) listDropletImages(c *call, key, kind string) (reply, error) {
	d, err := s.namedDroplet(c)
	if err != nil {
		return reply{}, err
	}
	views := []dropletSnapshotView{}
	for _, m := range s.shownImages(c, func(m *image) bool { return m.droplet == d.id && m.kind == kind }) {
		views = append(views, dropletSnapshotView{
			ID: m.id, Name: m.name, CreatedAt: stamp(m.created), Regions: m.regions,
			MinDiskSize: m.minDisk, SizeGigabytes: m.gigabytes, Type: m.kind,
		})
	}
	return page(c, key, views), nil
}

// listSnapshots lists backups too, as the service does on accounts that have them.
func (s *Sim) listSnapshots(c *call) (reply, error) {
	views := []snapshotView{}
	kind, in := c.query.Get("resource_type"), c.query.Get("region")
	if kind == "" || kind == "droplet" {
		for _, m := range s.shownImages(c, (*image).ofDroplet) {
			views = append(views, m.snapshotView())
		}
	}
	if kind == "" || kind == "volume" {
		views = append(views, s.volumeSnapshotViews(func(m *volumeSnapshot) bool { return in == "" || m.region == in })...)
	}
	return page(c, "snapshots", views), nil
}

func (s *Sim) getSnapshot(c *call) (reply, error) {
	if s.volumeSnapshot(c.args["snapshot"]) != nil {
		return s.getVolumeSnapshot(c)
	}
	id, err := c.id("snapshot")
	if err != nil {
		return reply{}, err
	}
	shown := s.shownImages(c, func(m *image) bool { return m.id == id })
	switch {
	case len(shown) == 0:
		return reply{}, notFound()
	case !shown[0].ofDroplet():
		return reply{}, notASnapshot()
	}
	return ok(fields{"snapshot": shown[0].snapshotView()}), nil
}

func (s *Sim) deleteSnapshot(c *call) (reply, error) {
	if s.volumeSnapshot(c.args["snapshot"]) != nil {
		return s.deleteVolumeSnapshot(c)
	}
	id, err := c.id("snapshot")
	if err != nil {
		return reply{}, err
	}
	m := s.imageNamed(numberOrText{number: id})
	switch {
	case m == nil:
		return reply{}, notFound()
	case !m.ofDroplet():
		return reply{}, notASnapshot()
	}
	return s.removeImage(c, m)
}

// removeImage deletes a snapshot or backup, under whichever of its two addresses.
func (s *Sim) removeImage(c *call, m *image) (reply, error) {
	if m.kind == imageBackup && s.faults.meet(c.method, c.path, FaultBackupDeleteNoOp) != nil {
		return noContent(), nil
	}
	m.remove(s.faults.meet(c.method, c.path, FaultGhost), c.now)
	if m.faded(c.now) {
		s.images = slices.DeleteFunc(s.images, func(o *image) bool { return o == m })
	}
	return noContent(), nil
}

func (s *Sim) listImages(c *call) (reply, error) {
	q := c.query
	views := []imageView{}
	for _, m := range s.shownImages(c, func(m *image) bool {
		switch {
		case q.Get("private") == "true" && !m.private():
			return false
		case q.Get("type") == "distribution" && m.private(), q.Get("type") == "application":
			return false
		case q.Get("tag_name") != "":
			return hasTag(m.tags, q.Get("tag_name"))
		}
		return true
	}) {
		views = append(views, m.view())
	}
	return page(c, "images", views), nil
}

func (s *Sim) getImage(c *call) (reply, error) {
	ref := c.args["image"]
	id, _ := strconv.ParseInt(ref, 10, 64)
	shown := s.shownImages(c, func(m *image) bool { return m.id == id || m.slug != "" && m.slug == ref })
	if len(shown) == 0 {
		return reply{}, notFound()
	}
	return ok(fields{"image": shown[0].view()}), nil
}

func (s *Sim) deleteImage(c *call) (reply, error) {
	m, err := s.ownImage(c)
	if err != nil {
		return reply{}, err
	}
	return s.removeImage(c, m)
}

// orEmpty is list, never null on the wire.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
