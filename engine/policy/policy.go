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
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"arcadia/engine"
	"arcadia/engine/trust"
)

// maxFile bounds the file, maxRules its lists.
const (
	maxFile  = 256 << 10
	maxRules = 1000
)

// File is the policy in a file, asked anew each time. Safe for concurrent use.
type File string

// Policy reads the file as it is now.
func (f File) Policy() (engine.Policy, error) {
	text, err := trust.Read(string(f), trust.Rule{Forbidden: 0o022, Max: maxFile})
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
func Parse(text []byte) (engine.Policy, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return engine.Policy{}, nil
	case err != nil:
		return engine.Policy{}, err
	}
	r := reader{}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		r.wrong(&more, "a policy is one document: nothing may follow ---")
	}
	var p engine.Policy
	if len(doc.Content) == 1 && doc.Content[0].Tag != "!!null" {
		p = r.policy(doc.Content[0])
	}
	if len(r.errs) > 0 {
		return engine.Policy{}, errors.Join(r.errs...)
	}
	return p, nil
}

// reader gathers what is wrong.
type reader struct{ errs []error }

func (r *reader) wrong(n *yaml.Node, format string, args ...any) {
	if len(r.errs) < 20 {
		r.errs = append(r.errs, fmt.Errorf("line %d: %w", n.Line, fmt.Errorf(format, args...)))
	}
}

// entries calls with for each entry of a map: those that are known, each once.
func (r *reader) entries(n *yaml.Node, what string, known []string, with func(name string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "%s: give %s", what, strings.Join(known, ", "))
		return
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		switch {
		case v.Kind == yaml.AliasNode || key.Kind == yaml.AliasNode || key.Tag == "!!merge":
			r.wrong(key, "%s: no anchors here: write it out", what)
		case !slices.Contains(known, key.Value):
			r.wrong(key, "%s: %.40q is not known%s: there are %s", what, key.Value, engine.Meant(key.Value, known), strings.Join(known, ", "))
		case slices.Contains(seen, key.Value):
			r.wrong(key, "%s: %s is given twice", what, key.Value)
		default:
			with(key.Value, v)
		}
		seen = append(seen, key.Value)
	}
}

// items calls with for each item of a list.
func (r *reader) items(n *yaml.Node, what string, with func(v *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, "%s: give a list", what)
		return
	}
	if len(n.Content) > maxRules {
		r.wrong(n, "%s: %d entries: at most %d", what, len(n.Content), maxRules)
		return
	}
	for _, v := range n.Content {
		with(v)
	}
}

// text is a single value, as it is written.
func (r *reader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
		r.wrong(n, "%s: give one value", what)
		return ""
	}
	return n.Value
}

func (r *reader) span(n *yaml.Node, what string) time.Duration {
	text := r.text(n, what)
	d, err := time.ParseDuration(text)
	if text != "" && (err != nil || d <= 0) {
		r.wrong(n, "%s: %.40q is no length of time: write it as 10m or 24h", what, text)
	}
	return d
}

func (r *reader) policy(n *yaml.Node) (p engine.Policy) {
	r.entries(n, "policy", []string{"approvals", "break_glass", "protect"}, func(name string, v *yaml.Node) {
		switch name {
		case "approvals":
			r.items(v, name, func(v *yaml.Node) { p.Approvals = append(p.Approvals, r.rule(v)) })
		case "break_glass":
			r.entries(v, name, []string{"after"}, func(_ string, v *yaml.Node) { p.BreakGlass = r.span(v, "after") })
			if p.BreakGlass == 0 && v.Kind == yaml.MappingNode && len(v.Content) == 0 {
				r.wrong(v, "break_glass: say after how long, as {after: 10m}")
			}
		case "protect":
			r.items(v, name, func(v *yaml.Node) { p.Protect = append(p.Protect, r.thing(v, "protect")) })
		}
	})
	return p
}

func (r *reader) rule(n *yaml.Node) engine.ApprovalRule {
	rule := engine.ApprovalRule{Demand: engine.Demand{Within: engine.Span(24 * time.Hour)}}
	about := false
	r.entries(n, "approvals", []string{"when", "need", "from", "within"}, func(name string, v *yaml.Node) {
		switch name {
		case "when":
			about = true
			rule.When = r.when(v)
		case "need":
			if err := v.Decode(&rule.Need); err != nil {
				r.wrong(v, "need: give a whole number")
			}
		case "from":
			r.items(v, name, func(v *yaml.Node) {
				who := r.text(v, name)
				if slices.Contains(rule.From, who) {
					r.wrong(v, "from: %s is named twice", who)
				}
				rule.From = append(rule.From, who)
			})
		case "within":
			rule.Within = engine.Span(r.span(v, name))
		}
	})
	if n.Kind != yaml.MappingNode {
		return rule
	}
	if !about {
		r.wrong(n, "approvals: say when, as when: {final: true}")
	}
	if err := rule.Sound(); err != nil {
		r.wrong(n, "approvals: %w", err)
	}
	return rule
}

func (r *reader) when(n *yaml.Node) (w engine.When) {
	r.entries(n, "when", []string{"final", "kind", "step", "touches"}, func(name string, v *yaml.Node) {
		switch name {
		case "final":
			if v.Tag != "!!bool" || v.Decode(&w.Final) != nil || !w.Final {
				r.wrong(v, "final: true, or leave it out")
			}
		case "kind":
			w.Kind = r.text(v, name)
		case "step":
			w.Step = r.text(v, name)
		case "touches":
			w.Touches = r.thing(v, name)
		}
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.wrong(n, "when: say what it is about: final, kind, step or touches")
	}
	return w
}

// things are the forms of the names of what can be protected, which are those of its locks, and tags.
var things = regexp.MustCompile(`^(?:(?:droplet|snapshot|volume|volume_snapshot):[^\s]+|ip:[0-9.]+|firewall:[0-9a-f-]+|tag:[A-Za-z0-9:_-]{1,255}|dns:[a-z0-9._-]+/[a-z0-9@*._-]+)$`)

func (r *reader) thing(n *yaml.Node, what string) string {
	name := r.text(n, what)
	if name != "" && !things.MatchString(name) {
		r.wrong(n, "%s: %.60q names nothing: write droplet:482913, tag:prod or dns:example.com/@", what, name)
	}
	return name
}
