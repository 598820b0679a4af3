package dosim

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// distributions are those that a custom image can name.
var distributions = []string{
	"Arch Linux", "CentOS", "CoreOS", "Debian", "Fedora", "Fedora Atomic", "FreeBSD", "Gentoo", "openSUSE", "RancherOS",
	"Rocky Linux", "Ubuntu", "Unknown",
}

// imageOrder is the body of a creation from a URL, or of a change; nil is left out.
type imageOrder struct {
	Name         *string  `json:"name"`
	URL          string   `json:"url"`
	Distribution *string  `json:"distribution"`
	Description  *string  `json:"description"`
	Region       string   `json:"region"`
	Tags         []string `json:"tags"`
}

// check complains about what is impossible in it; the wordings were never recorded.
func (o imageOrder) check() error {
	switch {
	case o.Name != nil && (strings.TrimSpace(*o.Name) == "" || len(*o.Name) > 255):
		return unprocessable("Name can't be blank")
	case o.Distribution != nil && !slices.Contains(distributions, *o.Distribution):
		return unprocessable("Distribution is not included in the list")
	}
	return nil
}

// apply takes over what was sent.
func (o imageOrder) apply(m *image) {
	for _, part := range []struct{ sent, into *string }{
		{o.Name, &m.name}, {o.Distribution, &m.distribution}, {o.Description, &m.description},
	} {
		if part.sent != nil {
			*part.into = *part.sent
		}
	}
}

// createImage imports an image from a URL. Nothing is fetched: the image is there when the time of an import has passed.
func (s *Sim) createImage(c *call) (reply, error) {
	var in imageOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	from, err := url.Parse(in.URL)
	r, known := findRegion(in.Region)
	switch {
	case in.Name == nil:
		return reply{}, unprocessable("Name can't be blank") // stand-in, never recorded
	case err != nil || from.Host == "" || !slices.Contains([]string{"http", "https", "ftp"}, from.Scheme):
		return reply{}, unprocessable("Url is invalid") // stand-in, never recorded
	case !known || !r.Available:
		return reply{}, unprocessable("Region is invalid") // stand-in, never recorded
	}
	if err := checkTags(in.Tags); err != nil {
		return reply{}, err
	}
	m := &image{
		id: s.take(&s.serial.image), kind: imageCustom, distribution: "Unknown", created: second(c.now), status: "NEW",
		tags: s.tagNames(in.Tags),
	}
	in.apply(m)
	s.images = append(s.images, m)
	c.made = append(c.made, m.id)
	s.agenda.add(c.now.Add(s.takes("import", 0)), func() {
		m.status, m.regions, m.minDisk, m.gigabytes = "available", []string{in.Region}, 10, 1.2
	})
	return accepted(fields{"image": m.view()}), nil
}

// ownImage is the account's image in the path.
func (s *Sim) ownImage(c *call) (*image, error) {
	id, err := c.id("image")
	if err != nil {
		return nil, err
	}
	m := s.imageNamed(numberOrText{number: id})
	switch {
	case m == nil:
		return nil, notFound()
	case !m.private():
		return nil, forbidden() // what a public image answers to a change was not recorded
	}
	return m, nil
}

func (s *Sim) updateImage(c *call) (reply, error) {
	m, err := s.ownImage(c)
	if err != nil {
		return reply{}, err
	}
	var in imageOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	in.apply(m)
	return ok(fields{"image": m.view()}), nil
}

// createImageAction transfers an image to one more region, or makes a snapshot of a backup.
func (s *Sim) createImageAction(c *call) (reply, error) {
	m, err := s.ownImage(c)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Type   string `json:"type"`
		Region string `json:"region"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	where, end := "", func() {}
	switch in.Type {
	case "transfer":
		r, known := findRegion(in.Region)
		switch { // stand-ins, never recorded
		case !known || !r.Available:
			return reply{}, unprocessable("You specified an invalid region for Image transfer.")
		case m.status != "":
			return reply{}, unprocessable("Only completed images can be transferred")
		case slices.Contains(m.regions, in.Region):
			return reply{}, unprocessable("The image is already available in the selected region.")
		}
		where = in.Region
		end = func() {
			if !slices.Contains(m.regions, in.Region) {
				m.regions = append(slices.Clone(m.regions), in.Region)
			}
		}
	case "convert":
		if m.kind != imageBackup {
			return reply{}, unprocessable("Only backups can be converted to snapshots") // stand-in, never recorded
		}
		where = m.regions[0]
		end = func() { m.kind = imageSnapshot }
	default:
		return reply{}, unprocessable("Type is not included in the list") // stand-in, never recorded
	}
	a := s.beginAction(c, &action{kind: in.Type, resource: m.id, of: "image", region: where}, s.takes(in.Type, m.minDisk),
		func(status string, _ time.Time) {
			if status == completed {
				end()
			}
		})
	return created(fields{"action": a.view()}), nil
}

func (s *Sim) listImageActions(c *call) (reply, error) {
	m, err := s.ownImage(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionsWhere(c, actionOn("image", m.id)), nil
}

func (s *Sim) getImageAction(c *call) (reply, error) {
	m, err := s.ownImage(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionWhere(c, actionOn("image", m.id))
}
