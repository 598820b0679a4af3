package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/visible"
	words "arcadia/tui/say"
)

func (t *tree) approveCommand() *cobra.Command {
	hash := ""
	cmd := t.decision("approve", "Agree to what a saga would do",
		"approve agrees to the plan of a saga that waits for an approval: arcadia\napprovals SAGA shows it. Only somebody other than the one who launched it can,\nover SSH, with a key of their own and the role approver. --hash names the plan\nthat you have read: when it would do something else by then, it asks again.", "I have read it",
		takes(engine.VerbApprove),
		func(eng Engine, ctx context.Context, id engine.ID, v engine.Request) error {
			if hash == "" {
				return misuse("approve needs --hash: the plan that you have read, as arcadia approvals shows it")
			}
			return eng.Approve(ctx, id, hash, v)
		})
	cmd.Example = "arcadia approve 3f9c2a1b --hash 9d54d071ecbf"
	cmd.Flags().StringVar(&hash, "hash", "", "the plan that you have read: its first 12 digits or more")
	return cmd
}

func (t *tree) refuseCommand() *cobra.Command {
	return t.decision("refuse", "End a saga that waits for an approval",
		"refuse ends a saga that waits for an approval, also when the glass was broken\nfor it: what it has done is undone. The reason is required.", "not before Monday",
		takes(engine.VerbRefuse), Engine.Refuse)
}

func (t *tree) breakGlassCommand() *cobra.Command {
	return t.decision("break-glass", "Let a saga go on without its approvals, after a while",
		"break-glass is for the night in which nobody answers: the saga goes on without\napprovals once the time that the policy sets (break_glass) has passed, unless\nsomebody refuses it. Everybody is told, and the saga is marked for good. The\nreason is required.", "the shop is down and nobody answers",
		takes(engine.VerbBreakGlass), Engine.BreakGlass)
}

// awaited is a saga that waits for an approval, as JSON shows it.
type awaited struct {
	words.Header
	Yours bool   `json:"yours"`             // whoever asks can approve it
	Why   string `json:"why_not,omitempty"` // why not
}

// awaitedDefinition is a schedule whose definition waits for approvals, as JSON shows it.
type awaitedDefinition struct {
	Schedule string           `json:"schedule"`
	Kind     string           `json:"kind"`
	Approval *engine.Approval `json:"approval"`
	Yours    bool             `json:"yours"`             // whoever asks can approve it
	Why      string           `json:"why_not,omitempty"` // why not
}

func (t *tree) approvalsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "approvals [SAGA]", Short: "List what waits for an approval, or show what one would do",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misuse("approvals takes one saga at most: see arcadia approvals --help")
			}
			return nil
		},
		ValidArgsFunction: t.sagas(func(s *engine.Summary) bool { return s.Awaits() != nil }, engine.Pending, engine.Running),
		Long: "approvals lists the sagas that wait for an approval, and whether you can give\n" +
			"it. With a saga it shows the plan to be approved, and the one before when\n" +
			"that no longer counts.",
		Example: "arcadia approvals\narcadia approvals 3f9c2a1b\narcadia approvals -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return t.showAsked(cmd.Context(), args[0], out)
		}
		return t.listAsked(cmd.Context(), out)
	}
	return cmd
}

func (t *tree) listAsked(ctx context.Context, out *format) error {
	p, err := t.place(ctx, Read, "approvals")
	if err != nil {
		return err
	}
	defer p.Close()
	sagas, err := pages(ctx, p.Engine, engine.Query{Statuses: []engine.Status{engine.Pending, engine.Running}})
	if err != nil {
		return err
	}
	all, rows := []awaited{}, [][]string{{"SAGA", "KIND", "TARGET", "BY", "APPROVED", "PLAN", "UNTIL", "YOURS"}}
	for i := range sagas {
		s := &sagas[i]
		a := s.Awaits()
		if a == nil {
			continue
		}
		x := awaited{Header: words.HeaderOf(*s)}
		objection := a.Objection(p.Engine.Actor(), time.Now())
		if x.Yours = objection == nil; !x.Yours {
			x.Why = objection.Error()
		}
		all = append(all, x)
		yours := "yes"
		if !x.Yours {
			yours = "no: " + x.Why
		}
		rows = append(rows, []string{s.Short, s.Kind, s.Target, s.CreatedBy, fmt.Sprintf("%d of %d", a.Counted(), a.Need), a.Hash.Short(), moment(a.Until), yours})
	}
	open, err := openDefinitions(ctx, p.Engine, time.Now())
	if err != nil {
		return err
	}
	every := make([]any, 0, len(all)+len(open))
	for _, x := range all {
		every = append(every, x)
	}
	for _, v := range open {
		x, a := awaitedDefinition{Schedule: v.Name, Kind: v.Kind, Approval: v.Definition, Yours: true}, v.Definition
		yours := "yes"
		if objection := a.Objection(p.Engine.Actor(), time.Now()); objection != nil {
			x.Yours, x.Why = false, objection.Error()
			yours = "no: " + x.Why
		}
		every = append(every, x)
		rows = append(rows, []string{"", v.Kind, "schedule " + v.Name, a.By.Name, fmt.Sprintf("%d of %d", a.Counted(), a.Need), a.Hash.Short(), "", yours})
	}
	switch {
	case out.value == "json":
		return object(t.env.Out, every)
	case len(every) == 0:
		say(t.env.Err, "nothing waits for an approval")
		return nil
	}
	return columns(t.env.Out, listed(rows))
}

func (t *tree) showAsked(ctx context.Context, ref string, out *format) error {
	p, s, err := t.subject(ctx, Read, "approvals", ref)
	if err != nil {
		return err
	}
	defer p.Close()
	a := s.Approval
	switch {
	case a == nil:
		return fmt.Errorf("approvals of saga %s: %w", s.Short, errors.New("nobody was asked to approve it"))
	case out.value == "json":
		return object(t.env.Out, shownIn(p, s))
	}
	_, err = fmt.Fprintln(t.env.Out, visible.Text(strings.Join(askedLines(s, t.change), "\n")))
	return written(err)
}

// askedLines are what is asked about a saga, as plain lines: who asks, what would be done, and what was voided.
func askedLines(s *engine.Saga, change func(engine.Change) string) []string {
	a := s.Approval
	out := []string{
		fmt.Sprintf("saga %s  %s  launched by %s", s.Short, title(s), s.CreatedBy),
		fmt.Sprintf("plan %s  %s asked for until %s UTC, %d given", a.Hash.Short(), words.Demand(a.Demand), moment(a.Until), a.Counted()),
	}
	for _, v := range a.Votes {
		out = append(out, "approved by "+v.Name+" "+moment(v.At)+" "+v.Key)
	}
	if b := a.Before; b != nil {
		out = append(out, "plan "+b.Hash.Short()+" does not count any more: "+b.Reason+"; it was")
		out = append(out, planLines(s.VoidedPlan, change)...)
		out = append(out, "and now it is")
	}
	return append(out, planLines(s.AskedPlan, change)...)
}

func planLines(steps []engine.PlanStep, change func(engine.Change) string) []string {
	var out []string
	for _, x := range steps {
		line := "  " + strconv.Itoa(x.Idx) + " " + x.Name + "  " + string(x.Change.Action) + "  " + change(x.Change) + "  undo: " + x.Change.Undo
		if x.Error != "" {
			line = "  " + strconv.Itoa(x.Idx) + " " + x.Name + "  ?  " + x.Error
		}
		if x.Change.Final != "" {
			line += "  point of no return: " + x.Change.Final
		}
		out = append(out, line)
	}
	return out
}
