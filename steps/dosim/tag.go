package dosim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tag is a name under which resources stand. Two names that differ in case are one tag,
// written as first created; everything but its creation has to write it that way.
type tag struct {
	name string
}

// tagCount is what a tag says of one type of resource.
type tagCount struct {
	Count int    `json:"count"`
	Last  string `json:"last_tagged_uri,omitempty"`
}

// tagResources is what a tag says of all of them.
type tagResources struct {
	Count           int      `json:"count"`
	Last            string   `json:"last_tagged_uri,omitempty"`
	Droplets        tagCount `json:"droplets"`
	Images          tagCount `json:"images"`
	Volumes         tagCount `json:"volumes"`
	VolumeSnapshots tagCount `json:"volume_snapshots"`
	Databases       tagCount `json:"databases"`
}

type tagView struct {
	Name      string       `json:"name"`
	Resources tagResources `json:"resources"`
}

var tagName = regexp.MustCompile(`^[a-zA-Z0-9_:-]{1,255}$`)

func (s *Sim) tagView(c *call, t *tag) tagView {
	v := tagView{Name: t.name}
	for _, d := range s.droplets {
		if !d.gone && hasTag(d.tags, t.name) {
			v.Resources.Droplets.Count++
			v.Resources.Droplets.Last = c.base + "/v2/droplets/" + strconv.FormatInt(d.id, 10)
		}
	}
	for _, m := range s.images {
		if !m.gone && hasTag(m.tags, t.name) {
			v.Resources.Images.Count++
			v.Resources.Images.Last = c.base + "/v2/images/" + strconv.FormatInt(m.id, 10)
		}
	}
	v.Resources.Count = v.Resources.Droplets.Count + v.Resources.Images.Count
	v.Resources.Last = v.Resources.Droplets.Last
	if v.Resources.Last == "" {
		v.Resources.Last = v.Resources.Images.Last
	}
	return v
}

// tag finds a tag in any case; nil if there is none.
func (s *Sim) tag(name string) *tag {
	i := slices.IndexFunc(s.tags, func(t *tag) bool { return strings.EqualFold(t.name, name) })
	if i < 0 {
		return nil
	}
	return s.tags[i]
}

// addTag gives the tag of that name, made if need be.
func (s *Sim) addTag(name string) *tag {
	t := s.tag(name)
	if t == nil {
		t = &tag{name: name}
		s.tags = append(s.tags, t)
	}
	return t
}

func (s *Sim) tagDroplet(d *droplet, name string) {
	if t := s.addTag(name); !hasTag(d.tags, t.name) {
		d.tags = append(d.tags, t.name)
	}
}

// tagFault refuses a request to the tags in the newer shape, if a fault says so.
func (s *Sim) tagFault(c *call) error {
	f := s.faults.meet(c.method, c.path, FaultTagShape)
	if f == nil {
		return nil
	}
	status, message := f.Status, f.Text
	if status == 0 {
		status = http.StatusBadRequest
	}
	if message == "" {
		message = "validation failed"
	}
	return &refusal{status: status, message: message, causes: true}
}

// namedTag is the tag in the request's path.
func (s *Sim) namedTag(c *call) (*tag, error) {
	if err := s.tagFault(c); err != nil {
		return nil, err
	}
	if t := s.tag(c.args["tag"]); t != nil && t.name == c.args["tag"] {
		return t, nil
	}
	return nil, notFound()
}

func (s *Sim) listTags(c *call) (reply, error) {
	if err := s.tagFault(c); err != nil {
		return reply{}, err
	}
	views := []tagView{}
	for _, t := range s.tags {
		views = append(views, s.tagView(c, t))
	}
	return page(c, "tags", views), nil
}

func (s *Sim) getTag(c *call) (reply, error) {
	t, err := s.namedTag(c)
	if err != nil {
		return reply{}, err
	}
	return ok(fields{"tag": s.tagView(c, t)}), nil
}

func (s *Sim) createTag(c *call) (reply, error) {
	if err := s.tagFault(c); err != nil {
		return reply{}, err
	}
	var in struct {
		Name string `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !tagName.MatchString(in.Name) {
		return reply{}, &refusal{
			status: http.StatusBadRequest, causes: true,
			message: "invalid tag name: only letters, digits, colons, dashes and underscores are allowed",
		}
	}
	return created(fields{"tag": s.tagView(c, s.addTag(in.Name))}), nil
}

func (s *Sim) deleteTag(c *call) (reply, error) {
	t, err := s.namedTag(c)
	if err != nil {
		return reply{}, err
	}
	s.tags = slices.DeleteFunc(s.tags, func(o *tag) bool { return o == t })
	for _, d := range s.droplets {
		d.tags = without(d.tags, t.name)
	}
	for _, m := range s.images {
		m.tags = without(m.tags, t.name)
	}
	return noContent(), nil
}

func (s *Sim) attachTag(c *call) (reply, error) {
	return s.tagResources(c, func(tags []string, name string) []string {
		if hasTag(tags, name) {
			return tags
		}
		return append(tags, name)
	})
}

func (s *Sim) detachTag(c *call) (reply, error) { return s.tagResources(c, without) }

// tagResources changes the tags of the resources a request names. One that does not exist
// is passed over; one of a type that takes no tags makes the request not found.
func (s *Sim) tagResources(c *call, change func(tags []string, name string) []string) (reply, error) {
	t, err := s.namedTag(c)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Resources []struct {
			ID   json.RawMessage `json:"resource_id"`
			Type string          `json:"resource_type"`
		} `json:"resources"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	for _, r := range in.Resources {
		if !slices.Contains([]string{"droplet", "image", "volume", "volume_snapshot"}, r.Type) {
			return reply{}, notFound()
		}
	}
	for _, r := range in.Resources {
		id, err := strconv.ParseInt(strings.Trim(string(r.ID), `"`), 10, 64)
		if err != nil {
			continue
		}
		if d := s.droplet(id); d != nil && r.Type == "droplet" {
			d.tags = change(d.tags, t.name)
		}
		if m := s.imageNamed(numberOrText{number: id}); m != nil && r.Type == "image" && m.private() {
			m.tags = change(m.tags, t.name)
		}
	}
	return noContent(), nil
}

func without(tags []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return t == name })
}

func hasTag(tags []string, name string) bool { return slices.Contains(tags, name) }
