package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"arcadia/engine"
)

// Kinds that the tests launch.
const (
	upserting = "upsert_dns_record"
	deleting  = "delete_dns_record"
	adhoc     = "adhoc"
)

// smokeTrial is one of the six tests: what is launched, and what must be seen.
type smokeTrial struct {
	test, title string
	launches    []engine.Launch // one after the other
	wants       []smokeSaga     // what each must come to
	records     int             // TXT records that must be there afterwards
}

// smokeSaga is what a test looks at in a saga.
type smokeSaga struct {
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

// smokeTrials is the table.
func smokeTrials(on smokeSubject) []smokeTrial {
	failed := func(from int) *engine.SagaError {
		return &engine.SagaError{Reason: "step_failed:fail", CompensateFromIdx: from}
	}
	ad := func(in engine.Inputs, steps ...string) engine.Launch {
		return engine.Launch{Kind: adhoc, Steps: steps, Inputs: in}
	}
	upsert := engine.Launch{Kind: upserting, Inputs: on.record()}
	gone := on.record()
	delete(gone, "dns_record_data")
	return []smokeTrial{
		{
			test: "T1", title: "echo, echo, echo",
			launches: []engine.Launch{ad(engine.Inputs{"text": "hello"}, "echo", "echo", "echo")},
			wants: []smokeSaga{{
				Status: engine.Completed, Steps: []string{"echo completed", "echo completed", "echo completed"},
				Context: []string{"echoed_at_step_0", "echoed_at_step_1", "echoed_at_step_2"}, Echoed: "hello",
			}},
		},
		{
			test: "T2", title: "echo, echo, fail",
			launches: []engine.Launch{ad(engine.Inputs{"text": "hello"}, "echo", "echo", "fail")},
			wants: []smokeSaga{{
				Status: engine.RolledBack, Error: failed(1), Steps: []string{"echo compensated", "echo compensated", "fail failed"},
				Context: []string{"echoed_at_step_0", "echoed_at_step_1"}, Echoed: "hello",
			}},
		},
		{
			test: "T3", title: "create_droplet_snapshot, fail",
			launches: []engine.Launch{ad(on.machine(), "create_droplet_snapshot", "fail")},
			wants: []smokeSaga{{
				Status: engine.RolledBack, Error: failed(0), Steps: []string{"create_droplet_snapshot compensated", "fail failed"},
				// Both are put when the snapshot has been seen, and only then.
				Context: []string{"snapshot_id", "snapshot_name"}, Wrote: true,
			}},
		},
		{
			test: "T4", title: "upsert_dns_record, fail",
			launches: []engine.Launch{ad(on.record(), upserting, "fail")},
			wants: []smokeSaga{{
				Status: engine.RolledBack, Error: failed(0), Steps: []string{"upsert_dns_record compensated", "fail failed"},
				Context: []string{"dns_record_id"}, Outcome: "created", Wrote: true,
			}},
		},
		{
			test: "T5", title: "upsert_dns_record, twice",
			launches: []engine.Launch{upsert, upsert}, records: 1,
			wants: []smokeSaga{
				{Status: engine.Completed, Steps: []string{"upsert_dns_record completed"}, Context: []string{"dns_record_id"}, Outcome: "created", Wrote: true},
				{Status: engine.Completed, Steps: []string{"upsert_dns_record completed"}, Context: []string{"dns_record_id"}, Outcome: "noop"},
			},
		},
		{
			test: "T6", title: "delete_dns_record",
			launches: []engine.Launch{{Kind: deleting, Inputs: gone}},
			wants: []smokeSaga{
				{Status: engine.Completed, Steps: []string{"delete_dns_record completed"}, Context: []string{"dns_prior_records"}, Outcome: "deleted", Wrote: true},
			},
		},
	}
}

// pinned is what a test looks at in a saga.
func pinned(s *engine.Saga) smokeSaga {
	out := smokeSaga{Short: s.Short, Kind: s.Kind, Status: s.Status, Error: s.Error, Steps: []string{}, Context: slices.Sorted(maps.Keys(s.Context))}
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

// differences says in what a saga is not as the table has it. Context may hold more keys, but for echo, where the table
// has all of them; the error may hold more, too.
func (want smokeSaga) differences(seen smokeSaga) []string {
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
