package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// The file of the policy is each host's own. So each says in the roster what is in its own, and at every launch the strictest of all that are
// there holds: every rule of any, everything that any protects, and the longest wait behind the glass.

// ownRules is this process's policy as it is now.
func (e *Engine) ownRules() (Policy, error) {
	if e.policy == nil {
		return Policy{}, nil
	}
	p, err := e.policy()
	if err != nil {
		return Policy{}, fmt.Errorf("the policy cannot be read, and what cannot be read forbids: %w", err)
	}
	return p, nil
}

// rules is the policy as it is now, of all who have the store open.
func (e *Engine) rules(ctx context.Context) (Policy, error) {
	p, err := e.ownRules()
	roster, shares := ability[Roster](e.store)
	if err != nil || !shares {
		return p, err
	}
	hosts, err := roster.Hosts(ctx)
	if err != nil {
		return Policy{}, fmt.Errorf("the policies of the other hosts are not known, and what cannot be read forbids: %w", err)
	}
	for i := range hosts {
		h := &hosts[i]
		switch {
		case h.Name == e.self.Name:
		case h.Unread != "":
			return Policy{}, fmt.Errorf("host %s cannot read its policy, and what cannot be read forbids: %s", h.Name, h.Unread)
		case h.Policy != nil:
			p = p.stricter(*h.Policy, h.Name)
		}
	}
	return p, nil
}

// stricter is what meets both, the other being that of a host.
func (p Policy) stricter(o Policy, host string) Policy {
	both := Policy{Approvals: slices.Concat(p.Approvals, o.Approvals), BreakGlass: max(p.BreakGlass, o.BreakGlass), Protect: slices.Clone(p.Protect), elsewhere: maps.Clone(p.elsewhere)}
	if len(p.Approvals) > 0 && p.BreakGlass == 0 || len(o.Approvals) > 0 && o.BreakGlass == 0 {
		both.BreakGlass = 0 // who asks for approvals and has no glass has none for the others either
	}
	for _, name := range o.Protect {
		if slices.Contains(both.Protect, name) {
			continue
		}
		if both.elsewhere == nil {
			both.elsewhere = map[string]string{}
		}
		both.Protect, both.elsewhere[name] = append(both.Protect, name), host
	}
	return both
}

// of says whose policy it is that protects something, when it is not this host's own.
func (p Policy) of(name string) string {
	if host := p.elsewhere[name]; host != "" {
		return " of host " + host
	}
	return ""
}

// maxShared is how much of a policy can be told to others, as JSON.
const maxShared = 32 << 10

// publish takes note of what this process's policy is now, so that the others are told when it is another than they know.
func (e *Engine) publish() {
	if !e.several {
		return
	}
	var p Policy
	var err error
	if e.policy != nil {
		p, err = e.policy()
	}
	text, wrong := json.Marshal(p)
	switch {
	case err == nil && wrong != nil:
		err = wrong
	case err == nil && len(text) > maxShared:
		err = fmt.Errorf("it is too large to be told to others: %d bytes, at most %d", len(text), maxShared)
	}
	e.crowd.mu.Lock()
	defer e.crowd.mu.Unlock()
	unread := ""
	if err != nil {
		unread, p = errorText(err), Policy{}
	}
	if e.self.Policy != nil && e.self.Unread == unread && reflect.DeepEqual(*e.self.Policy, p) {
		return
	}
	e.self.Policy, e.self.Unread, e.crowd.said = &p, unread, false
}
