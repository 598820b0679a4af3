package dosim

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"time"
)

// volume is a disk of its own, attached to one droplet at most.
type volume struct {
	id, name, description string
	region                string
	size                  int // GiB
	created               time.Time
	droplets              []int64
	tags                  []string
	fsType, fsLabel       string
	running               int // actions
}

// volumeSnapshot is a copy of a volume; the volume may be gone.
type volumeSnapshot struct {
	id, name, volume, region string
	created                  time.Time
	size                     int     // GiB, of the volume
	gigabytes                float64 // of the copy
	tags                     []string
}

// Volume is a volume as the account holds it.
type Volume struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Region   string   `json:"region"`
	Size     int      `json:"size_gigabytes"`
	Droplets []int64  `json:"droplet_ids"`
	Tags     []string `json:"tags"`
}

// VolumeSnapshot is a copy of a volume as the account holds it.
type VolumeSnapshot struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Volume    string    `json:"volume_id"`
	CreatedAt time.Time `json:"created_at"`
}

type volumeView struct {
	ID          string     `json:"id"`
	Region      regionView `json:"region"`
	Droplets    []int64    `json:"droplet_ids"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Size        int        `json:"size_gigabytes"`
	Created     string     `json:"created_at"`
	FSType      string     `json:"filesystem_type"`
	FSLabel     string     `json:"filesystem_label"`
	Tags        []string   `json:"tags"`
}

func (v *volume) view() volumeView {
	return volumeView{
		ID: v.id, Region: region(v.region), Droplets: orEmpty(v.droplets), Name: v.name, Description: v.description,
		Size: v.size, Created: stamp(v.created), FSType: v.fsType, FSLabel: v.fsLabel, Tags: orEmpty(v.tags),
	}
}

func (m *volumeSnapshot) view() snapshotView {
	return snapshotView{
		ID: m.id, Name: m.name, CreatedAt: stamp(m.created), Regions: []string{m.region}, MinDiskSize: m.size,
		SizeGigabytes: m.gigabytes, ResourceID: m.volume, ResourceType: "volume", Tags: orEmpty(m.tags),
	}
}

// volumeRef names a volume in the creation of a droplet: its id, or an object with it.
type volumeRef string

// UnmarshalJSON reads both forms.
func (r *volumeRef) UnmarshalJSON(b []byte) error {
	var object struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(b, &object) == nil {
		*r = volumeRef(object.ID)
		return nil
	}
	return json.Unmarshal(b, (*string)(r))
}

func (s *Sim) volume(id string) *volume {
	i := slices.IndexFunc(s.volumes, func(v *volume) bool { return v.id == id })
	if i < 0 {
		return nil
	}
	return s.volumes[i]
}

func (s *Sim) namedVolume(c *call) (*volume, error) {
	if v := s.volume(c.args["volume"]); v != nil {
		return v, nil
	}
	return nil, notFound()
}

// volumeIDs are those attached to a droplet.
func (s *Sim) volumeIDs(droplet int64) []string {
	ids := []string{}
	for _, v := range s.volumes {
		if slices.Contains(v.droplets, droplet) {
			ids = append(ids, v.id)
		}
	}
	return ids
}

func (s *Sim) listVolumes(c *call) (reply, error) {
	name, in := c.query.Get("name"), c.query.Get("region")
	views := []volumeView{}
	for _, v := range s.volumes {
		if (name == "" || v.name == name) && (in == "" || v.region == in) {
			views = append(views, v.view())
		}
	}
	return page(c, "volumes", views), nil
}

func (s *Sim) getVolume(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	return ok(fields{"volume": v.view()}), nil
}

var volumeName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// maxVolume is the size of a volume at most, in GiB.
const maxVolume = 16384

// createVolume makes an empty volume, or one from a snapshot. The wordings of its refusals were never recorded.
func (s *Sim) createVolume(c *call) (reply, error) {
	var in struct {
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Region      string   `json:"region"`
		Size        number   `json:"size_gigabytes"`
		Snapshot    string   `json:"snapshot_id"`
		FSType      string   `json:"filesystem_type"`
		FSLabel     string   `json:"filesystem_label"`
		Tags        []string `json:"tags"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Snapshot != "" {
		from := s.volumeSnapshot(in.Snapshot)
		if from == nil {
			return reply{}, unprocessable("snapshot not found")
		}
		in.Region, in.Size = from.region, max(in.Size, number(from.size))
	}
	r, known := findRegion(in.Region)
	labels := map[string]int{"": 0, "ext4": 16, "xfs": 12}
	room, fs := labels[in.FSType]
	switch {
	case !volumeName.MatchString(in.Name):
		return reply{}, unprocessable("Name must begin with a letter and hold only lower-case letters, digits and hyphens")
	case !known || !r.Available:
		return reply{}, unprocessable("region is not available")
	case in.Size < 1 || in.Size > maxVolume:
		return reply{}, unprocessable("size_gigabytes must be between 1 and 16384")
	case !fs || len(in.FSLabel) > room:
		return reply{}, unprocessable("filesystem_type or filesystem_label is invalid")
	case slices.ContainsFunc(s.volumes, func(v *volume) bool { return v.name == in.Name && v.region == in.Region }):
		return reply{}, conflict("a volume with that name exists in the region")
	}
	if err := checkTags(in.Tags); err != nil {
		return reply{}, err
	}
	v := &volume{
		id: s.uuid(), name: in.Name, description: in.Description, region: in.Region, size: int(in.Size), created: second(c.now),
		fsType: in.FSType, fsLabel: in.FSLabel, tags: s.tagNames(in.Tags),
	}
	s.volumes = append(s.volumes, v)
	return created(fields{"volume": v.view()}), nil
}

func (s *Sim) deleteVolume(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	return s.removeVolume(v)
}

func (s *Sim) deleteVolumeByName(c *call) (reply, error) {
	name, in := c.query.Get("name"), c.query.Get("region")
	i := slices.IndexFunc(s.volumes, func(v *volume) bool { return v.name == name && v.region == in })
	if i < 0 {
		return reply{}, notFound()
	}
	return s.removeVolume(s.volumes[i])
}

// removeVolume deletes a volume that no droplet has; its snapshots stay.
func (s *Sim) removeVolume(v *volume) (reply, error) {
	if len(v.droplets) > 0 || v.running > 0 {
		return reply{}, conflict("a volume that is attached cannot be deleted") // stand-in, never recorded
	}
	s.volumes = slices.DeleteFunc(s.volumes, func(o *volume) bool { return o == v })
	return noContent(), nil
}

func (s *Sim) volumeSnapshot(id string) *volumeSnapshot {
	i := slices.IndexFunc(s.copies, func(m *volumeSnapshot) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return s.copies[i]
}

func (s *Sim) listVolumeSnapshots(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	return page(c, "snapshots", s.volumeSnapshotViews(func(m *volumeSnapshot) bool { return m.volume == v.id })), nil
}

func (s *Sim) volumeSnapshotViews(match func(*volumeSnapshot) bool) []snapshotView {
	views := []snapshotView{}
	for _, m := range s.copies {
		if match(m) {
			views = append(views, m.view())
		}
	}
	return views
}

// createVolumeSnapshot copies at once: there is no action.
func (s *Sim) createVolumeSnapshot(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Name string   `json:"name"`
		Tags []string `json:"tags"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Name == "" {
		return reply{}, unprocessable("Name can't be blank") // stand-in, never recorded
	}
	if err := checkTags(in.Tags); err != nil {
		return reply{}, err
	}
	m := &volumeSnapshot{
		id: s.uuid(), name: in.Name, volume: v.id, region: v.region, created: second(c.now), size: v.size,
		gigabytes: s.copiedVolume(v), tags: s.tagNames(in.Tags),
	}
	s.copies = append(s.copies, m)
	if f := s.faults.meet(c.method, c.path, FaultSnapshotSmall); f != nil {
		whole := m.gigabytes
		m.gigabytes = math.Round(whole*10) / 100
		if f.Delay > 0 {
			s.agenda.add(c.now.Add(f.Delay), func() { m.gigabytes = whole })
		}
	}
	return created(fields{"snapshot": m.view()}), nil
}

// copiedVolume is how many GiB a copy of a volume has: any share of it the first time, and about as much as the last one after that.
func (s *Sim) copiedVolume(v *volume) float64 {
	share := s.rng.Float64()
	size := share * float64(v.size) / 4
	for _, m := range s.copies {
		if m.volume == v.id {
			size = m.gigabytes * (0.97 + 0.06*share)
		}
	}
	return math.Round(size*100) / 100
}

func (s *Sim) getVolumeSnapshot(c *call) (reply, error) {
	m := s.volumeSnapshot(c.args["snapshot"])
	if m == nil {
		return reply{}, notFound()
	}
	return ok(fields{"snapshot": m.view()}), nil
}

func (s *Sim) deleteVolumeSnapshot(c *call) (reply, error) {
	m := s.volumeSnapshot(c.args["snapshot"])
	if m == nil {
		return reply{}, notFound()
	}
	s.copies = slices.DeleteFunc(s.copies, func(o *volumeSnapshot) bool { return o == m })
	return noContent(), nil
}
