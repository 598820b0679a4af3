package host

import (
	"cmp"
	"strings"
)

// ASCIIOnly reports whether a terminal shows nothing beyond ASCII, as its environment says: a locale that is not UTF-8, or the
// machine's own screen without one that is. An environment that says nothing about the locale says nothing about the others.
func ASCIIOnly(env func(string) string) bool {
	locale := strings.ToLower(cmp.Or(env("LC_ALL"), env("LC_CTYPE"), env("LANG")))
	if strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8") {
		return false
	}
	return locale != "" || env("TERM") == "linux"
}

// Remote reports whether the terminal of this process is at the other end of a network, where sequences arrive torn.
func Remote(environ []string) bool {
	for _, v := range environ {
		name, text, _ := strings.Cut(v, "=")
		if text != "" && (name == "SSH_TTY" || name == "SSH_CONNECTION" || strings.HasPrefix(name, "MOSH")) {
			return true
		}
	}
	return false
}
