package notify

import (
	"context"
	"strings"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

// TellOf gives a delivery for each target that wants to know what has happened to a definition; it is for engine.Config.
func (t Teller) TellOf(ctx context.Context, of string, is engine.Approval, happened engine.EntryType) ([]engine.DocChange, error) {
	n := Note{Kind: of, At: is.AskedAt, By: is.By.Name, Asked: &engine.Waiting{
		For: engine.ForApproval, Because: engine.BecauseUnapproved, N: is.Need, Have: is.Counted(), Text: is.Hash.Short(),
	}}
	if name, ok := strings.CutPrefix(of, schedule.Collection+"/"); ok {
		n.Schedule, n.Kind, n.Subject = name, "", "schedule "+name
	}
	switch happened {
	case engine.EntryApprovalRequested:
		n.Event = ApprovalRequested
	case engine.EntryApprovalGranted:
		n.Event, n.At = ApprovalGranted, is.Granted
	case engine.EntryApprovalRefused:
		n.Event, n.At, n.By, n.Reason = ApprovalRefused, is.Refused.At, is.Refused.Name, is.Refused.Why
	default:
		return nil, nil
	}
	return Tell(ctx, t.Store, strings.Join([]string{string(n.Event), of, is.Hash.Short(), n.At.UTC().Format("20060102T150405.000Z")}, "/"), n)
}
