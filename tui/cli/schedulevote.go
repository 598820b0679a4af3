package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/schedule"
	words "arcadia/tui/say"
)

func (t *tree) scheduleApproveCommand() *cobra.Command {
	hash := ""
	var q engine.Request
	cmd := t.scheduleVerb("approve", Act, "Agree to all that a schedule launches",
		"approve agrees to the definition of a schedule whose launches the policy\ngoverns: each of them then runs without asking, for 90 days, until the schedule\nis changed or a key is removed. Only somebody else than the one who defined it\ncan, over SSH, with a key of their own and the role approver. --hash says which\ndefinition: arcadia schedule show tells it.",
		func(ctx context.Context, p *Place, name string) error {
			if hash == "" {
				return misuse("schedule approve needs --hash: the definition that you have read, as arcadia schedule show tells it")
			}
			if _, err := schedule.Get(ctx, p.Engine, name); err != nil {
				return err
			}
			if err := p.Engine.ApproveDefinition(ctx, schedule.Of(name), hash, q); err != nil {
				return err
			}
			v, err := schedule.Get(ctx, p.Engine, name)
			if err != nil {
				return err
			}
			say(t.env.Err, name+": "+definition(v, time.Now()))
			return nil
		})
	cmd.Example = "arcadia schedule approve nightly --hash 9d54d071ecbf"
	cmd.Flags().StringVar(&hash, "hash", "", "the definition that you have read: its first 12 digits or more")
	cmd.Flags().StringVar(&q.Reason, "reason", "", "why, in your words, for the record")
	return cmd
}

func (t *tree) scheduleRefuseCommand() *cobra.Command {
	var q engine.Request
	cmd := t.scheduleVerb("refuse", Act, "Take back the approvals of a schedule",
		"refuse takes back what people have agreed to: nothing that needs an approval is\nlaunched by the schedule until it is defined again. The reason is required.",
		func(ctx context.Context, p *Place, name string) error {
			if strings.TrimSpace(q.Reason) == "" {
				return misuse("schedule refuse: say why with --reason: everybody sees it")
			}
			if _, err := schedule.Get(ctx, p.Engine, name); err != nil {
				return err
			}
			if err := p.Engine.RefuseDefinition(ctx, schedule.Of(name), q); err != nil {
				return err
			}
			say(t.env.Err, name+" is refused: it launches nothing that needs an approval until it is defined again")
			return nil
		})
	cmd.Example = "arcadia schedule refuse nightly --reason \"not in December\""
	cmd.Flags().StringVar(&q.Reason, "reason", "", "why; needed, since everybody sees it")
	return cmd
}

// definition says how a schedule's definition stands with those who have to agree to it; empty when nobody has to, and nobody has.
func definition(v schedule.View, now time.Time) string {
	a := v.Definition
	if a == nil || a.Need == 0 && len(a.Votes) == 0 && a.Refused == nil {
		return ""
	}
	text := words.Definition(a, now)
	if a.Refused == nil && a.Granted.IsZero() {
		text += fmt.Sprintf(": arcadia schedule approve %s --hash %s", v.Name, a.Hash.Short())
	}
	return text
}

// openDefinitions are the schedules whose definitions wait for approvals.
func openDefinitions(ctx context.Context, r schedule.Book, now time.Time) ([]schedule.View, error) {
	all, err := schedule.List(ctx, r, now)
	var open []schedule.View
	for _, v := range all {
		if a := v.Definition; a != nil && a.Need > 0 && a.Granted.IsZero() && a.Refused == nil {
			open = append(open, v)
		}
	}
	return open, err
}
