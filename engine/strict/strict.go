// Package strict reads YAML that leaves nothing to guess: every key is known and given once, every value has its form, and an error
// names each line that is wrong, with the nearest word that is known.
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"arcadia/engine"
)

// MaxFile is how many bytes a file of settings, policies or contexts has at most.
const MaxFile = 256 << 10

// maxItems bounds each list and each map with names of its own; maxErrors how much is said to be wrong.
const (
	maxItems  = 1000
	maxErrors = 20
)

// Reader goes through one document and gathers what is wrong with it.
type Reader struct{ errs []error }

// Read goes through a text of one document, what it is called in errors; with is not called when there is nothing in it. The error names
// every line that is wrong.
func Read(text []byte, what string, with func(r *Reader, root *yaml.Node)) error {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	var r Reader
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		r.Wrong(&more, "%s is one document: nothing may follow ---", what)
	}
	if len(doc.Content) == 1 && doc.Content[0].Tag != "!!null" {
		with(&r, doc.Content[0])
	}
	return errors.Join(r.errs...)
}

// Wrong notes what is wrong with a node.
func (r *Reader) Wrong(n *yaml.Node, format string, args ...any) {
	if len(r.errs) < maxErrors {
		r.errs = append(r.errs, fmt.Errorf("line %d: %w", n.Line, fmt.Errorf(format, args...)))
	}
}

// Entries calls with for each entry of a map: those that are known, each once.
func (r *Reader) Entries(n *yaml.Node, what string, known []string, with func(name string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.Wrong(n, "%s: give %s", what, strings.Join(known, ", "))
		return
	}
	r.each(n, what, func(key, v *yaml.Node) {
		if !slices.Contains(known, key.Value) {
			r.Wrong(key, "%s: %.40q is not known%s: there are %s", what, key.Value, engine.Meant(key.Value, known), strings.Join(known, ", "))
			return
		}
		with(key.Value, v)
	})
}

// Named calls with for each entry of a map whose keys are names of its own, each once.
func (r *Reader) Named(n *yaml.Node, what string, with func(name, v *yaml.Node)) {
	switch {
	case n.Kind != yaml.MappingNode:
		r.Wrong(n, "%s: give names, each with what is meant by it", what)
	case len(n.Content) > 2*maxItems:
		r.Wrong(n, "%s: %d entries: at most %d", what, len(n.Content)/2, maxItems)
	default:
		r.each(n, what, with)
	}
}

// each goes through a map, each key once.
func (r *Reader) each(n *yaml.Node, what string, with func(key, v *yaml.Node)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		switch {
		case v.Kind == yaml.AliasNode || key.Kind == yaml.AliasNode || key.Tag == "!!merge":
			r.Wrong(key, "%s: no anchors here: write it out", what)
		case seen[key.Value]:
			r.Wrong(key, "%s: %.40s is given twice", what, key.Value)
		default:
			with(key, v)
		}
		seen[key.Value] = true
	}
}

// Items calls with for each item of a list.
func (r *Reader) Items(n *yaml.Node, what string, with func(v *yaml.Node)) {
	switch {
	case n.Kind != yaml.SequenceNode:
		r.Wrong(n, "%s: give a list", what)
	case len(n.Content) > maxItems:
		r.Wrong(n, "%s: %d entries: at most %d", what, len(n.Content), maxItems)
	default:
		for _, v := range n.Content {
			with(v)
		}
	}
}

// Text is a single value, as it is written.
func (r *Reader) Text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
		r.Wrong(n, "%s: give one value", what)
		return ""
	}
	return n.Value
}

// OneOf is a value among some.
func (r *Reader) OneOf(n *yaml.Node, what string, among []string) string {
	text := r.Text(n, what)
	if text != "" && !slices.Contains(among, text) {
		r.Wrong(n, "%s: %.40q is not known%s: there are %s", what, text, engine.Meant(text, among), strings.Join(among, ", "))
	}
	return text
}

// Yes is true or false.
func (r *Reader) Yes(n *yaml.Node, what string) (yes bool) {
	if n.Tag != "!!bool" || n.Decode(&yes) != nil {
		r.Wrong(n, "%s: give true or false", what)
	}
	return yes
}

// Span is a length of time.
func (r *Reader) Span(n *yaml.Node, what string) time.Duration {
	text := r.Text(n, what)
	d, err := time.ParseDuration(text)
	if text != "" && (err != nil || d <= 0) {
		r.Wrong(n, "%s: %.40q is not a length of time: write it as 10m or 24h", what, text)
	}
	return d
}
