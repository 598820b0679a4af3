package dosim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// dropletLimit is how many droplets the account may have.
const dropletLimit = 25

// dropletOrder is the body of a creation.
type dropletOrder struct {
	Name       string         `json:"name"`
	Names      []string       `json:"names"`
	Region     string         `json:"region"`
	Size       string         `json:"size"`
	Image      numberOrText   `json:"image"`
	SSHKeys    []numberOrText `json:"ssh_keys"`
	Backups    bool           `json:"backups"`
	IPv6       bool           `json:"ipv6"`
	Monitoring bool           `json:"monitoring"`
	Tags       []string       `json:"tags"`
	UserData   string         `json:"user_data"`
	Volumes    []volumeRef    `json:"volumes"`
	VPC        string         `json:"vpc_uuid"`
}

// actionLink points from a creation to its action.
type actionLink struct {
	ID   int64  `json:"id"`
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

var hostname = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$`)

func (s *Sim) createDroplet(c *call) (reply, error) {
	var in dropletOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	names := in.Names
	if in.Name != "" {
		names = []string{in.Name}
	}
	base, err := s.checkOrder(&in, names)
	if err != nil {
		return reply{}, err
	}
	if len(in.Tags) > 0 {
		if err := s.require(c, "tag:create"); err != nil {
			return reply{}, err
		}
		if err := checkTags(in.Tags); err != nil {
			return reply{}, err
		}
	}
	late := s.faults.meet(c.method, c.path, FaultDropletLate)
	address := "" // as recorded of the service; its document shows the whole of it
	if s.faults.meet(c.method, c.path, FaultAbsoluteHref) != nil {
		address = c.base
	}
	views := []dropletView{}
	links := []actionLink{}
	for _, name := range names {
		d := s.addDroplet(name, in, base, c.now)
		d.delay(late, c.now)
		a := s.startAction(c, d, "create", s.takes("create", d.disk), func(time.Time) { s.bootFirst(d, in) })
		c.made = append(c.made, d.id)
		views = append(views, s.dropletView(d, c.now))
		links = append(links, actionLink{ID: a.id, Rel: "create", Href: fmt.Sprintf("%s/v2/actions/%d", address, a.id)})
	}
	body := fields{"links": fields{"actions": links}}
	if len(in.Names) > 0 {
		body["droplets"] = views
	} else {
		body["droplet"] = views[0]
	}
	return accepted(body), nil
}

// checkOrder validates a creation and fills in the region if none is asked for.
func (s *Sim) checkOrder(in *dropletOrder, names []string) (*image, error) {
	if len(names) == 0 {
		return nil, unprocessable("Name can't be blank") // stand-in, never recorded
	}
	for _, name := range names {
		if !hostname.MatchString(name) || len(name) > 255 {
			return nil, unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)")
		}
	}
	z, known := findSize(in.Size)
	if !known {
		return nil, unprocessable("You specified an invalid size for Droplet creation.") // after the wording for images
	}
	base := s.imageNamed(in.Image)
	if base == nil {
		return nil, unprocessable("You specified an invalid image for Droplet creation.")
	}
	if in.Region == "" {
		in.Region = "nyc3"
		if !slices.Contains(base.regions, in.Region) {
			in.Region = base.regions[0]
		}
	}
	if r, known := findRegion(in.Region); !known || !r.Available {
		return nil, unprocessable("You specified an invalid region for Droplet creation.") // after the wording for images
	}
	if !s.sells(in.Size, in.Region) {
		return nil, unprocessable("Size is not available in this region.") // stand-in, never recorded
	}
	if !slices.Contains(base.regions, in.Region) {
		return nil, unprocessable("The image you specified is not available in the selected region, " +
			"you have the option to transfer this image to the region.")
	}
	if len(s.liveDroplets())+len(names) > dropletLimit || len(names) > 10 {
		return nil, unprocessable("creating this/these droplet(s) will exceed your droplet limit")
	}
	if base.minDisk > z.Disk {
		return nil, unprocessable("The image you specified does not fit on the disk of the selected size.") // stand-in, never recorded
	}
	if in.VPC != "" && !s.knowsVPC(in.VPC, in.Region) {
		return nil, unprocessable("You specified an invalid VPC for Droplet creation.") // after the wording for images
	}
	for _, ref := range in.Volumes {
		v := s.volume(string(ref))
		if v == nil || v.region != in.Region || len(v.droplets) > 0 || len(names) > 1 {
			return nil, unprocessable("You specified an invalid volume for Droplet creation.") // after the wording for images
		}
	}
	if err := s.checkKeys(in.SSHKeys); err != nil {
		return nil, err
	}
	if len(in.UserData) > 64<<10 {
		return nil, unprocessable("request payload validation failed")
	}
	return base, nil
}

// addDroplet makes a droplet as it is before its first boot.
func (s *Sim) addDroplet(name string, in dropletOrder, base *image, now time.Time) *droplet {
	d := &droplet{
		id: s.take(&s.serial.droplet), name: name, status: "new", created: second(now), region: in.Region, size: in.Size,
		disk: size(in.Size).Disk, image: base.view(), features: []string{"droplet_agent"},
		backups: in.Backups, ipv6: in.IPv6,
	}
	for _, tagged := range in.Tags {
		s.tagDroplet(d, tagged)
	}
	if in.Backups {
		d.features = append(d.features, "backups")
	}
	if in.IPv6 {
		d.features = append(d.features, "ipv6")
	}
	if in.Monitoring {
		d.features = append(d.features, "monitoring")
	}
	s.droplets = append(s.droplets, d)
	return d
}

// bootFirst is the end of a creation: the droplet runs and has its addresses, which are
// of the ranges set aside for documentation.
func (s *Sim) bootFirst(d *droplet, in dropletOrder) {
	d.status = "active"
	d.features = append(d.features, "private_networking")
	n := s.rng.IntN(1 << 16)
	for range 250 { // a record that is there leads to somebody else
		if !s.spoken(fmt.Sprintf("203.0.113.%d", 2+n%250)) {
			break
		}
		n++
	}
	d.addr = addresses{
		public:  fmt.Sprintf("203.0.113.%d", 2+n%250),
		private: fmt.Sprintf("10.108.%d.%d", n>>8&15, 2+n%250),
	}
	if d.ipv6 {
		d.addr.v6 = fmt.Sprintf("2001:db8::%x", 2+n)
	}
	s.skip(2)
	d.vpc = cmp.Or(in.VPC, s.defaultVPC(d.region))
	for _, ref := range in.Volumes {
		if v := s.volume(string(ref)); v != nil && len(v.droplets) == 0 {
			v.droplets = append(v.droplets, d.id)
		}
	}
}

// spoken reports whether a droplet has an address, or a record leads to it.
func (s *Sim) spoken(address string) bool {
	if slices.ContainsFunc(s.droplets, func(d *droplet) bool { return !d.gone && d.addr.public == address }) {
		return true
	}
	return slices.ContainsFunc(s.zones, func(z *zone) bool {
		return !z.gone && slices.ContainsFunc(z.live(), func(r Record) bool { return r.Data == address })
	})
}
