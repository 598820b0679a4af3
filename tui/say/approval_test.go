package say

import (
	"testing"
	"time"

	"arcadia/engine"
)

func TestASagaThatWaitsForAnApprovalIsYoursOnlyIfYouCanGiveIt(t *testing.T) {
	t.Parallel()
	s := &engine.Summary{
		Status: engine.Pending, StepNames: []string{"a"}, Approval: &engine.Approval{Demand: engine.Demand{Need: 2}},
		Waiting: []engine.Waiting{{For: engine.ForApproval, Because: engine.BecauseUnapproved, N: 2, Have: 1, Text: "9d54d071ecbf"}},
	}
	n := Now{Clock: Clock{Now: time.Now()}}
	if got := WaitingOn(s.Waiting); got != "approval 1 of 2, plan 9d54d071ecbf" {
		t.Error(got)
	}
	if texts, _ := n.Texts(s); StandOf(s) != Queued || len(texts) != 2 || texts[1] != "approved 1 of 2" {
		t.Error(StandOf(s), texts)
	}
	s.Approval.Yours = true
	if StandOf(s) != YourVote || StandOf(s).Band() != BandNeeds {
		t.Error(StandOf(s))
	}
	if got := ShortKey("SHA256:77b0ABCDEFGHe4"); got != "SHA256:77b0…e4" {
		t.Error(got)
	}
}
