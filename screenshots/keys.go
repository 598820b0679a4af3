package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// key is one thing typed: what the terminal sends for it, in the normal and in the application form.
type key struct {
	name        string
	normal      string
	application string // empty: the same
}

func (k key) sequence(application bool) string {
	if application && k.application != "" {
		return k.application
	}
	return k.normal
}

// Sequences as xterm sends them.
func namedKeys() map[string]key {
	keys := map[string]key{
		"enter": {normal: "\r"}, "tab": {normal: "\t"}, "shift+tab": {normal: "\x1b[Z"},
		"esc": {normal: "\x1b"}, "space": {normal: " "}, "comma": {normal: ","},
		"backspace": {normal: "\x7f"}, "delete": {normal: "\x1b[3~"}, "insert": {normal: "\x1b[2~"},
		"up": {normal: "\x1b[A", application: "\x1bOA"}, "down": {normal: "\x1b[B", application: "\x1bOB"},
		"right": {normal: "\x1b[C", application: "\x1bOC"}, "left": {normal: "\x1b[D", application: "\x1bOD"},
		"home": {normal: "\x1b[H", application: "\x1bOH"}, "end": {normal: "\x1b[F", application: "\x1bOF"},
		"pgup": {normal: "\x1b[5~"}, "pgdown": {normal: "\x1b[6~"},
		"f1": {normal: "\x1bOP"}, "f2": {normal: "\x1bOQ"}, "f3": {normal: "\x1bOR"}, "f4": {normal: "\x1bOS"},
		"f5": {normal: "\x1b[15~"}, "f6": {normal: "\x1b[17~"}, "f7": {normal: "\x1b[18~"}, "f8": {normal: "\x1b[19~"},
		"f9": {normal: "\x1b[20~"}, "f10": {normal: "\x1b[21~"}, "f11": {normal: "\x1b[23~"}, "f12": {normal: "\x1b[24~"},
	}
	for name, k := range keys {
		k.name = name
		keys[name] = k
	}
	return keys
}

// parseKey knows keys by the names Bubble Tea gives them: enter, shift+tab, ctrl+c, alt+x, f2, or a single character.
func parseKey(name string) (key, error) {
	named := namedKeys()
	if k, ok := named[name]; ok {
		return k, nil
	}
	if utf8.RuneCountInString(name) == 1 {
		return key{name: name, normal: name}, nil
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok {
		k, err := parseKey(rest)
		if err != nil {
			return key{}, err
		}
		return key{name: name, normal: "\x1b" + k.normal}, nil
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		switch {
		case rest == "space":
			return key{name: name, normal: "\x00"}, nil
		case len(rest) == 1 && (rest[0] >= 'a' && rest[0] <= 'z' || strings.Contains(`[\]^_`, rest)):
			return key{name: name, normal: string(rune(rest[0] & 0x1F))}, nil
		}
	}
	known := make([]string, 0, len(named))
	for n := range named {
		known = append(known, n)
	}
	slices.Sort(known)
	return key{}, fmt.Errorf("no key is called %q: want a single character, ctrl+letter, alt+key or one of %s", name, strings.Join(known, " "))
}
