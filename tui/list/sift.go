package list

import (
	"arcadia/engine"
	"arcadia/tui/say"
)

// Sift turns a filter into what the store is asked and what is asked of each header. The store takes one exact status, kind
// or operator each; more than one of them would cost it a walk, so it gets the first of them and the rest is asked here. text is what a field of a header says.
func (f Filter) Sift(known func(field, value string) bool, text func(s *engine.Summary, field string) string) Sift {
	var out Sift
	rest := Filter{}
	for _, t := range f.terms {
		if t.plain && !t.not && out.Query.Kind == "" && out.Query.By == "" && len(out.Query.Statuses) == 0 {
			if t.field == "status" {
				if st := statusesLike(t.text); len(st) > 0 {
					out.Query.Statuses = st
					continue
				}
			}
			if t.field == "kind" && known("kind", t.text) {
				out.Query.Kind = t.text
				continue
			}
			if t.field == "by" && known("by", t.text) {
				out.Query.By = t.text
				continue
			}
		}
		rest.terms = append(rest.terms, t)
	}
	if !rest.Empty() {
		out.Keep = func(s *engine.Summary) bool {
			return rest.Match(func(field string) string { return text(s, field) })
		}
	}
	return out
}

// statusesLike are the statuses whose word contains the text.
func statusesLike(text string) []engine.Status {
	var out []engine.Status
	for _, s := range engine.Statuses() {
		if contains(say.Words(string(s)), text) || contains(string(s), text) {
			out = append(out, s)
		}
	}
	return out
}
