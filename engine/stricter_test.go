package engine_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// TestOfTwoHostsTheStricterPolicyHolds launches on each of two hosts whose files differ.
func TestOfTwoHostsTheStricterPolicyHolds(t *testing.T) {
	t.Parallel()
	rule := func(need int) []engine.ApprovalRule {
		return []engine.ApprovalRule{{When: engine.When{Step: "change"}, Demand: demand(need)}}
	}
	for what, c := range map[string]struct {
		mine, theirs engine.Policy
		broken       error
		want         string // what a launch is refused with; empty: it is asked for
		need         int
	}{
		"a rule there":        {theirs: engine.Policy{Approvals: rule(1)}, need: 1},
		"more there":          {mine: engine.Policy{Approvals: rule(1)}, theirs: engine.Policy{Approvals: rule(2)}, need: 2},
		"more here":           {mine: engine.Policy{Approvals: rule(2)}, theirs: engine.Policy{Approvals: rule(1)}, need: 2},
		"protected there":     {theirs: engine.Policy{Protect: []string{"droplet:1"}}, want: "droplet:1 is protected by the policy of host other"},
		"not readable there":  {broken: errors.New("policy.yaml: line 3: approvels is not known"), want: "host other cannot read its policy, and what cannot be read forbids: policy.yaml: line 3"},
		"nothing on any host": {},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := team("ops1", "ops2")
				m := storagetest.NewMemory()
				host := func(name string, policy engine.Policy, broken error) *engine.Session {
					s, _ := enginetest.Host(t, m.Share(), engine.Config{
						Steps: []engine.Step{change{name: "change", p: p}}, Approvers: p.list, Host: engine.Host{Name: name},
						Policy: func() (engine.Policy, error) { return policy, broken },
					})
					return s
				}
				host("other", c.theirs, c.broken)
				mine := host("mine", c.mine, nil)
				sg, err := mine.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"change"}})
				switch {
				case c.want != "":
					if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), c.want) {
						t.Errorf("launched: %v, want %q", err, c.want)
					}
				case err != nil:
					t.Fatal(err)
				case c.need == 0:
					enginetest.Rest(t, mine, sg.ID)
				case sg.Approval == nil || sg.Approval.Need != c.need:
					t.Errorf("it is asked for %+v, want %d", sg.Approval, c.need)
				}
			})
		})
	}
}

// TestAnEditOfAnotherHostsPolicyIsKnownWithinALease edits the other host's file while both run.
func TestAnEditOfAnotherHostsPolicyIsKnownWithinALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		m := storagetest.NewMemory()
		var edited atomic.Bool
		for _, name := range []string{"mine", "other"} {
			_, _ = enginetest.Host(t, m.Share(), engine.Config{
				Steps: []engine.Step{change{name: "change", p: p}}, Host: engine.Host{Name: name},
				Policy: func() (engine.Policy, error) {
					if name == "other" && edited.Load() {
						return engine.Policy{Protect: []string{"droplet:1"}}, nil
					}
					return engine.Policy{}, nil
				},
			})
		}
		mine, _ := enginetest.Host(t, m.Share(), engine.Config{Steps: []engine.Step{change{name: "change", p: p}}, Host: engine.Host{Name: "third"}})
		enginetest.Rest(t, mine, enginetest.Launch(t, mine, "change"))
		edited.Store(true)
		time.Sleep(11 * time.Second)
		if _, err := mine.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"change"}}); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("launched: %v", err)
		}
	})
}

// TestTheGlassBreaksOnlyWhereEveryPolicyThatAsksLetsIt merges waits behind the glass.
func TestTheGlassBreaksOnlyWhereEveryPolicyThatAsksLetsIt(t *testing.T) {
	t.Parallel()
	minutes := func(n int) engine.Span { return engine.Span(time.Duration(n) * time.Minute) }
	asks := func(glass engine.Span) engine.Policy {
		return engine.Policy{Approvals: []engine.ApprovalRule{{When: engine.When{Step: "change"}, Demand: demand(1)}}, BreakGlass: glass}
	}
	for what, c := range map[string]struct {
		mine, theirs engine.Policy
		after        time.Duration // 0: nobody can
	}{
		"the longer wait":                 {asks(minutes(5)), asks(minutes(20)), 20 * time.Minute},
		"none there":                      {asks(minutes(5)), asks(0), 0},
		"none here":                       {asks(0), asks(minutes(5)), 0},
		"who asks for nothing has no say": {asks(minutes(5)), engine.Policy{}, 5 * time.Minute},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := team("ops1", "ops2")
				m := storagetest.NewMemory()
				host := func(name string, policy engine.Policy) *engine.Session {
					s, _ := enginetest.Host(t, m.Share(), engine.Config{
						Steps: []engine.Step{change{name: "change", p: p}}, Approvers: p.list, Host: engine.Host{Name: name},
						Policy: func() (engine.Policy, error) { return policy, nil },
					})
					return s
				}
				host("other", c.theirs)
				mine := host("mine", c.mine)
				id := enginetest.Launch(t, mine, "change")
				err := mine.BreakGlass(t.Context(), id, engine.Request{Reason: "nobody answers"})
				sg, read := mine.Saga(t.Context(), id)
				switch {
				case read != nil:
					t.Fatal(read)
				case c.after == 0:
					if !errors.Is(err, engine.ErrRefused) {
						t.Errorf("broken: %v", err)
					}
				case err != nil:
					t.Error(err)
				default:
					if got := sg.Approval.Glass.Until.Sub(sg.Approval.Glass.At.Time); got.Round(time.Second) != c.after {
						t.Errorf("it goes on after %s, want %s", got, c.after)
					}
				}
			})
		})
	}
}
