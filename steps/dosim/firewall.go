package dosim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// firewall is a set of rules before droplets that it names, or that are under a tag of its.
type firewall struct {
	id       string
	name     string
	created  time.Time
	settled  time.Time // when the last change has reached every droplet
	in, out  []rule
	droplets []int64
	tags     []string
}

// Firewall is a firewall as the account holds it; a rule is text, the same for equal rules.
type Firewall struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Droplets []int64  `json:"droplet_ids"`
	Tags     []string `json:"tags"`
	Rules    []string `json:"rules"`
}

// rules is what a request says of them.
type rules struct {
	In  []rule `json:"inbound_rules"`
	Out []rule `json:"outbound_rules"`
}

// firewallOrder is the body of a creation or a replacement.
type firewallOrder struct {
	Name     string   `json:"name"`
	Droplets []number `json:"droplet_ids"`
	Tags     []string `json:"tags"`
	In       []rule   `json:"inbound_rules"`
	Out      []rule   `json:"outbound_rules"`
}

type pendingChange struct {
	Droplet  int64  `json:"droplet_id"`
	Removing bool   `json:"removing"`
	Status   string `json:"status"`
}

type firewallView struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Status  string          `json:"status"`
	In      []rule          `json:"inbound_rules"`
	Out     []rule          `json:"outbound_rules"`
	Created string          `json:"created_at"`
	IDs     []int64         `json:"droplet_ids"`
	Tags    []string        `json:"tags"`
	Pending []pendingChange `json:"pending_changes"`
}

func (f *firewall) view(now time.Time) firewallView {
	v := firewallView{
		ID: f.id, Name: f.name, Status: "succeeded", In: orEmpty(f.in), Out: orEmpty(f.out), Created: stamp(f.created),
		IDs: orEmpty(f.droplets), Tags: orEmpty(f.tags), Pending: []pendingChange{},
	}
	if now.Before(f.settled) {
		v.Status = "waiting"
		for _, id := range f.droplets {
			v.Pending = append(v.Pending, pendingChange{Droplet: id, Status: "waiting"})
		}
	}
	return v
}

// guards reports whether the firewall stands before the droplet.
func (f *firewall) guards(d *droplet) bool {
	return slices.Contains(f.droplets, d.id) || slices.ContainsFunc(f.tags, func(t string) bool { return hasTag(d.tags, t) })
}

var firewallName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9.-]{0,254}$`)

// Limits of a firewall, as the provider's pages give them.
const (
	maxFirewallDroplets = 10
	maxFirewallTags     = 5
	maxFirewallRules    = 50
)

func (s *Sim) namedFirewall(c *call) (*firewall, error) {
	i := slices.IndexFunc(s.firewalls, func(f *firewall) bool { return f.id == c.args["firewall"] })
	if i < 0 {
		return nil, notFound()
	}
	return s.firewalls[i], nil
}

func (s *Sim) listFirewalls(c *call) (reply, error) {
	views := []firewallView{}
	for _, f := range s.firewalls {
		views = append(views, f.view(c.now))
	}
	return page(c, "firewalls", views), nil
}

func (s *Sim) listDropletFirewalls(c *call) (reply, error) {
	d, err := s.namedDroplet(c)
	if err != nil {
		return reply{}, err
	}
	views := []firewallView{}
	for _, f := range s.firewalls {
		if f.guards(d) {
			views = append(views, f.view(c.now))
		}
	}
	return page(c, "firewalls", views), nil
}

func (s *Sim) getFirewall(c *call) (reply, error) {
	f, err := s.namedFirewall(c)
	if err != nil {
		return reply{}, err
	}
	return ok(fields{"firewall": f.view(c.now)}), nil
}

func (s *Sim) createFirewall(c *call) (reply, error) {
	f := &firewall{id: s.uuid(), created: second(c.now)}
	if err := s.orderFirewall(c, f); err != nil {
		return reply{}, err
	}
	s.firewalls = append(s.firewalls, f)
	return accepted(fields{"firewall": f.view(c.now)}), nil
}

// replaceFirewall is PUT: what is left out is gone.
func (s *Sim) replaceFirewall(c *call) (reply, error) {
	f, err := s.namedFirewall(c)
	if err != nil {
		return reply{}, err
	}
	if err := s.orderFirewall(c, f); err != nil {
		return reply{}, err
	}
	return ok(fields{"firewall": f.view(c.now)}), nil
}

// orderFirewall makes f what the request says, or leaves it as it is.
func (s *Sim) orderFirewall(c *call, f *firewall) error {
	var in firewallOrder
	if err := c.decode(&in); err != nil {
		return err
	}
	if !firewallName.MatchString(in.Name) {
		return unprocessable("Name is invalid") // stand-in, never recorded
	}
	if len(in.In)+len(in.Out) == 0 {
		return badRequest("at least one rule is required") // that it is refused is known, the wording is not
	}
	if slices.ContainsFunc(s.firewalls, func(o *firewall) bool { return o != f && o.name == in.Name }) {
		return conflict("duplicate name")
	}
	next := *f
	next.name, next.droplets, next.tags, next.in, next.out = in.Name, nil, nil, nil, nil
	if err := s.guard(&next, in.Droplets); err != nil {
		return err
	}
	if err := s.guardTags(&next, in.Tags); err != nil {
		return err
	}
	if err := next.allow(rules{in.In, in.Out}); err != nil {
		return err
	}
	*f = next
	s.settleFirewall(c, f)
	return nil
}

func (s *Sim) settleFirewall(c *call, f *firewall) { f.settled = c.now.Add(s.takes("firewall", 0)) }

// guard puts the firewall before more droplets.
func (s *Sim) guard(f *firewall, ids []number) error {
	next := slices.Clone(f.droplets)
	for _, id := range ids {
		if s.droplet(int64(id)) == nil {
			return unprocessable(fmt.Sprintf("droplet %d does not exist", id)) // stand-in, never recorded
		}
		if !slices.Contains(next, int64(id)) {
			next = append(next, int64(id))
		}
	}
	if len(next) > maxFirewallDroplets {
		return unprocessable("a firewall can be added to 10 droplets at most") // stand-in, never recorded
	}
	f.droplets = next
	return nil
}

// guardTags puts the firewall before the droplets under more tags.
func (s *Sim) guardTags(f *firewall, names []string) error {
	next := slices.Clone(f.tags)
	for _, name := range names {
		if s.tag(name) == nil {
			return unprocessable(fmt.Sprintf("tag %q does not exist", name)) // stand-in, never recorded
		}
		if !slices.Contains(next, name) {
			next = append(next, name)
		}
	}
	if len(next) > maxFirewallTags {
		return unprocessable("a firewall can have 5 tags at most") // stand-in, never recorded
	}
	f.tags = next
	return nil
}

// allow adds rules; one that is there already is there once.
func (f *firewall) allow(more rules) error {
	in, err := keptRules(append(slices.Clone(f.in), more.In...), true)
	if err != nil {
		return err
	}
	out, err := keptRules(append(slices.Clone(f.out), more.Out...), false)
	if err != nil {
		return err
	}
	if len(in)+len(out) > maxFirewallRules {
		return unprocessable("a firewall can have 50 rules at most") // stand-in, never recorded
	}
	f.in, f.out = in, out
	return nil
}

// forbid removes the rules that are equal to those named; one that is not there is passed over.
func (f *firewall) forbid(fewer rules) error {
	in, err := keptRules(fewer.In, true)
	if err != nil {
		return err
	}
	out, err := keptRules(fewer.Out, false)
	if err != nil {
		return err
	}
	f.in = slices.DeleteFunc(slices.Clone(f.in), func(r rule) bool { return slices.ContainsFunc(in, r.equal) })
	f.out = slices.DeleteFunc(slices.Clone(f.out), func(r rule) bool { return slices.ContainsFunc(out, r.equal) })
	return nil
}

func (s *Sim) deleteFirewall(c *call) (reply, error) {
	f, err := s.namedFirewall(c)
	if err != nil {
		return reply{}, err
	}
	s.firewalls = slices.DeleteFunc(s.firewalls, func(o *firewall) bool { return o == f })
	return noContent(), nil
}

// changeFirewall serves the parts of a firewall that have addresses of their own: POST adds, DELETE takes away.
func changeFirewall[T any](add, remove func(*Sim, *firewall, T) error) func(*Sim, *call) (reply, error) {
	return func(s *Sim, c *call) (reply, error) {
		f, err := s.namedFirewall(c)
		if err != nil {
			return reply{}, err
		}
		var in T
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		change := add
		if c.method == http.MethodDelete {
			change = remove
		}
		if err := change(s, f, in); err != nil {
			return reply{}, err
		}
		s.settleFirewall(c, f)
		return noContent(), nil
	}
}

type dropletsOrder struct {
	IDs []number `json:"droplet_ids"`
}

type tagsOrder struct {
	Tags []string `json:"tags"`
}

var (
	changeFirewallDroplets = changeFirewall(
		func(s *Sim, f *firewall, in dropletsOrder) error { return s.guard(f, in.IDs) },
		func(_ *Sim, f *firewall, in dropletsOrder) error {
			f.droplets = slices.DeleteFunc(f.droplets, func(id int64) bool { return slices.Contains(in.IDs, number(id)) })
			return nil
		})
	changeFirewallTags = changeFirewall(
		func(s *Sim, f *firewall, in tagsOrder) error { return s.guardTags(f, in.Tags) },
		func(_ *Sim, f *firewall, in tagsOrder) error {
			f.tags = slices.DeleteFunc(f.tags, func(t string) bool { return slices.Contains(in.Tags, t) })
			return nil
		})
	changeFirewallRules = changeFirewall(
		func(_ *Sim, f *firewall, in rules) error {
			if len(in.In)+len(in.Out) == 0 {
				return badRequest("at least one rule is required") // as at creation
			}
			return f.allow(in)
		},
		func(_ *Sim, f *firewall, in rules) error { return f.forbid(in) })
)
