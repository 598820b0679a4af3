package dosim

import (
	"cmp"
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
	count := func(into *tagCount, tags []string, kind, id string) {
		if hasTag(tags, t.name) {
			into.Count++
			into.Last = c.base + "/v2/" + kind + "/" + id
			v.Resources.Count++
		}
	}
	for _, d := range s.droplets {
		if !d.gone {
			count(&v.Resources.Droplets, d.tags, "droplets", strconv.FormatInt(d.id, 10))
		}
	}
	for _, m := range s.images {
		if !m.gone {
			count(&v.Resources.Images, m.tags, "images", strconv.FormatInt(m.id, 10))
		}
	}
	for _, o := range s.volumes {
		count(&v.Resources.Volumes, o.tags, "volumes", o.id)
	}
	for _, m := range s.copies {
		count(&v.Resources.VolumeSnapshots, m.tags, "snapshots", m.id)
	}
	v.Resources.Last = cmp.Or(v.Resources.Droplets.Last, v.Resources.Images.Last, v.Resources.Volumes.Last, v.Resources.VolumeSnapshots.Last)
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
	return &refusal{status: status, message: message, causes: []string{}}
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
		return reply{}, badTag(in.Name)
	}
	return created(fields{"tag": s.tagView(c, s.addTag(in.Name))}), nil
}

// badTag refuses a name with illegal characters, in the words that were recorded.
func badTag(name string) error {
	message := "Error validating resource tag: " + strconv.Quote("tag-name "+strconv.Quote(name)+" contains invalid characters")
	return &refusal{
		status: http.StatusBadRequest, message: message,
		causes: []string{"rpc error: code = InvalidArgument desc = " + message},
	}
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
	for _, v := range s.volumes {
		v.tags = without(v.tags, t.name)
	}
	for _, m := range s.copies {
		m.tags = without(m.tags, t.name)
	}
	for _, f := range s.firewalls {
		f.tags = without(f.tags, t.name)
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
			ID   string `json:"resource_id"`
			Type string `json:"resource_type"`
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
		if tags := s.tagsOf(r.Type, r.ID); tags != nil {
			*tags = change(*tags, t.name)
		}
	}
	return noContent(), nil
}

// tagsOf is where the tags of a resource are kept; nil if it does not exist.
func (s *Sim) tagsOf(kind, id string) *[]string {
	n, _ := strconv.ParseInt(id, 10, 64)
	switch kind {
	case "droplet":
		if d := s.droplet(n); d != nil {
			return &d.tags
		}
	case "image":
		if m := s.imageNamed(numberOrText{number: n}); n > 0 && m != nil && m.private() {
			return &m.tags
		}
	case "volume":
		if v := s.volume(id); v != nil {
			return &v.tags
		}
	case "volume_snapshot":
		if m := s.volumeSnapshot(id); m != nil {
			return &m.tags
		}
	}
	return nil
}

// checkTags refuses the creation of a resource under an impossible tag.
func checkTags(names []string) error {
	for _, name := range names {
		if !tagName.MatchString(name) {
			return unprocessable("Tags are invalid") // stand-in, never recorded
		}
	}
	return nil
}

// tagNames are the tags of a new resource, made if need be, as they were first written.
func (s *Sim) tagNames(names []string) []string {
	var out []string
	for _, name := range names {
		if t := s.addTag(name); !hasTag(out, t.name) {
			out = append(out, t.name)
		}
	}
	return out
}

func without(tags []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return t == name })
}

func hasTag(tags []string, name string) bool { return slices.Contains(tags, name) }
