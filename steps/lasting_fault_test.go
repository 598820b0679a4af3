package steps_test

import (
	"testing"
	"testing/synctest"

	"arcadia/steps/dosim"
)

// TestKnobsThatStayChangeNothing: the rest of the simulator's knobs, on for the whole life of a saga. What they change is beside what the
// steps rest on, and every saga ends as it does without them.
func TestKnobsThatStayChangeNothing(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]dosim.Fault{
		"backups cannot be deleted":     {Kind: dosim.FaultBackupDeleteNoOp},
		"new droplets are late":         {Kind: dosim.FaultDropletLate, Times: 3},
		"absolute links":                {Kind: dosim.FaultAbsoluteHref},
		"partial updates checked whole": {Kind: dosim.FaultStrictPatch},
		"other errors for tags":         {Kind: dosim.FaultTagShape},
		"a status nobody knows, once":   {Kind: dosim.FaultStatus, Status: 520, Text: "a page", Count: 1, Skip: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, sc := range scenarios() {
				for _, back := range []bool{false, true} {
					var want, have world
					synctest.Test(t, func(t *testing.T) {
						r := sc.rig(t)
						r.warm()
						r.run(ending(back), sc.list(back), sc.in(r)...)
						want = r.world()
					})
					synctest.Test(t, func(t *testing.T) {
						r := sc.rig(t)
						r.warm()
						r.sim.Inject(f)
						r.run(ending(back), sc.list(back), sc.in(r)...)
						have = r.world()
					})
					equalWorlds(t, sc.name, want, have)
				}
			}
		})
	}
}
