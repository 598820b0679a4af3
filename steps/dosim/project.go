package dosim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// project is a drawer of the account: every resource lies in one, in the default one if in no other.
type project struct {
	id, name, description, purpose, environment string
	created, updated                            time.Time
	standard                                    bool // the default
}

// assignment says where a resource lies since when.
type assignment struct {
	project string
	at      time.Time
}

type projectView struct {
	ID          string `json:"id"`
	OwnerUUID   string `json:"owner_uuid"`
	OwnerID     int64  `json:"owner_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Purpose     string `json:"purpose"`
	Environment string `json:"environment"`
	IsDefault   bool   `json:"is_default"`
	Created     string `json:"created_at"`
	Updated     string `json:"updated_at"`
}

type projectResource struct {
	URN      string `json:"urn"`
	Assigned string `json:"assigned_at"`
	Links    fields `json:"links"`
	Status   string `json:"status"`
}

func (s *Sim) firstProject() *project {
	return &project{
		id: s.derived("project"), name: "First project", description: "Update your project information under Settings",
		purpose: "Just trying out DigitalOcean", environment: "Development", created: s.born, updated: s.born, standard: true,
	}
}

func (s *Sim) projectView(p *project) projectView {
	return projectView{
		ID: p.id, OwnerUUID: s.accountUUID(), OwnerID: 258_992, Name: p.name, Description: p.description, Purpose: p.purpose,
		Environment: p.environment, IsDefault: p.standard, Created: stamp(p.created), Updated: stamp(p.updated),
	}
}

// defaultProject is the one that new resources lie in.
func (s *Sim) defaultProject() *project {
	return s.projects[slices.IndexFunc(s.projects, func(p *project) bool { return p.standard })]
}

func (s *Sim) namedProject(c *call) (*project, error) {
	id := c.args["project"]
	if id == "default" {
		return s.defaultProject(), nil
	}
	i := slices.IndexFunc(s.projects, func(p *project) bool { return p.id == id })
	if i < 0 {
		return nil, notFound()
	}
	return s.projects[i], nil
}

// resources gives the account's resources that can lie in a project, with the address of each.
func (s *Sim) resources() []pair {
	var out []pair
	for _, d := range s.droplets {
		if !d.gone {
			id := strconv.FormatInt(d.id, 10)
			out = append(out, pair{"do:droplet:" + id, "/v2/droplets/" + id})
		}
	}
	for _, z := range s.zones {
		if !z.gone {
			out = append(out, pair{"do:domain:" + z.name, "/v2/domains/" + z.name})
		}
	}
	for _, v := range s.volumes {
		out = append(out, pair{"do:volume:" + v.id, "/v2/volumes/" + v.id})
	}
	for _, r := range s.reserved {
		out = append(out, pair{"do:floatingip:" + r.ip.String(), "/v2/floating_ips/" + r.ip.String()})
	}
	return out
}

// drawer is where a resource lies.
func (s *Sim) drawer(urn string) assignment {
	a, moved := s.assigned[urn]
	if !moved || !slices.ContainsFunc(s.projects, func(p *project) bool { return p.id == a.project }) {
		return assignment{s.defaultProject().id, s.born}
	}
	return a
}

func (s *Sim) resourcesOf(c *call, p *project) []projectResource {
	out := []projectResource{}
	for _, r := range s.resources() {
		if a := s.drawer(r.key); a.project == p.id {
			out = append(out, projectResource{
				URN: r.key, Assigned: stamp(a.at), Links: fields{"self": c.base + r.value.(string)}, //nolint:forcetypeassert // as made
				Status: "ok",
			})
		}
	}
	return out
}

func (s *Sim) listProjects(c *call) (reply, error) {
	views := []projectView{}
	for _, p := range s.projects {
		views = append(views, s.projectView(p))
	}
	return page(c, "projects", views), nil
}

func (s *Sim) getProject(c *call) (reply, error) {
	p, err := s.namedProject(c)
	if err != nil {
		return reply{}, err
	}
	return ok(fields{"project": s.projectView(p)}), nil
}

// projectOrder is the body of a creation or a change; nil is left out.
type projectOrder struct {
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Purpose     *string `json:"purpose"`
	Environment *string `json:"environment"`
	IsDefault   *bool   `json:"is_default"`
}

// orderProject makes p what the request says, or leaves it as it is. The wordings of its refusals were never recorded.
func (s *Sim) orderProject(c *call, p *project, o projectOrder) error {
	next := *p
	for _, part := range []struct {
		sent *string
		into *string
	}{{o.Name, &next.name}, {o.Description, &next.description}, {o.Purpose, &next.purpose}, {o.Environment, &next.environment}} {
		if part.sent != nil {
			*part.into = *part.sent
		}
	}
	if next.environment == "" {
		next.environment = "Development"
	}
	switch {
	case strings.TrimSpace(next.name) == "" || len(next.name) > 175:
		return unprocessable("name must have 1 to 175 characters")
	case next.purpose == "" || len(next.purpose) > 255 || len(next.description) > 255:
		return unprocessable("purpose must have 1 to 255 characters, description at most 255")
	case !slices.Contains([]string{"Development", "Staging", "Production"}, next.environment):
		return unprocessable("environment must be Development, Staging or Production")
	case slices.ContainsFunc(s.projects, func(q *project) bool { return q != p && q.name == next.name }):
		return conflict("name is already in use")
	}
	next.updated = second(c.now)
	if o.IsDefault != nil && *o.IsDefault && !p.standard {
		s.defaultProject().standard, next.standard = false, true
	}
	*p = next
	return nil
}

func (s *Sim) createProject(c *call) (reply, error) {
	var in projectOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	in.IsDefault = nil
	p := &project{id: s.uuid(), created: second(c.now)}
	if err := s.orderProject(c, p, in); err != nil {
		return reply{}, err
	}
	s.projects = append(s.projects, p)
	return created(fields{"project": s.projectView(p)}), nil
}

// updateProject serves PATCH, which leaves alone what it is not sent, and PUT, which needs all of it.
func (s *Sim) updateProject(c *call) (reply, error) {
	p, err := s.namedProject(c)
	if err != nil {
		return reply{}, err
	}
	var in projectOrder
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if c.method == http.MethodPut && (in.Name == nil || in.Description == nil || in.Purpose == nil || in.Environment == nil || in.IsDefault == nil) {
		return reply{}, unprocessable("request payload validation failed")
	}
	if err := s.orderProject(c, p, in); err != nil {
		return reply{}, err
	}
	return ok(fields{"project": s.projectView(p)}), nil
}

func (s *Sim) deleteProject(c *call) (reply, error) {
	p, err := s.namedProject(c)
	if err != nil {
		return reply{}, err
	}
	if p.standard || len(s.resourcesOf(c, p)) > 0 {
		return reply{}, &refusal{
			status: http.StatusPreconditionFailed, id: "precondition_failed",
			message: "cannot delete a project with resources. move or remove the resources first",
		}
	}
	s.projects = slices.DeleteFunc(s.projects, func(o *project) bool { return o == p })
	return noContent(), nil
}

func (s *Sim) listProjectResources(c *call) (reply, error) {
	p, err := s.namedProject(c)
	if err != nil {
		return reply{}, err
	}
	return page(c, "resources", s.resourcesOf(c, p)), nil
}

// assignResources moves resources into a project, each with a status of its own.
func (s *Sim) assignResources(c *call) (reply, error) {
	p, err := s.namedProject(c)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Resources []string `json:"resources"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	there := s.resources()
	out := []projectResource{}
	for _, urn := range in.Resources {
		urn = strings.Replace(urn, "do:reservedip:", "do:floatingip:", 1)
		one := projectResource{URN: urn, Assigned: stamp(c.now), Links: fields{}, Status: "not_found"}
		if i := slices.IndexFunc(there, func(r pair) bool { return r.key == urn }); i >= 0 {
			one.Links["self"] = c.base + there[i].value.(string) //nolint:forcetypeassert // as made
			one.Status = "assigned"
			if a := s.drawer(urn); a.project == p.id {
				one.Status, one.Assigned = "already_assigned", stamp(a.at)
			} else {
				s.assigned[urn] = assignment{p.id, second(c.now)}
			}
		}
		out = append(out, one)
	}
	return ok(fields{"resources": out}), nil
}
