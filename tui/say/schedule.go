package say

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine/schedule"
)

// EachWord is the word among the inputs that is about a schedule itself.
const EachWord = "for_each"

// Launches is what a schedule launches, in one line, as a command has it.
func Launches(s *schedule.Schedule) string {
	words := []string{s.Kind}
	if len(s.Steps) > 0 {
		words = append(words, "--steps "+strings.Join(s.Steps, ","))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Inputs)) {
		words = append(words, k+"="+s.Inputs[k])
	}
	if s.ForEach != "" {
		words = append(words, EachWord+"="+s.ForEach)
	}
	return strings.Join(words, " ")
}

// Occurs is when a schedule occurs, in one line.
func Occurs(s *schedule.Schedule) string {
	text := "every " + s.Every.String()
	if s.Cron != "" {
		zone := s.Zone
		if zone == "" {
			zone = "UTC"
		}
		text = s.Cron + " " + zone
	}
	if s.Jitter > 0 {
		text += ", up to " + s.Jitter.String() + " later"
	}
	return text
}

// Foreseen is what a schedule would do now.
func Foreseen(s *schedule.Schedule, f *schedule.Foreseen) string {
	if f.Each != nil && len(f.Each) == 0 {
		return "nothing carries " + s.ForEach + ": it fires on nothing until something does"
	}
	if refusal := f.Plan.Refusal(); refusal != nil {
		return refusal.Error() // as the world is now; it may be another by then
	}
	if f.Each == nil {
		return "it would launch one saga"
	}
	const few = 5
	names := slices.Clone(f.Each[:min(len(f.Each), few)])
	if n := len(f.Each) - few; n > 0 {
		names = append(names, strconv.Itoa(n)+" more")
	}
	return fmt.Sprintf("it would launch a saga for each of %d: %s", len(f.Each), strings.Join(names, ", "))
}

// Ways are how a schedule treats what does not go as it should: lateness, overlap, an outage.
func Ways(s *schedule.Schedule) []Input {
	window := s.Window
	if window == 0 {
		window = schedule.Span(time.Hour)
	}
	overlap, misfire := "skip", "skip what is too late"
	if s.Overlap == schedule.OverlapQueue {
		overlap = "queue"
	}
	if s.Misfire == schedule.MisfireOnce {
		misfire = "newest only"
	}
	return []Input{{"Window", Span(time.Duration(window))}, {"If the last still runs", overlap}, {"After an outage", misfire}}
}
