package say

import (
	"cmp"
	"strings"
	"unicode"

	"arcadia/engine"
)

// PlanName is what is typed before a plan is launched of which something cannot be undone: the name of what is lost, or of what the
// saga is about.
func PlanName(p *engine.Plan) string {
	for i := range p.Steps {
		if c := &p.Steps[i].Change; c.Final != "" {
			return cmp.Or(Name(c.Subject), Name(p.Target), p.Kind)
		}
	}
	return cmp.Or(Name(p.Target), p.Kind)
}

// Name is the name of what a subject is about, as a person types it to confirm: "web-07" of "web-07 (482919)", "shop" of
// "A shop.example.com", "229305609" of "snapshot 229305609". Empty when the subject is.
func Name(subject string) string {
	words := strings.Fields(subject)
	for len(words) > 1 && strings.HasPrefix(words[len(words)-1], "(") {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if len(words) == 2 && strings.IndexFunc(words[0], func(r rune) bool { return !unicode.IsUpper(r) }) < 0 { // a DNS record
		last, _, _ = strings.Cut(last, ".")
	}
	return last
}
