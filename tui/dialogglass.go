package tui

import (
	"fmt"

	"arcadia/tui/widget"
)

// glass says what it means to go on without the approvals that a saga stands for.
func (s *detail) glass(env *Env, width int) []string {
	t, a := env.Theme, s.saga.Approval
	out := []string{t.Faint.Paint("STANDS FOR")}
	out = append(out, widget.Wrap(fmt.Sprintf("%d of %d approvals of plan %s, until %s.", a.Counted(), a.Need, a.Hash.Short(), env.Clock.Soon(a.Until.Time)), width)...)
	out = append(out, "")
	return append(out, painted(t.Compensating, widget.Wrap(
		"It goes on without them once the time has gone by that the policy says, unless somebody refuses it until then. "+
			"Everybody is told, your reason is recorded, and the saga is marked for ever.", width))...)
}
