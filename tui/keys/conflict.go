package keys

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// torn are the keys that an escape sequence which a slow line tears apart can produce.
const torn = "ABCDFHMOPQRSZmuy0123456789~[];<"

// never are keys that are bound to nothing: terminals, multiplexers and habits have other plans for them.
var never = []string{"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z", "ctrl+k", "delete"}

// sameByte are keys that most terminals send as another.
var sameByte = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc", "ctrl+h": "backspace"}

// Conflict is a binding that cannot be, and why.
type Conflict struct {
	Key     string
	Command Command // whose binding is to be changed
	Why     string
}

// String is a sentence without its end.
func (c Conflict) String() string {
	return string(c.Command) + " cannot have the key " + c.Key + ": " + c.Why
}

// Conflicts lists the bindings that cannot be, in the order of the map: a key that does two things where both would work,
// unless the built-in map means it so; a key that is never bound; a key that a torn escape sequence can produce and that
// would change the world.
func (k *Map) Conflicts() []Conflict {
	meant := map[[2]Command]bool{}
	clashes(k.builtIn, k.together, func(_ string, a, b Binding) { meant[[2]Command{a.Command, b.Command}] = true })
	var out []Conflict
	for _, b := range k.all {
		for _, key := range b.Keys {
			if why := b.forbids(key); why != "" {
				out = append(out, Conflict{Key: key, Command: b.Command, Why: why})
			}
		}
	}
	clashes(k.all, k.together, func(key string, a, b Binding) {
		if meant[[2]Command{a.Command, b.Command}] {
			return
		}
		by, other := b, a // the one that is not as it was built in is the one to change
		if i := slices.IndexFunc(k.builtIn, func(x Binding) bool { return x.Command == b.Command && x.Scope == b.Scope }); i >= 0 && slices.Contains(k.builtIn[i].Keys, key) {
			by, other = a, b
		}
		out = append(out, Conflict{Key: key, Command: by.Command, Why: "it is that of " + string(other.Command)})
	})
	slices.SortStableFunc(out, func(a, b Conflict) int { return strings.Compare(string(a.Command), string(b.Command)) })
	return slices.Compact(out)
}

// forbids says why a binding cannot have a key, whatever else has it.
func (b Binding) forbids(key string) string {
	base := strings.TrimPrefix(key, "alt+") // a torn sequence leaves its escape before the letter
	switch {
	case slices.Contains(never, key):
		return "it is never bound; terminals and habits have other plans for it"
	case key == "ctrl+c" && b.Command != CmdLeave:
		return "it always leaves"
	case sameByte[key] != "":
		return "terminals send it as " + sameByte[key]
	case b.Mutates() && utf8.RuneCountInString(base) == 1 && strings.Contains(torn, base):
		return "a slow line can produce it by itself, and it would change the world"
	}
	return ""
}

// Mutates reports whether the binding's command changes the world, or a saga.
func (b Binding) Mutates() bool { return b.Danger || b.Command == CmdPause }

// clashes finds the keys that two bindings of different commands have where both work. The first in the map comes first.
func clashes(all []Binding, together [][]Scope, found func(key string, a, b Binding)) {
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.Command == b.Command || !workTogether(together, a.Scope, b.Scope) {
				continue
			}
			for _, key := range a.Keys {
				if slices.Contains(b.Keys, key) {
					found(key, a, b)
				}
			}
		}
	}
}

func workTogether(together [][]Scope, a, b Scope) bool {
	return a == b || slices.ContainsFunc(together, func(g []Scope) bool { return slices.Contains(g, a) && slices.Contains(g, b) })
}
