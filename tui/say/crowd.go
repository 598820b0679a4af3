package say

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"arcadia/engine"
)

// NobodyDrives says in two lines that no step of any saga starts, since when, and what can be done all the same.
func (c Clock) NobodyDrives(crowd *engine.Crowd) (head, rest string) {
	head, rest = "Nobody drives: no step runs", "Reading, planning and launching go on; starts wait."
	if crowd.Mute {
		head, rest = "The store does not answer: no step runs", "Nothing is lost; all goes on by itself once more than half of its members run."
	}
	if !crowd.Since.IsZero() {
		head += " since " + crowd.Since.In(c.Zone()).Format("15:04:05") + ", " + c.Age(crowd.Since.Time) + " ago"
	}
	if crowd.Last != "" && !crowd.Mute {
		rest = crowd.Last + " was the last. " + rest
	}
	return head, rest
}

// Unlike names what differs from host to host and should not, in alphabetical order: the account, and the files that decide, operators and
// policy.
func Unlike(hosts []engine.Host) []string {
	first, differ, account := map[string]string{}, map[string]bool{}, ""
	for i := range hosts {
		if a := hosts[i].Account; a != "" { // one that does not know it yet may have the same
			differ["account"] = account != "" && account != a || differ["account"]
			account = a
		}
		for what, digest := range hosts[i].Files {
			if seen, ok := first[what]; ok && seen != digest {
				differ[what] = true
			}
			first[what] = digest
		}
	}
	for _, h := range hosts { // a file that some have and others have not differs too
		for what := range first {
			if _, has := h.Files[what]; !has {
				differ[what] = true
			}
		}
	}
	maps.DeleteFunc(differ, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(differ))
}

// Lacks are the steps of sagas that a host's build does not have, and how many of those sagas need one of them.
func Lacks(h *engine.Host, unfinished []engine.Summary) (steps []string, sagas int) {
	for i := range unfinished {
		lacks := false
		for _, step := range unfinished[i].StepNames {
			if slices.Contains(h.Steps, step) {
				continue
			}
			lacks = true
			if !slices.Contains(steps, step) {
				steps = append(steps, step)
			}
		}
		if lacks {
			sagas++
		}
	}
	slices.Sort(steps)
	return steps, sagas
}

// CannotDrive says why a host does not stand for driving while others do; empty when it may. newest is the version of a host that
// lacks nothing.
func CannotDrive(h *engine.Host, unfinished []engine.Summary, newest string) string {
	steps, sagas := Lacks(h, unfinished)
	if len(steps) == 0 {
		return ""
	}
	text := fmt.Sprintf("cannot drive: it lacks %s, which %d %s", Listed(steps), sagas, Plural(sagas, "saga needs", "sagas need"))
	if newest != "" && newest != h.Version {
		return text + "; update it to " + newest
	}
	return text + "; update it"
}

// Listed joins words as a sentence does.
func Listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// Was says of a saga that nobody drives how far it had come, in up to three lengths.
func Was(stand Stand, texts []string) []string {
	if stand == Undoing {
		return []string{"was undoing"}
	}
	if len(texts) == 0 {
		return []string{"was running"}
	}
	out := make([]string, len(texts))
	for i, x := range texts {
		if rest, waits := strings.CutPrefix(x, "waits"); waits {
			out[i] = "was waiting" + rest
			continue
		}
		out[i] = "was at " + x
	}
	return out
}

// Percent of a store's quota from which a person is told, and from which nothing new is launched.
const (
	fullTold    = 75
	fullRefuses = 85
)

// Fullness says what to do when a store is nearly full, empty when it is not.
func Fullness(percent int) string {
	text := fmt.Sprintf("%d %% of the quota is in use: ", percent)
	switch {
	case percent >= fullRefuses:
		return text + "nothing new is launched; prune (arcadia prune --older-than 30d), or raise the quota"
	case percent >= fullTold:
		return text + "prune (arcadia prune --older-than 30d), or raise the quota"
	}
	return ""
}
