package say

import (
	"fmt"
	"strings"
	"time"

	"arcadia/engine"
)

// approval says what people were asked, or have said.
func approval(x *engine.Entry) (string, Tone) {
	switch x.Type {
	case engine.EntryApprovalRequested:
		if x.Approval == nil {
			return "approval requested", Voting
		}
		return fmt.Sprintf("approval requested: %s, plan %s, until %s UTC", Demand(x.Approval.Demand), x.Approval.Hash.Short(), x.Approval.Until.UTC().Format("2006-01-02 15:04")), Voting
	case engine.EntryApproved:
		return "plan " + x.Hash.Short() + " approved" + by(x) + withKey(x.By), Completed
	case engine.EntryApprovalRefused:
		return "approval refused" + by(x), Compensating
	case engine.EntryApprovalVoided:
		return "what was approved does not count any more: " + x.Reason, Compensating
	case engine.EntryApprovalGranted:
		return "plan " + x.Hash.Short() + " has its approvals", Completed
	default:
		return "glass broken" + by(x) + ": goes on without approvals at " + MovedTo(x), Failed
	}
}

// Demand says who has to agree.
func Demand(d engine.Demand) string {
	text := fmt.Sprintf("%d %s", d.Need, Plural(d.Need, "approval", "approvals"))
	if len(d.From) > 0 {
		text += " of " + strings.Join(d.From, ", ")
	}
	return text
}

// Definition says how what is launched again and again stands with those who have to agree to it once.
func Definition(a *engine.Approval, now time.Time) string {
	switch {
	case a.Refused != nil:
		return "refused by " + a.Refused.Name + ": " + a.Refused.Why
	case a.Granted.IsZero() || a.Counted() < a.Need:
		return fmt.Sprintf("%d of %d approvals of definition %s", a.Counted(), max(1, a.Need), a.Hash.Short())
	}
	return fmt.Sprintf("definition %s approved by %s, for %s", a.Hash.Short(), agreed(&engine.Agreed{Votes: a.Votes}), Span(a.Lapses().Sub(now)))
}

// agreed names who has approved what a saga was launched by.
func agreed(a *engine.Agreed) string {
	var names []string
	for _, v := range a.Votes {
		names = append(names, v.Name)
	}
	return Listed(names)
}

// withKey is with which key somebody has come in.
func withKey(a *engine.Actor) string {
	if a == nil || a.Key == "" {
		return ""
	}
	return " with key " + ShortKey(a.Key)
}

// ShortKey is a fingerprint as far as it tells keys apart at a glance: "SHA256:77b0…e4".
func ShortKey(key string) string {
	name, print, ok := strings.Cut(key, ":")
	if !ok || len(print) < 10 {
		return key
	}
	return name + ":" + print[:4] + "…" + print[len(print)-2:]
}

// Approvals says of a saga who has agreed to it, when and with which key, or what it stands for; empty when nobody was asked.
func Approvals(s *engine.Saga, c Clock) string {
	var parts []string
	for _, a := range append(append([]engine.Approval{}, s.Approvals...), last(s.Approval)...) {
		for _, v := range a.Votes {
			parts = append(parts, "approved by "+v.Name+" "+c.Time(v.At.Time)+withKey(&v.Actor))
		}
		if g := a.Glass; g != nil {
			parts = append(parts, "glass broken by "+g.Name+" "+c.Time(g.At.Time)+`: "`+g.Why+`"`)
		}
	}
	return strings.Join(parts, ", ")
}

func last(a *engine.Approval) []engine.Approval {
	if a == nil {
		return nil
	}
	return []engine.Approval{*a}
}
