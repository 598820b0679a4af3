package say

import (
	"fmt"
	"strings"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/visible"
)

// Notice is what a target is told of a note, in one line; of a night it is as many as that has.
func Notice(n notify.Note) string {
	if n.Event == notify.LastNight && n.Night != nil {
		return strings.Join(Night(n.Night), "\n")
	}
	saga := strings.TrimSpace(n.Kind + " " + n.Subject)
	if n.Saga != "" {
		saga += ", saga " + n.Saga.Short()
	}
	var text string
	switch n.Event {
	case notify.Failed:
		text = saga + " failed and was rolled back: " + Words(n.Reason)
		if n.Status == engine.Failed {
			text = fmt.Sprintf("%s failed: %s: %d left behind", saga, Words(n.Reason), n.Residue)
		}
	case notify.NeedsYou:
		text = saga + " needs you"
		if n.Waiting != nil {
			text += ": it waits for " + Waiting(*n.Waiting)
		}
	case notify.ApprovalRequested:
		text = saga + " by " + n.By + " asks for an approval"
		if n.Asked != nil {
			text = fmt.Sprintf("%s by %s asks for %d %s of plan %s", saga, n.By, n.Asked.N, Plural(n.Asked.N, "approval", "approvals"), n.Asked.Text)
		}
	case notify.ApprovalGranted:
		text = saga + " has its approvals and goes on"
	case notify.ApprovalRefused:
		text = saga + " was refused by " + n.By + ": " + n.Reason
	case notify.ApprovalVoided:
		text = "what was approved of " + saga + " does not count any more: " + n.Reason
	case notify.GlassBroken:
		text = "the glass was broken by " + n.By + " for " + saga + ": " + n.Reason
	case notify.Recovered:
		text = saga + " completed again, after a failure"
	case notify.Completed:
		text = saga + " completed"
	case notify.Missed:
		text = "schedule " + n.Schedule + " did not run at " + n.At.UTC().Format("2 Jan 15:04") + " UTC: " + n.Reason
	case notify.Frozen:
		text = "everything is frozen by " + n.By + ": " + n.Reason
	case notify.Thawed:
		text = "everything goes on, by " + n.By
	case notify.TokenRefused:
		text = "DigitalOcean does not take the token, so that everything is frozen: " + n.Reason
	case notify.Drift:
		text = "resource " + n.Resource + " is not as it was wanted: " + Words(n.State)
	case notify.Undelivered:
		text = strings.TrimSpace("target " + n.Told + " could not be told: " + n.Reason + "; " + saga)
	case notify.Digest:
		lines := []string{fmt.Sprintf("%d things at once", len(n.Parts)+n.More)}
		for _, p := range n.Parts[:min(len(n.Parts), 5)] {
			lines = append(lines, Notice(p))
		}
		text = strings.Join(lines, "; ")
	case notify.Test:
		text = "this is a test, asked for by " + n.By
	default:
		text = string(n.Event) + " " + saga
	}
	return visible.Short(text, 900)
}
