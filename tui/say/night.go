package say

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/night"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
)

// NightZone is the zone of a night, and its name for people.
func NightZone(n *night.Night) (*time.Location, string) {
	zone, err := time.LoadLocation(n.Zone)
	if err != nil || n.Zone == "" {
		zone = time.UTC
	}
	if zone == time.Local {
		return zone, n.To.In(zone).Format("MST")
	}
	return zone, zone.String()
}

// NightSpan is when a night was: "Wed 18:00 to Thu 08:00, Europe/Berlin".
func NightSpan(n *night.Night) string {
	zone, name := NightZone(n)
	return n.From.In(zone).Format("Mon 2 Jan 15:04") + " to " + n.To.In(zone).Format("Mon 15:04") + ", " + name
}

// NightSum is one number of a night.
type NightSum struct {
	N    int
	Word string
	Tone Tone
}

// NightSums are how many sagas ended how, and what was missed. Of what stands still and what is not over yet only what there is.
func NightSums(n *night.Night) []NightSum {
	out := []NightSum{{n.Completed, "completed", Completed}, {n.RolledBack, "rolled back", RolledBack}, {n.Missed, "missed", Failed}, {n.Failed, "failed", Failed}}
	if n.Open > 0 {
		out = append(out, NightSum{n.Open, "under way", Running})
	}
	for i := range out {
		if out[i].N == 0 {
			out[i].Tone = Faint
		}
	}
	return out
}

// ThingsMade is what was made and deleted, by type: "droplet snapshots +21 −25".
func ThingsMade(all []night.Things, minus string) []string {
	var out []string
	for _, t := range all {
		text := Words(t.Type) + "s"
		if t.Made > 0 {
			text += " +" + strconv.Itoa(t.Made)
		}
		if t.Deleted > 0 {
			text += " " + minus + strconv.Itoa(t.Deleted)
		}
		out = append(out, text)
	}
	return out
}

// MadeAndDeleted is "1 made, 2 deleted"; empty when nothing was.
func MadeAndDeleted(made, deleted int) string {
	var parts []string
	if made > 0 {
		parts = append(parts, strconv.Itoa(made)+" made")
	}
	if deleted > 0 {
		parts = append(parts, strconv.Itoa(deleted)+" deleted")
	}
	return strings.Join(parts, ", ")
}

// Trouble says what to look at in a night: how it ended, about what, and why.
func Trouble(x *night.Trouble) (what, about, why string) {
	s := x.Saga
	switch {
	case s == nil && x.Outcome == schedule.Missed:
		return "missed", "", x.Why
	case s == nil:
		return "not launched", "", x.Why
	}
	what = StandOf(s).Word()
	if s.Error != nil {
		why = Why(s, "")
	}
	why = cmp.Or(x.Why, why)
	switch {
	case s.Status == engine.Failed:
		why = strings.TrimSuffix(strconv.Itoa(s.Residue)+" left behind: "+why, ": ")
	case !s.Status.Terminal():
		why = "waits for " + WaitingOn(s.Waiting)
	case !s.Error.StepFailed():
		why = s.Kind + " " + why
	}
	return what, s.Target, why
}

// Night says what went on in a night, in lines as a message has them. All of it is safe to show.
func Night(n *night.Night) []string {
	const minus = "-"
	zone, _ := NightZone(n)
	var sums []string
	for _, x := range NightSums(n) {
		sums = append(sums, strconv.Itoa(x.N)+" "+x.Word)
	}
	out := []string{"Last night, " + NightSpan(n), strings.Join(sums, ", ")}
	if n.More {
		out[1] += ", and more before: only the newest are counted"
	}
	facts := ThingsMade(n.Things, minus)
	if bill := Bill(n.MonthlyUSD, minus); bill != "" {
		facts = append(facts, "bill "+bill+" a month")
	}
	if len(facts) > 0 {
		out = append(out, strings.Join(facts, ", "))
	}
	if len(n.Look) > 0 {
		out = append(out, "look at these:")
	}
	for i := range n.Look {
		x := &n.Look[i]
		what, about, why := Trouble(x)
		line := "  " + x.At.In(zone).Format("15:04") + "  " + x.By + "  "
		if x.Saga != nil {
			line += about + " " + what + ", saga " + x.Saga.ID.Short()
		} else {
			line += what
		}
		if why != "" {
			line += ": " + why
		}
		out = append(out, line)
	}
	if len(n.Subjects) > 0 {
		out = append(out, "made and deleted:")
	}
	for _, x := range n.Subjects {
		line := fmt.Sprintf("  %s  %s", x.Name, cmp.Or(MadeAndDeleted(x.Made, x.Deleted), "nothing"))
		if bill := Bill(x.MonthlyUSD, minus); bill != "" {
			line += ", " + bill + " a month"
		}
		out = append(out, line)
	}
	for _, f := range n.Freezes {
		line := "frozen by " + f.Who() + " from " + f.At.In(zone).Format("15:04")
		if !f.EndedAt.IsZero() {
			line += " to " + f.EndedAt.In(zone).Format("15:04")
		}
		out = append(out, line+": "+f.Why)
	}
	for i := range out {
		out[i] = visible.Short(out[i], 300)
	}
	return out
}
