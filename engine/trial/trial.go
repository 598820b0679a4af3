// Package trial is what `arcadia smoke` runs: sagas to launch and what each must come to. Who knows the catalog writes the tables,
// who knows the commands runs them; neither knows the other.
package trial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"arcadia/engine"
)

// Trial is one smoke test: what is launched, and what must be seen.
type Trial struct {
	Test, Title string
	Launches    []engine.Launch // one after the other
	Wants       []Seen          // what each must come to
	Records     int             // TXT records that must be there afterwards
	Removes     bool            // it takes away what an earlier one made: when interrupted it goes on to its end
}

// Subject is what the smoke tests work on.
type Subject struct {
	Domain, Name string // of the TXT records that they write
	Droplet      int64  // to take a snapshot of
}

// Table is the smoke tests, made by who knows the catalog.
type Table struct {
	Of       func(on Subject) []Trial
	Snapshot func(droplet int64) string // how the names of a droplet's snapshots begin; a saga's short id follows
	// Tour is the tests of every kind there is. simulated: nothing in the account is real, so that all of them run.
	Tour func(on Subject, desk Desk, simulated bool) Tour
}

// Seen is what a test looks at in a saga.
type Seen struct {
	Short   string            `json:"short"`
	Kind    string            `json:"kind"`
	Status  engine.Status     `json:"status"`
	Error   *engine.SagaError `json:"error"`
	Steps   []string          `json:"steps"`   // "echo compensated"
	Context []string          `json:"context"` // its keys
	Echoed  string            `json:"echoed,omitempty"`
	Outcome string            `json:"outcome,omitempty"`
	Wrote   bool              `json:"wrote"` // a step saved an intent, as each does before it writes
}

// Of is what a test looks at in a saga.
func Of(s *engine.Saga) Seen {
	out := Seen{Short: s.Short, Kind: s.Kind, Status: s.Status, Error: s.Error, Steps: []string{}, Context: slices.Sorted(maps.Keys(s.Context))}
	if out.Context == nil {
		out.Context = []string{}
	}
	for _, r := range s.Rows {
		out.Steps = append(out.Steps, r.Name+" "+string(r.Status))
		out.Wrote = out.Wrote || r.Dirty
	}
	_ = json.Unmarshal(s.Context["outcome"], &out.Outcome) // absent in most
	out.Echoed = echoed(s.Context)
	return out
}

// echoed is the text that every echo step has put, or what they differ in.
func echoed(context map[string]json.RawMessage) string {
	var texts []string
	for _, k := range slices.Sorted(maps.Keys(context)) {
		var text string
		if strings.HasPrefix(k, "echoed_at_step_") && json.Unmarshal(context[k], &text) == nil {
			texts = append(texts, text)
		}
	}
	return strings.Join(slices.Compact(texts), " | ")
}

// Differences says in what a saga is not as the table has it. Context may hold more keys, but for echo, where the table
// has all of them; the error may hold more, too.
func (want Seen) Differences(seen Seen) []string {
	var out []string
	differ := func(what string, want, seen any) {
		w, _ := json.Marshal(want) // of strings
		s, _ := json.Marshal(seen)
		if !bytes.Equal(w, s) {
			out = append(out, fmt.Sprintf("%s is %s and should be %s", what, s, w))
		}
	}
	differ("status", want.Status, seen.Status)
	differ("ledger", want.Steps, seen.Steps)
	differ("outcome", want.Outcome, seen.Outcome)
	differ("wrote", want.Wrote, seen.Wrote)
	differ("echoed text", want.Echoed, seen.Echoed)
	if want.Error == nil || seen.Error == nil {
		differ("error", want.Error, seen.Error)
	} else {
		differ("reason", want.Error.Reason, seen.Error.Reason)
		differ("compensate_from_idx", want.Error.CompensateFromIdx, seen.Error.CompensateFromIdx)
	}
	if want.Echoed != "" {
		differ("context", want.Context, seen.Context)
	}
	for _, k := range want.Context {
		if !slices.Contains(seen.Context, k) {
			out = append(out, "context has no "+k)
		}
	}
	return out
}
