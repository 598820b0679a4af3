// Package smoke is the table of the smoke tests, over the catalog of kinds.
package smoke

import (
	"maps"
	"strconv"

	"arcadia/engine"
	"arcadia/engine/trial"
)

// Tests is the table of `arcadia smoke`: forward, backward, create, change and delete.
func Tests(on trial.Subject) []trial.Trial {
	failed := func(from int) *engine.SagaError {
		return &engine.SagaError{Reason: "step_failed:fail", CompensateFromIdx: from}
	}
	list := func(in engine.Inputs, steps ...string) engine.Launch {
		return engine.Launch{Kind: "adhoc", Steps: steps, Inputs: in}
	}
	named := engine.Inputs{"dns_domain": on.Domain, "dns_record_type": "TXT", "dns_record_name": on.Name}
	record := engine.Inputs{"dns_record_data": "arcadia smoke test"}
	maps.Copy(record, named)
	machine := engine.Inputs{"droplet_id": strconv.FormatInt(on.Droplet, 10)}
	text := engine.Inputs{"text": "hello"}
	upsert := engine.Launch{Kind: "upsert_dns_record", Inputs: record}
	return []trial.Trial{
		{
			Test: "T1", Title: "echo, echo, echo",
			Launches: []engine.Launch{list(text, "echo", "echo", "echo")},
			Wants: []trial.Seen{{
				Status: engine.Completed, Steps: []string{"echo completed", "echo completed", "echo completed"},
				Context: []string{"echoed_at_step_0", "echoed_at_step_1", "echoed_at_step_2"}, Echoed: "hello",
			}},
		},
		{
			Test: "T2", Title: "echo, echo, fail",
			Launches: []engine.Launch{list(text, "echo", "echo", "fail")},
			Wants: []trial.Seen{{
				Status: engine.RolledBack, Error: failed(1), Steps: []string{"echo compensated", "echo compensated", "fail failed"},
				Context: []string{"echoed_at_step_0", "echoed_at_step_1"}, Echoed: "hello",
			}},
		},
		{
			Test: "T3", Title: "create_droplet_snapshot, fail",
			Launches: []engine.Launch{list(machine, "create_droplet_snapshot", "fail")},
			Wants: []trial.Seen{{
				Status: engine.RolledBack, Error: failed(0), Steps: []string{"create_droplet_snapshot compensated", "fail failed"},
				// Both are put when the snapshot has been seen, and only then.
				Context: []string{"snapshot_id", "snapshot_name"}, Wrote: true,
			}},
		},
		{
			Test: "T4", Title: "upsert_dns_record, fail",
			Launches: []engine.Launch{list(record, "upsert_dns_record", "fail")},
			Wants: []trial.Seen{{
				Status: engine.RolledBack, Error: failed(0), Steps: []string{"upsert_dns_record compensated", "fail failed"},
				Context: []string{"dns_record_id"}, Outcome: "created", Wrote: true,
			}},
		},
		{
			Test: "T5", Title: "upsert_dns_record, twice",
			Launches: []engine.Launch{upsert, upsert}, Records: 1,
			Wants: []trial.Seen{
				{Status: engine.Completed, Steps: []string{"upsert_dns_record completed"}, Context: []string{"dns_record_id"}, Outcome: "created", Wrote: true},
				{Status: engine.Completed, Steps: []string{"upsert_dns_record completed"}, Context: []string{"dns_record_id"}, Outcome: "noop"},
			},
		},
		{
			Test: "T6", Title: "delete_dns_record", Removes: true,
			Launches: []engine.Launch{{Kind: "delete_dns_record", Inputs: named}},
			Wants: []trial.Seen{
				{Status: engine.Completed, Steps: []string{"delete_dns_record completed"}, Context: []string{"dns_prior_records"}, Outcome: "deleted", Wrote: true},
			},
		},
	}
}
