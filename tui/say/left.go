package say

import (
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Leftover is one thing that a saga has left behind, in words.
type Leftover struct {
	Row   int
	What  string // "droplet snapshot 229305611 arcadia-snap-482977-77e0b1d2"
	Since time.Time
	Cost  string // "$0.15 a month"; empty when it costs nothing, or nobody knows
}

// LeftBehind lists what the rows that could not be undone have made, the last first. What is gone for good is not left, and
// costs nothing.
func LeftBehind(s *engine.Saga) []Leftover {
	var out []Leftover
	for i := len(s.Rows) - 1; i >= 0; i-- {
		r := &s.Rows[i]
		if r.Status != engine.RowCompensationFailed {
			continue
		}
		for _, l := range r.Left {
			out = append(out, Leftover{Row: i, What: thing(l), Since: l.Since.Time, Cost: cost(l.MonthlyUSD)})
		}
		if len(r.Left) > 0 {
			continue
		}
		l := Leftover{Row: i, What: "what " + r.Name + " did", Since: r.StartedAt.Time}
		if r.Final != "" {
			l.What = "what " + r.Name + " did is gone for good"
		}
		if !r.FinishedAt.IsZero() {
			l.Since = r.FinishedAt.Time
		}
		out = append(out, l)
	}
	return out
}

func thing(l engine.LeftBehind) string {
	return visible.Text(strings.Join(strings.Fields(Words(l.Type)+" "+l.ID+" "+l.Name), " "))
}

func cost(usd float64) string {
	if usd <= 0 {
		return ""
	}
	return Monthly(usd)
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
