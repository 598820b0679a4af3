package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// FirewallRule adds one rule to a firewall, or takes one away. Its compensation does the opposite. The other rules are
// never written, so that nothing that stands there is lost.
type FirewallRule struct {
	walls  Walls
	remove bool
}

// NewAddFirewallRule makes the step that adds a rule.
func NewAddFirewallRule(walls Walls) FirewallRule { return FirewallRule{walls: walls} }

// NewRemoveFirewallRule makes the step that takes a rule away.
func NewRemoveFirewallRule(walls Walls) FirewallRule { return FirewallRule{walls: walls, remove: true} }

const (
	inFirewall  = "firewall"
	inDirection = "direction"
	inProtocol  = "protocol"
	inPorts     = "ports"
	inPeers     = "addresses"

	keyRule = "firewall_rule"
)

// The outcomes that a step about a firewall puts, besides outcomeNoop.
const (
	outcomeAdded   = "added"
	outcomeRemoved = "removed"
)

// ruleIntent is saved before the write.
type ruleIntent struct {
	Rule    Rule `json:"rule"`
	There   bool `json:"there"`             // before the write
	Begun   bool `json:"begun,omitempty"`   // a write may have been sent
	Refused bool `json:"refused,omitempty"` // it was answered with no
}

// Name is "add_firewall_rule" or "remove_firewall_rule".
func (f FirewallRule) Name() string {
	if f.remove {
		return "remove_firewall_rule"
	}
	return "add_firewall_rule"
}

// Inputs declares the firewall and the rule.
func (f FirewallRule) Inputs() []engine.Field {
	return []engine.Field{
		{
			Name: inFirewall, Label: "Firewall", Type: engine.TextField, Required: true, Check: checkFirewall, Options: f.options,
			Help: "the id of the firewall",
		},
		{
			Name: inDirection, Label: "Direction", Type: engine.ChoiceField, Choices: []string{"inbound", "outbound"}, Default: "inbound",
			Help: "to the droplets, or from them",
		},
		{
			Name: inProtocol, Label: "Protocol", Type: engine.ChoiceField, Choices: []string{"tcp", "udp", "icmp"}, Default: "tcp",
			Help: "ICMP has no ports",
		},
		{
			Name: inPorts, Label: "Ports", Type: engine.TextField, Default: "all", Help: "443, 8000-9000 or all",
			Check: func(value string, _ engine.Inputs) error { return checkPorts(value) },
			When:  func(in engine.Inputs) bool { return in[inProtocol] != "icmp" },
		},
		{
			Name: inPeers, Label: "Addresses", Type: engine.TextField, Default: "anywhere",
			Check: func(value string, _ engine.Inputs) error { return checkEnds(value) },
			Help:  "who may, with commas between: 192.0.2.1, 192.0.2.0/24, tag:NAME, droplet:ID, anywhere",
		},
	}
}

func checkFirewall(value string, _ engine.Inputs) error {
	bad := strings.ContainsFunc(value, func(r rune) bool { return (r < 'a' || r > 'f') && (r < '0' || r > '9') && r != '-' })
	if bad || len(value) != 36 {
		return fmt.Errorf("%q is not a firewall's id", visible.Short(value, 40))
	}
	return nil
}

func (f FirewallRule) options(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	all, err := f.walls.Firewalls(ctx)
	if err != nil {
		return nil, err
	}
	var out []engine.Option
	for _, w := range all {
		out = append(out, engine.Option{Value: w.ID, Label: visible.Text(w.Name), Detail: fmt.Sprintf("%d rules", len(w.Rules))})
	}
	return out, nil
}

// Locks names the firewall.
func (FirewallRule) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"firewall:" + in[inFirewall]}, nil
}

// rule is the rule of the inputs, in the form in which the service writes it.
func (f FirewallRule) rule(in engine.Inputs) (Rule, error) {
	if err := checkFirewall(in[inFirewall], in); err != nil {
		return Rule{}, named(inFirewall, err)
	}
	peers := in[inPeers]
	if peers == "" {
		peers = "anywhere"
	}
	r, err := ends(peers)
	if err != nil {
		return Rule{}, named(inPeers, err)
	}
	ports := in[inPorts]
	if ports == "" {
		ports = "all"
	}
	if err := checkPorts(ports); err != nil {
		return Rule{}, named(inPorts, err)
	}
	r.Outbound, r.Protocol, r.Ports = in[inDirection] == "outbound", in[inProtocol], ports
	if r.Protocol == "" {
		r.Protocol = "tcp"
	}
	return r.canonical(), nil
}

// find reads the firewall now, and whether the rule is one of its.
func (f FirewallRule) find(ctx context.Context, id string, r Rule) (w Firewall, there bool, err error) {
	all, err := f.walls.Firewalls(ctx)
	if err != nil {
		return w, false, err
	}
	at := slices.IndexFunc(all, func(o Firewall) bool { return o.ID == id })
	if at < 0 {
		return w, false, &CloudError{Class: NotFound, Text: "firewall " + id + " is not in this account"}
	}
	w = all[at]
	return w, slices.ContainsFunc(w.Rules, func(o Rule) bool { return o.Outbound == r.Outbound && o.equal(r) }), nil
}

// Target is the firewall's name. One that does not exist refuses the launch, and so does a token known to lack a scope.
func (f FirewallRule) Target(ctx context.Context, in engine.Inputs) (string, error) {
	r, err := f.rule(in)
	if err != nil {
		return "", err
	}
	w, _, err := f.find(ctx, in[inFirewall], r)
	if err != nil {
		return "", err
	}
	if err := denied(f.walls, AddRules, RemoveRules); err != nil {
		return "", fmt.Errorf("change firewall %s: %w", visible.Text(w.Name), err)
	}
	return "firewall " + visible.Text(w.Name), nil
}

// Plan says which rule would be added or taken away.
func (f FirewallRule) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	r, err := f.rule(in)
	if err != nil {
		return engine.Change{}, err
	}
	w, there, err := f.find(ctx, in[inFirewall], r)
	if err != nil {
		return engine.Change{}, err
	}
	subject := fmt.Sprintf("rule %s of firewall %s", visible.Text(r.String()), visible.Text(w.Name))
	if there != f.remove {
		return engine.Change{Action: engine.ActNone, Subject: subject, Undo: nothingToUndo}, nil
	}
	if f.remove {
		return engine.Change{Action: engine.ActDelete, Subject: subject, Undo: "adds the rule again"}, nil
	}
	return engine.Change{Action: engine.ActCreate, Subject: subject, Undo: "takes the rule away"}, nil
}

// Execute writes the rule, and looks whether it is as wanted. To write it twice does no harm.
func (f FirewallRule) Execute(ctx context.Context, s *engine.State) error {
	r, err := f.rule(s.Inputs())
	if err != nil {
		return err
	}
	in := ruleIntent{Rule: r}
	saved, err := s.Saved(keyRule, &in)
	if err != nil {
		return err
	}
	if in.Begun && !in.Refused { // the write of an earlier attempt may still arrive
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
	}
	_, there, err := f.find(ctx, s.Input(inFirewall), r)
	if err != nil {
		return verdict(ctx, err)
	}
	if !saved {
		in.There = there
	}
	if there == f.remove {
		in.Begun, in.Refused = true, false
	}
	s.Put(keyRule, in)
	if err := s.Save(ctx); err != nil {
		return err
	}
	if there != f.remove {
		f.outcome(s, in)
		return nil
	}
	if err := f.write(ctx, s.Input(inFirewall), r, !f.remove); err != nil {
		if refused(err) {
			in.Refused = true
			s.Put(keyRule, in)
		}
		return verdict(ctx, err)
	}
	if err := f.settle(ctx, s.Input(inFirewall), r, !f.remove); err != nil {
		return err
	}
	f.outcome(s, in)
	return nil
}

// outcome puts which rule it was and what came of it. An attempt before this one may have written it.
func (f FirewallRule) outcome(s *engine.State, in ruleIntent) {
	what := outcomeAdded
	switch {
	case !in.Begun || in.Refused:
		what = outcomeNoop
	case f.remove:
		what = outcomeRemoved
	}
	s.Put("rule", in.Rule.String())
	s.Put(keyOutcome, what)
}

// write adds the rule or takes it away.
func (f FirewallRule) write(ctx context.Context, id string, r Rule, add bool) error {
	if add {
		return f.walls.AddRule(ctx, id, r)
	}
	return f.walls.RemoveRule(ctx, id, r)
}

// settle waits until the rule shows, or is gone.
func (f FirewallRule) settle(ctx context.Context, id string, r Rule, there bool) error {
	for n := range lookups {
		if n > 0 {
			if err := pause(ctx, lookupPause); err != nil {
				return err
			}
		}
		_, is, err := f.find(ctx, id, r)
		if err != nil || is == there {
			return verdict(ctx, err)
		}
	}
	return fmt.Errorf("%w: rule %s of firewall %s", errNoEffect, r, id)
}

// Compensate takes the rule away again, or adds it, if this row has changed it.
func (f FirewallRule) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var in ruleIntent
	if saved, err := s.Saved(keyRule, &in); err != nil || !saved || !in.Begun || in.Refused || in.There != f.remove {
		return err
	}
	if err := pause(ctx, lateWrite); err != nil { // a write that was cut off on its way may still arrive
		return err
	}
	id := s.Input(inFirewall)
	_, there, err := f.find(ctx, id, in.Rule)
	switch {
	case absent(err) && in.There:
		return &engine.Conflict{Subject: "firewall " + id, Prior: in.Rule.String(), Written: "no such rule", Live: "the firewall is gone"}
	case absent(err):
		return nil // gone with its rules
	case err != nil:
		return verdict(ctx, err)
	case there == in.There:
		return nil
	}
	if err := f.write(ctx, id, in.Rule, in.There); err != nil {
		return verdict(ctx, err)
	}
	return f.settle(ctx, id, in.Rule, in.There)
}

// DescribeUndo says what happens to the rule.
func (f FirewallRule) DescribeUndo(s *engine.State) string {
	var in ruleIntent
	if ok, _ := s.Saved(keyRule, &in); !ok || !in.Begun || in.Refused || in.There != f.remove {
		return nothingToUndo
	}
	if f.remove {
		return "adds rule " + visible.Text(in.Rule.String()) + " again"
	}
	return "takes rule " + visible.Text(in.Rule.String()) + " away"
}
