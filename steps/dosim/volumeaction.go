package dosim

import (
	"slices"
	"time"
)

// volumeOrder is the body of an action on a volume.
type volumeOrder struct {
	Type    string `json:"type"`
	Name    string `json:"volume_name"` // where the path names none
	Droplet number `json:"droplet_id"`
	Region  string `json:"region"`
	Size    number `json:"size_gigabytes"`
}

func (s *Sim) createVolumeAction(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	var in volumeOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	return s.actOnVolume(c, v, in)
}

// createNamedVolumeAction finds the volume by its name and region.
func (s *Sim) createNamedVolumeAction(c *call) (reply, error) {
	var in volumeOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	i := slices.IndexFunc(s.volumes, func(v *volume) bool {
		return v.name == in.Name && (in.Region == "" || v.region == in.Region)
	})
	if i < 0 {
		return reply{}, notFound()
	}
	return s.actOnVolume(c, s.volumes[i], in)
}

// actOnVolume attaches, detaches or enlarges. The wordings of its refusals were never recorded.
func (s *Sim) actOnVolume(c *call, v *volume, in volumeOrder) (reply, error) {
	d := s.droplet(int64(in.Droplet))
	var end func()
	switch in.Type {
	case "attach":
		switch {
		case d == nil:
			return reply{}, unprocessable("droplet not found")
		case d.region != v.region:
			return reply{}, unprocessable("droplet and volume are not in the same region")
		case len(v.droplets) > 0:
			return reply{}, unprocessable("volume is already attached to a droplet")
		}
		end = func() {
			if s.droplet(d.id) != nil && len(v.droplets) == 0 {
				v.droplets = append(v.droplets, d.id)
			}
		}
	case "detach":
		if d == nil || !slices.Contains(v.droplets, d.id) {
			return reply{}, unprocessable("volume is not attached to the droplet")
		}
		end = func() { v.droplets = nil }
	case "resize":
		if int(in.Size) <= v.size || in.Size > maxVolume {
			return reply{}, unprocessable("size_gigabytes must be larger than the volume and at most 16384")
		}
		end = func() { v.size = int(in.Size) }
	default:
		return reply{}, unprocessable("Type is not included in the list")
	}
	if v.running > 0 {
		return reply{}, unprocessable("volume already has a pending event")
	}
	v.running++
	a := s.beginAction(c, &action{kind: in.Type, volume: v.id, of: "volume", region: v.region}, s.takes(in.Type, 0),
		func(status string, _ time.Time) {
			v.running--
			if status == completed {
				end()
			}
		})
	return accepted(fields{"action": a.view()}), nil
}

func (s *Sim) listVolumeActions(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionsWhere(c, func(a *action) bool { return a.volume == v.id }), nil
}

func (s *Sim) getVolumeAction(c *call) (reply, error) {
	v, err := s.namedVolume(c)
	if err != nil {
		return reply{}, err
	}
	return s.actionWhere(c, func(a *action) bool { return a.volume == v.id })
}
