package steps_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// wall is the seeded firewall.
func (r *rig) wall() steps.Firewall {
	r.t.Helper()
	all, err := r.cloud.Firewalls(context.Background())
	if err != nil || len(all) == 0 {
		r.t.Fatalf("%d firewalls, %v", len(all), err)
	}
	return all[0]
}

// rules are those of the seeded firewall, as text.
func (r *rig) rules() []string {
	var out []string
	for _, one := range r.wall().Rules {
		out = append(out, one.String())
	}
	slices.Sort(out)
	return out
}

func TestARuleIsAddedAndTakenAwayAndTheOthersAreNotTouched(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		before := r.rules()
		open := []string{"firewall", r.wall().ID, "ports", "8080-8090", "addresses", "203.0.113.0/24, 198.51.100.7,tag:web"}
		id := r.launch("add_firewall_rule", open...)
		r.rest(id, engine.Completed)
		if got := r.rules(); len(got) != len(before)+1 || !slices.Contains(got, "tcp 8080-8090 from 198.51.100.7, 203.0.113.0/24, tag web") {
			t.Errorf("rules %q", got)
		}
		again := r.launch("add_firewall_rule", open...) // there already: nothing of its
		r.rest(again, engine.Completed)
		r.rollback(again)
		r.rest(again, engine.RolledBack)
		if len(r.rules()) != len(before)+1 {
			t.Errorf("rules %q", r.rules())
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		if got := r.rules(); !slices.Equal(got, before) {
			t.Errorf("rules %q, want %q", got, before)
		}

		// What is there is found in whatever form it is said: the service writes all ports as 0.
		id = r.launch("remove_firewall_rule", "firewall", r.wall().ID, "direction", "outbound", "protocol", "udp", "ports", "all", "addresses", "::/0, 0.0.0.0/0")
		r.rest(id, engine.Completed)
		if got := r.rules(); len(got) != len(before)-1 || slices.Contains(got, "udp all to 0.0.0.0/0, ::/0") {
			t.Errorf("rules %q", got)
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		if got := r.rules(); !slices.Equal(got, before) {
			t.Errorf("rules %q, want %q", got, before)
		}
		r.run(engine.Completed, "add_firewall_rule", "firewall", r.wall().ID, "direction", "outbound", "protocol", "icmp")
		if got := r.rules(); !slices.Equal(got, before) || r.calls(http.MethodPut, "/firewalls") != 0 {
			t.Errorf("rules %q, want %q", got, before)
		}
	})
}

func TestARuleWhoseAnswerIsLostIsThereOnceAndGoneAfterwards(t *testing.T) {
	for _, kind := range []dosim.FaultKind{dosim.FaultResetAfter, dosim.FaultResetBefore, dosim.FaultServerError, dosim.FaultBadGateway} {
		for _, step := range []string{"add_firewall_rule", "remove_firewall_rule"} {
			t.Run(string(kind)+" "+step, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					r := newRig(t)
					before := r.rules()
					in := []string{"firewall", r.wall().ID, "ports", "443"}
					if step == "add_firewall_rule" {
						in[3] = "444"
					}
					r.sim.Inject(dosim.Fault{Kind: kind, Path: "/v2/firewalls/*/rules", Count: 1})
					s := r.run(engine.RolledBack, step+",fail", in...)
					if got := r.rules(); !slices.Equal(got, before) {
						t.Errorf("rules %q, want %q: %s", got, before, dump(s))
					}
				})
			})
		}
	}
}

func TestARuleThatCannotBeIsRefusedBeforeAnythingIsStored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		wall := r.wall().ID
		for text, in := range map[string][]string{
			"is not a port":            {"firewall", wall, "ports", "70000"},
			`"9-8" is not a port`:      {"firewall", wall, "ports", "9-8"},
			`"ssh" is not a port`:      {"firewall", wall, "ports", "ssh"},
			`"home" is not an address`: {"firewall", wall, "addresses", "192.0.2.1, home"},
			"not a firewall's id":      {"firewall", "web"},
			"is not in this":           {"firewall", strings.Repeat("0", 8) + "-0000-4000-8000-" + strings.Repeat("0", 12)},
			"is not one of":            {"firewall", wall, "protocol", "gre"},
		} {
			if _, err := r.Start(t.Context(), engine.Launch{Kind: "open_port", Inputs: inputs(in...)}); err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%v: %v, want %q", in, err, text)
			}
		}
	})
}
