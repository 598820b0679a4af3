// Package policy reads the file that says who has to agree to what, and what is not to be touched.
//
//	approvals:
//	  - when: {final: true}
//	    need: 1
//	    within: 24h
//	  - when: {kind: offboard_droplet}
//	    need: 2
//	    from: [ops2, ops3]
//	break_glass: {after: 10m}
//	protect: [droplet:482913, tag:prod, dns:example.com/@]
//
// It is read at each use, so that an edit counts from the next launch on. A file that is not there has no rules. One that cannot
// be read, in any line, or that somebody else could have written, is an error: what asks it then forbids.
package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"arcadia/engine"
	"arcadia/engine/strict"
	"arcadia/engine/trust"
)

// File is the policy in a file, read again each time it is asked. Safe for concurrent use.
type File string

// Policy reads the file as it is now.
func (f File) Policy() (engine.Policy, error) {
	text, err := trust.Read(string(f), trust.Rule{Forbidden: 0o022, Max: strict.MaxFile})
	if _, none := os.Lstat(string(f)); errors.Is(none, fs.ErrNotExist) {
		return engine.Policy{}, nil // and no link either that leads nowhere
	}
	if err != nil {
		return engine.Policy{}, fmt.Errorf("policy: %w", err)
	}
	p, err := Parse(text)
	if err != nil {
		return engine.Policy{}, fmt.Errorf("policy %s: %w", string(f), err)
	}
	return p, nil
}

// Parse reads a policy. The error names every line that is wrong.
func Parse(text []byte) (p engine.Policy, err error) {
	err = strict.Read(text, "a policy", func(r *strict.Reader, root *yaml.Node) { p = reader{r}.policy(root) })
	if err != nil {
		return engine.Policy{}, err
	}
	return p, nil
}

// reader reads the parts of a policy.
type reader struct{ *strict.Reader }

func (r reader) policy(n *yaml.Node) (p engine.Policy) {
	r.Entries(n, "policy", []string{"approvals", "break_glass", "protect"}, func(name string, v *yaml.Node) {
		switch name {
		case "approvals":
			r.Items(v, name, func(v *yaml.Node) { p.Approvals = append(p.Approvals, r.rule(v)) })
		case "break_glass":
			r.Entries(v, name, []string{"after"}, func(_ string, v *yaml.Node) { p.BreakGlass = engine.Span(r.Span(v, "after")) })
			if p.BreakGlass == 0 && v.Kind == yaml.MappingNode && len(v.Content) == 0 {
				r.Wrong(v, "break_glass: say after how long, as {after: 10m}")
			}
		case "protect":
			r.Items(v, name, func(v *yaml.Node) { p.Protect = append(p.Protect, r.thing(v, "protect")) })
		}
	})
	return p
}

func (r reader) rule(n *yaml.Node) engine.ApprovalRule {
	rule := engine.ApprovalRule{Demand: engine.Demand{Within: engine.Span(24 * time.Hour)}}
	about := false
	r.Entries(n, "approvals", []string{"when", "need", "from", "within"}, func(name string, v *yaml.Node) {
		switch name {
		case "when":
			about = true
			rule.When = r.when(v)
		case "need":
			if err := v.Decode(&rule.Need); err != nil {
				r.Wrong(v, "need: give a whole number")
			}
		case "from":
			r.Items(v, name, func(v *yaml.Node) {
				who := r.Text(v, name)
				if slices.Contains(rule.From, who) {
					r.Wrong(v, "from: %s is named twice", who)
				}
				rule.From = append(rule.From, who)
			})
		case "within":
			rule.Within = engine.Span(r.Span(v, name))
		}
	})
	if n.Kind != yaml.MappingNode {
		return rule
	}
	if !about {
		r.Wrong(n, "approvals: say when, as when: {final: true}")
	}
	if err := rule.Sound(); err != nil {
		r.Wrong(n, "approvals: %w", err)
	}
	return rule
}

func (r reader) when(n *yaml.Node) (w engine.When) {
	r.Entries(n, "when", []string{"final", "kind", "step", "touches"}, func(name string, v *yaml.Node) {
		switch name {
		case "final":
			if v.Tag != "!!bool" || v.Decode(&w.Final) != nil || !w.Final {
				r.Wrong(v, "final: true, or leave it out")
			}
		case "kind":
			w.Kind = r.Text(v, name)
		case "step":
			w.Step = r.Text(v, name)
		case "touches":
			w.Touches = r.thing(v, name)
		}
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.Wrong(n, "when: say what it is about: final, kind, step or touches")
	}
	return w
}

// things are the forms of the names of what can be protected, which are those of its locks, and tags.
var things = regexp.MustCompile(`^(?:(?:droplet|snapshot|volume|volume_snapshot):[^\s]+|ip:[0-9.]+|firewall:[0-9a-f-]+|tag:[A-Za-z0-9:_-]{1,255}|dns:[a-z0-9._-]+/[a-z0-9@*._-]+)$`)

func (r reader) thing(n *yaml.Node, what string) string {
	name := r.Text(n, what)
	if name != "" && !things.MatchString(name) {
		r.Wrong(n, "%s: %.60q names nothing: write droplet:482913, tag:prod or dns:example.com/@", what, name)
	}
	return name
}
