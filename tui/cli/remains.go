package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	words "arcadia/tui/say"
)

// remain is what one step has left behind: its row could not be undone.
type remain struct {
	Idx     int                        `json:"idx"`
	Step    string                     `json:"step"`
	Undo    string                     `json:"undo"`        // what undoing it would do
	IDs     map[string]json.RawMessage `json:"ids"`         // the ids that the step has put, under their names and as it put them
	Things  []engine.LeftBehind        `json:"things"`      // all that is known of it
	Error   string                     `json:"error"`       // why that did not work
	Since   engine.Time                `json:"since"`       // when the step began
	Monthly float64                    `json:"monthly_usd"` // what it costs while it is there; 0 for what costs nothing or is not known
}

// shown is a saga as show and the commands that wait print it.
type shown struct {
	words.Whole
	Remains []remain `json:"remains"`
	// Told are the deliveries about it, the oldest first.
	Told []notify.Delivery `json:"told,omitempty"`
}

func remainsOf(eng Reader, s *engine.Saga) []remain {
	left := []remain{}
	for i := range s.Rows {
		row := &s.Rows[i]
		if row.Status != engine.RowCompensationFailed {
			continue
		}
		r := remain{Idx: row.Idx, Step: row.Name, Undo: eng.UndoText(s, row.Idx), Since: row.StartedAt, IDs: map[string]json.RawMessage{}, Things: []engine.LeftBehind{}}
		for _, l := range row.Left {
			r.Things = append(r.Things, l)
			r.Monthly += l.MonthlyUSD
		}
		for name, value := range row.Output {
			if strings.HasSuffix(name, "_id") {
				r.IDs[name] = value
			}
		}
		if row.Compensation != nil {
			r.Error = row.Compensation.Error
		}
		left = append(left, r)
	}
	return left
}

// ids names what a step has made, as name=value.
func ids(all []engine.LeftBehind) string {
	var parts []string
	for _, l := range all {
		if l.ID == "" {
			parts = append(parts, l.Type+"="+l.Name)
			continue
		}
		parts = append(parts, l.Type+"_id="+l.ID)
	}
	return strings.Join(parts, " ")
}

// writeRemains lists what is left behind, one line each. Nothing left writes nothing.
func writeRemains(w io.Writer, left []remain, now time.Time) error {
	if len(left) == 0 {
		return nil
	}
	if _, err := io.WriteString(w, "\nleft behind:\n"); err != nil {
		return written(err)
	}
	rows := [][]string{{"#", "STEP", "FOR", "A MONTH", "UNDOING IT", "IDS"}}
	for _, r := range left {
		cost := ""
		if r.Monthly > 0 {
			cost = fmt.Sprintf("$%.2f", r.Monthly)
		}
		rows = append(rows, []string{strconv.Itoa(r.Idx), r.Step, age(now.Sub(r.Since.Time)), cost, r.Undo, ids(r.Things)})
	}
	return columns(w, listed(rows))
}

// age is how long something has been there: in the largest unit that it fills.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
