package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine/notify"
	"arcadia/engine/schedule"
)

func (t *tree) targetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "target", Short: "Tell people and programs what happens to sagas", Args: known,
		Long: "target says who is told what: as a signed webhook, in the form of Slack, as a\n" +
			"line of text, or by a program of this host. Deliveries are sent where sagas are\n" +
			"driven, and arrive at least once, under one id.",
		Example: "arcadia target list",
	}
	cmd.AddCommand(t.targetAddCommand(), t.targetListCommand(), t.targetShowCommand(), t.targetTestCommand(), t.targetRemoveCommand(), t.targetApplyCommand())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

func (t *tree) targetAddCommand() *cobra.Command {
	var x notify.Target
	var events []string
	var age time.Duration
	form := format{value: string(notify.FormatArcadia), among: []string{string(notify.FormatArcadia), string(notify.FormatSlack), string(notify.FormatText)}}
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Add somebody who is told, or change how", Args: exactly("NAME"),
		Long: "add keeps a target, or changes the one of that name. Secrets are named, never\n" +
			"given: env:NAME is read from the environment of the process that drives sagas,\n" +
			"file:/PATH from a file that only its user can read. An address that is a secret\n" +
			"itself, as Slack's are, is named the same way.",
		Example: "arcadia target add ops --url env:SLACK_URL --format slack\n" +
			"arcadia target add pager --url https://pager.example.com/hook --secret file:/etc/arcadia/pager --events failed,missed",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := cmd.Flags()
	flags.StringVar(&x.URL, "url", "", "where to: https://HOST/PATH, or env:NAME or file:/PATH")
	flags.StringVar(&x.Exec, "exec", "", "in place of --url: a program in the folder of hooks beside the settings")
	flags.Var(&form, "format", "how")
	flags.StringSliceVar(&events, "events", nil, "which events; all but completed when not given")
	flags.StringVar(&x.Secret, "secret", "", "what a webhook is signed with: env:NAME or file:/PATH")
	flags.StringSliceVar(&x.Kinds, "kinds", nil, "only these kinds of saga; all when not given")
	flags.DurationVar(&age, "min-age", 0, "only sagas that took at least this long")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		x.Name, x.Format, x.MinAge = args[0], notify.Format(form.value), schedule.Span(age)
		for _, e := range events {
			x.Events = append(x.Events, notify.Event(e))
		}
		if err := x.Check(); err != nil {
			return err
		}
		p, err := t.place(cmd.Context(), Act, "target add")
		if err != nil {
			return err
		}
		defer p.Close()
		if err := notify.Put(cmd.Context(), p.Engine, x); err != nil {
			return err
		}
		say(t.env.Err, x.Name+" is told from now on: try it with arcadia target test "+x.Name)
		return nil
	}
	return cmd
}

func (t *tree) targetListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List who is told what", Args: exactly(), Example: "arcadia target list\narcadia target list -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "target list", func(ctx context.Context, p *Place, _ []string) error {
		all, err := notify.List(ctx, p.Engine)
		if err != nil {
			return err
		}
		list, rows := []shownTarget{}, [][]string{{"NAME", "WHERE", "FORMAT", "EVENTS", "KINDS"}}
		for _, x := range all {
			list = append(list, targetAsShown(x))
			rows = append(rows, []string{x.Name, x.Where(), string(x.Form()), eventsOf(x), either(strings.Join(x.Kinds, ","), "all")})
		}
		if out.value == "json" {
			return object(t.env.Out, list)
		}
		if len(all) == 0 {
			say(t.env.Err, "no targets: arcadia target add makes one")
			return nil
		}
		return columns(t.env.Out, listed(rows))
	})
	return cmd
}

// shownTarget is a target as it may be shown: without what only its receiver may know.
type shownTarget struct {
	Name   string         `json:"name"`
	Where  string         `json:"where"`
	Format string         `json:"format"`
	Secret string         `json:"secret,omitempty"` // where it is
	Events []notify.Event `json:"events"`
	Kinds  []string       `json:"kinds"`
	MinAge schedule.Span  `json:"min_age,omitempty"`
}

func targetAsShown(x notify.Target) shownTarget {
	return shownTarget{x.Name, x.Where(), string(x.Form()), x.Secret, append([]notify.Event{}, x.Events...), append([]string{}, x.Kinds...), x.MinAge}
}

func eventsOf(x notify.Target) string {
	events := []string{}
	for _, e := range x.Events {
		events = append(events, string(e))
	}
	return either(strings.Join(events, ","), "all but completed")
}

func either(text, none string) string {
	if text == "" {
		return none
	}
	return text
}

// targetVerb is a command about one target.
func (t *tree) targetVerb(verb, short, long string, do func(ctx context.Context, p *Place, name string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " NAME", Short: short, Long: long, Args: exactly("NAME"), Example: "arcadia target " + verb + " ops",
		ValidArgsFunction: t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, args []string, _ string) []string {
			all, err := notify.List(ctx, p.Engine)
			if err != nil || len(args) > 0 {
				return nil
			}
			var offers []string
			for _, x := range all {
				offers = append(offers, x.Name+"\t"+x.Where())
			}
			return offers
		}),
		RunE: t.at(Act, "target "+verb, func(ctx context.Context, p *Place, args []string) error {
			return do(ctx, p, args[0])
		}),
	}
}

func (t *tree) targetTestCommand() *cobra.Command {
	return t.targetVerb("test", "Send a target a test, to see whether it arrives",
		"test puts a test into the outbox and sends it, or leaves that to the process\nthat drives the sagas; arcadia deliveries says what became of it.",
		func(ctx context.Context, p *Place, name string) error {
			id, err := notify.Try(ctx, p.Engine, name, t.env.Operator)
			if err != nil {
				return err
			}
			d, err := t.sendOne(ctx, p, id)
			switch {
			case err != nil:
				return err
			case d == nil:
				say(t.env.Err, "in the outbox as "+id+": arcadia deliveries says what becomes of it")
				return nil
			case d.Sent.IsZero():
				return fmt.Errorf("test target %s: it was not taken: %s: it is tried again where sagas are driven", name, either(d.Answer, "no answer in time"))
			}
			say(t.env.Err, "sent: "+name+" has answered "+d.Answer)
			return nil
		})
}

func (t *tree) targetRemoveCommand() *cobra.Command {
	return t.targetVerb("remove", "Tell a target nothing more", "remove takes a target away. What waits for it is given up.",
		func(ctx context.Context, p *Place, name string) error {
			if err := notify.Remove(ctx, p.Engine, name); err != nil {
				return err
			}
			say(t.env.Err, name+" is told nothing more")
			return nil
		})
}
