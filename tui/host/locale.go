package host

import (
	"cmp"
	"slices"
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

// valueOf is a variable of a session's environment.
func valueOf(environ []string, name string) string {
	for _, v := range environ {
		if text, ok := strings.CutPrefix(v, name+"="); ok {
			return text
		}
	}
	return ""
}

// noColor reports whether a session's environment wants no colors: any NO_COLOR with something in it.
func noColor(environ []string) bool {
	return slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, "NO_COLOR=") && v != "NO_COLOR=" })
}
