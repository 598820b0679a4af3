package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

func (t *tree) scheduleListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the schedules, when each is next and what became of the last", Args: exactly(),
		Example: "arcadia schedule list\narcadia schedule list -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "schedule list", func(ctx context.Context, p *Place, _ []string) error {
		all, err := schedule.List(ctx, p.Engine, time.Now())
		if err != nil {
			return err
		}
		if out.value == "json" {
			return object(t.env.Out, all)
		}
		if len(all) == 0 {
			say(t.env.Err, "no schedules: arcadia schedule add makes one")
			return nil
		}
		rows := [][]string{{"NAME", "LAUNCHES", "WHEN", "NEXT", "LAST"}}
		for _, v := range all {
			next := soon(v.Next)
			if v.Paused != nil {
				next = "paused by " + v.Paused.By
			}
			rows = append(rows, []string{v.Name, what(v.Schedule), when(v.Schedule), next, became(v.State.Last())})
		}
		return columns(t.env.Out, listed(rows))
	})
	return cmd
}

// became is what became of an occurrence, in one line.
func became(o schedule.Outcome) string {
	if o.At.IsZero() {
		return ""
	}
	parts := []string{moment(o.At), string(o.Result)}
	for _, id := range o.Sagas {
		parts = append(parts, id.Short())
	}
	text := strings.Join(parts, " ")
	if o.Why != "" {
		text += ": " + o.Why
	}
	return text
}

func (t *tree) scheduleShowCommand() *cobra.Command {
	cmd := t.scheduleVerb("show", Read, "Show one schedule, its next times and what became of the last ones", "", nil)
	cmd.Example = "arcadia schedule show nightly\narcadia schedule show nightly -o json"
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "schedule show", func(ctx context.Context, p *Place, args []string) error {
		v, err := schedule.Get(ctx, p.Engine, args[0])
		if err != nil || out.value == "json" {
			return joined(err, func() error { return object(t.env.Out, v) })
		}
		rows := [][]string{{"schedule", v.Name}, {"launches", what(v.Schedule)}, {"when", when(v.Schedule)}, {"changed by", v.By}}
		if text := definition(v, time.Now()); text != "" {
			rows = append(rows, []string{"approval", text})
		}
		if v.Paused != nil {
			rows = append(rows, []string{"paused", "by " + v.Paused.By + " " + moment(v.Paused.At) + ": " + v.Paused.Why})
		}
		if rule, err := v.Rule(); err == nil {
			at := time.Now()
			for range 5 {
				at = rule.Next(at)
				rows = append(rows, []string{"next", soon(engine.At(at))})
			}
		}
		for i := range v.State.Outcomes {
			rows = append(rows, []string{"last", became(v.State.Outcomes[len(v.State.Outcomes)-1-i])})
		}
		return columns(t.env.Out, listed(rows))
	})
	return cmd
}

// scheduleVerb is a command about one schedule.
func (t *tree) scheduleVerb(verb string, access Access, short, long string, do func(ctx context.Context, p *Place, name string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " NAME", Short: short, Long: long, Args: exactly("NAME"), Example: "arcadia schedule " + verb + " nightly",
		ValidArgsFunction: t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, args []string, _ string) []string {
			all, err := schedule.List(ctx, p.Engine, time.Now())
			if err != nil || len(args) > 0 {
				return nil
			}
			var offers []string
			for _, v := range all {
				offers = append(offers, v.Name+"\t"+what(v.Schedule))
			}
			return offers
		}),
		RunE: t.at(access, "schedule "+verb, func(ctx context.Context, p *Place, args []string) error {
			return do(ctx, p, args[0])
		}),
	}
}

func (t *tree) schedulePauseCommand() *cobra.Command {
	var why string
	cmd := t.scheduleVerb("pause", Act, "Let a schedule launch nothing until it is resumed",
		"pause keeps a schedule from launching anything. What is due meanwhile is\nskipped, with your reason.",
		func(ctx context.Context, p *Place, name string) error {
			if strings.TrimSpace(why) == "" {
				return misuse("schedule pause: say why with --reason: everybody sees it")
			}
			if err := schedule.SetPause(ctx, p.Engine, name, &schedule.Pause{By: t.env.Operator, Why: why}); err != nil {
				return err
			}
			say(t.env.Err, name+" is paused: arcadia schedule resume "+name+" lets it go on")
			return nil
		})
	cmd.Example = "arcadia schedule pause nightly --reason \"audit until Friday\""
	cmd.Flags().StringVar(&why, "reason", "", "why; needed, since everybody sees it")
	return cmd
}

func (t *tree) scheduleResumeCommand() *cobra.Command {
	return t.scheduleVerb("resume", Act, "Let a paused schedule launch again", "",
		func(ctx context.Context, p *Place, name string) error {
			if err := schedule.SetPause(ctx, p.Engine, name, nil); err != nil {
				return err
			}
			v, err := schedule.Get(ctx, p.Engine, name)
			if err != nil {
				return err
			}
			say(t.env.Err, name+" goes on: next "+soon(v.Next))
			return nil
		})
}

func (t *tree) scheduleFireCommand() *cobra.Command {
	var wait bool
	cmd := t.scheduleVerb("fire", Act, "Launch now what a schedule launches",
		"fire launches now what a schedule launches, besides its times. It records the\nsagas; they run where sagas are driven. With --wait it stays until they are at\nrest, and tells who is to be told.",
		func(ctx context.Context, p *Place, name string) error {
			k := schedule.Keeper{As: func(string) schedule.Engine { return p.Engine }, Things: p.Things}
			o, err := k.Fire(ctx, name, time.Now())
			if err != nil {
				return err
			}
			if o.Result != schedule.Fired {
				return fmt.Errorf("schedule %s: %w: %s", name, engine.ErrRefused, o.Why)
			}
			if o.Why != "" {
				say(t.env.Err, "not all: "+o.Why)
			}
			if wait {
				return t.awaitNight(ctx, p, o.Sagas)
			}
			for _, id := range o.Sagas {
				if _, err := fmt.Fprintln(t.env.Out, id.Short()); err != nil {
					return written(err)
				}
			}
			return nil
		})
	cmd.Flags().BoolVar(&wait, "wait", false, "stay until the sagas are at rest")
	return cmd
}

// awaitNight drives sagas until all are at rest, and says how each stands. The exit status is that of the one that went worst.
func (t *tree) awaitNight(ctx context.Context, p *Place, ids []engine.ID) error {
	rows := [][]string{{"SAGA", "TARGET", "STATUS"}}
	var worst error
	for _, id := range ids {
		saga, err := t.await(ctx, p, id, 0)
		if err != nil {
			return err
		}
		rows = append(rows, []string{saga.Short, saga.Target, standing(&saga.Summary)})
		if bad := statusOf(saga); bad != nil && worst == nil {
			worst = bad
		}
	}
	if err := columns(t.env.Out, listed(rows)); err != nil {
		return err
	}
	return worst
}

func (t *tree) scheduleRemoveCommand() *cobra.Command {
	return t.scheduleVerb("remove", Act, "Remove a schedule", "remove takes a schedule away. What it has launched stays as it is.",
		func(ctx context.Context, p *Place, name string) error {
			if err := schedule.Remove(ctx, p.Engine, name); err != nil {
				return err
			}
			say(t.env.Err, name+" is removed")
			return nil
		})
}
