package say

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Leftover is one thing that a saga has left behind.
type Leftover struct {
	Row   int
	What  string // "droplet_snapshot 229305611 arcadia-snap-482977-77e0b1d2"
	Since time.Time
	Cost  string // "$0.15 a month"; empty when it costs nothing, or nobody knows
}

// LeftBehind lists what the rows that could not be undone have made, the last first. Ids and costs are in what the steps
// have put: names that end in _id, and _monthly_usd.
func LeftBehind(s *engine.Saga) []Leftover {
	var out []Leftover
	for i := len(s.Rows) - 1; i >= 0; i-- {
		r := &s.Rows[i]
		if r.Status != engine.RowCompensationFailed {
			continue
		}
		l := Leftover{Row: i, Since: r.StartedAt.Time, Cost: monthly(r.Output)}
		if !r.FinishedAt.IsZero() {
			l.Since = r.FinishedAt.Time
		}
		n := len(out)
		for _, c := range r.Resources {
			if c.After != nil {
				l.What = visible.Text(Words(c.After.Type) + " " + c.After.ExternalID + " " + c.After.Name)
				out = append(out, l)
			}
		}
		if len(out) > n {
			continue
		}
		l.What = "what " + r.Name + " did"
		if ids := ids(r.Output); ids != "" {
			l.What = ids
		}
		out = append(out, l)
	}
	return out
}

// ids are the ids in an output, by name: "snapshot 229305611".
func ids(out map[string]json.RawMessage) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(out)) {
		if name, ok := strings.CutSuffix(k, "_id"); ok {
			parts = append(parts, Words(name)+" "+Value(out[k]))
		}
	}
	return strings.Join(parts, ", ")
}

func monthly(out map[string]json.RawMessage) string {
	for k, v := range out {
		var usd float64
		if strings.HasSuffix(k, "_monthly_usd") && json.Unmarshal(v, &usd) == nil && usd > 0 {
			return Monthly(usd)
		}
	}
	return ""
}

// Monthly writes what something costs a month, in US dollars.
func Monthly(usd float64) string { return "$" + strconv.FormatFloat(usd, 'f', 2, 64) + " a month" }

// Left says what is left behind, how old it is and what it costs.
func (n Now) Left(l Leftover) string {
	text := "left: " + l.What
	if !l.Since.IsZero() {
		text += ", " + n.Clock.Age(l.Since) + " old"
	}
	if l.Cost != "" {
		text += ", " + l.Cost
	}
	return text
}
