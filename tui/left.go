package tui

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/widget"
)

// leftover is one thing that a saga has left behind.
type leftover struct {
	row   int
	what  string // "droplet_snapshot 229305611 arcadia-snap-482977-77e0b1d2"
	since time.Time
	cost  string // "$0.15 a month"; empty when it costs nothing, or nobody knows
}

// leftBehind lists what the rows that could not be undone have made, the last first. Ids and costs are in what the steps
// have put: names that end in _id, and _monthly_usd.
func leftBehind(s *engine.Saga) []leftover {
	var out []leftover
	for i := len(s.Rows) - 1; i >= 0; i-- {
		r := &s.Rows[i]
		if r.Status != engine.RowCompensationFailed {
			continue
		}
		l := leftover{row: i, since: r.StartedAt.Time, cost: monthly(r.Output)}
		if !r.FinishedAt.IsZero() {
			l.since = r.FinishedAt.Time
		}
		n := len(out)
		for _, c := range r.Resources {
			if c.After != nil {
				l.what = visible.Text(words(c.After.Type) + " " + c.After.ExternalID + " " + c.After.Name)
				out = append(out, l)
			}
		}
		if len(out) > n {
			continue
		}
		l.what = "what " + r.Name + " did"
		if ids := ids(r.Output); ids != "" {
			l.what = ids
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
			parts = append(parts, words(name)+" "+value(out[k]))
		}
	}
	return strings.Join(parts, ", ")
}

func monthly(out map[string]json.RawMessage) string {
	for k, v := range out {
		var usd float64
		if strings.HasSuffix(k, "_monthly_usd") && json.Unmarshal(v, &usd) == nil && usd > 0 {
			return dollars(usd)
		}
	}
	return ""
}

func dollars(usd float64) string { return "$" + strconv.FormatFloat(usd, 'f', 2, 64) + " a month" }

// leftLines say what is left; when there is not room for all the last line says how many more.
func (e *Env) leftLines(s *engine.Saga, width, room int) []string {
	t := e.Theme
	var out []string
	all := leftBehind(s)
	for i, l := range all {
		if len(out) >= room-1 && i > 0 {
			return append(out, t.Failed.Paint(widget.Cut(strconv.Itoa(len(all)-i)+plural(len(all)-i, " more is", " more are")+" left", width)))
		}
		text := "left: " + l.what
		if !l.since.IsZero() {
			text += ", " + e.Clock.Age(l.since) + " old"
		}
		if l.cost != "" {
			text += ", " + l.cost
		}
		lead := t.Symbols.Failed + " "
		for _, part := range widget.Wrap(text, width-2) {
			out = append(out, t.Failed.Paint(lead+part))
			lead = "  "
		}
	}
	return out
}
