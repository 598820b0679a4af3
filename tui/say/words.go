// Package say holds every word about sagas, entries, waits, left-overs, durations and money: what the console shows, what the
// commands print and what an export writes is said here once. All of it is pure: facts in, words out. Whoever shows a text
// gives it a color by its Tone.
package say

import "strings"

// Words writes a name of the store, such as rolled_back, as people read it.
func Words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// Plural is one or many, as n has it.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Sentence is a text that begins small as a sentence of its own.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	out := strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(out, ".") {
		return out
	}
	return out + "."
}

// Copies says how many copies there are of a droplet that is gone, or asleep.
func Copies(n int, asleep bool) string {
	switch {
	case n == 1 && asleep:
		return "one copy"
	case n == 1:
		return "the last copy"
	}
	return Thousands(n) + " copies"
}
