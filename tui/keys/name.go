package keys

import (
	"slices"
	"strings"
	"unicode/utf8"

	"arcadia/engine/visible"
)

// namedKeys are the keys that are no character, by the names that the terminal library gives them.
var namedKeys = []string{
	"enter", "tab", "backspace", "esc", "space", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "insert", "delete",
	"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
}

// NoKey says why nothing that is pressed is called so; empty when something is.
func NoKey(name string) string {
	base, shift, modified := name, false, false
	for _, mod := range []string{"ctrl+", "alt+", "shift+"} {
		rest, ok := strings.CutPrefix(base, mod)
		if ok && rest != "" {
			base, modified = rest, true
			shift = shift || mod == "shift+"
		}
	}
	r, n := utf8.DecodeRuneInString(base)
	switch {
	case slices.Contains(namedKeys, base):
		return ""
	case base == "" || n != len(base):
		return ": it is a character, one of " + strings.Join(namedKeys, " ") + ", or ctrl+ alt+ shift+ before one, in this order"
	case visible.Text(base) != base || r == ' ':
		return ": a blank is called space, and what cannot be seen cannot be typed"
	case shift && !modified, shift && name == "shift+"+base:
		return ": write the character that shift makes of it"
	case modified && strings.ToLower(base) != base:
		return ": write it small"
	}
	return ""
}
