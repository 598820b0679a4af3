package say

import (
	"strings"
	"unicode"
)

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
