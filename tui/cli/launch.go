package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// launching is what the flags of a launch say.
type launching struct {
	steps       []string
	key, reason string
	noWait      bool
	plan        bool
	planHash    string
	yes         bool
	ifLocked    format
	onFailure   format
	out         *format
}

// flags adds what every command takes that launches a saga.
func (l *launching) flags(cmd *cobra.Command) {
	l.ifLocked = format{value: "wait", among: []string{"wait", "refuse"}}
	flags := cmd.Flags()
	flags.StringVar(&l.reason, "reason", "", "why, in your words, for the record")
	flags.BoolVar(&l.noWait, "no-wait", false, "record it and return; it runs at the next host")
	flags.BoolVar(&l.plan, "plan", false, "say what it would do, and do nothing")
	flags.StringVar(&l.planHash, "plan-hash", "", "refuse unless a plan made now has this hash: its first 12 digits or more")
	flags.BoolVar(&l.yes, "yes", false, "launch it even though it cannot be undone")
	flags.Var(&l.ifLocked, "if-locked", "when another saga holds what this one needs")
	l.out = output(cmd, "table", "json")
}

func (t *tree) launchCommand() *cobra.Command {
	l := launching{onFailure: format{value: "rollback", among: []string{"rollback", "pause"}}}
	cmd := &cobra.Command{
		Use: "launch KIND [name=value ...]", Short: "Start a saga and wait for its end",
		Long: "launch starts a saga of a kind (see arcadia kinds) with inputs as\n" +
			"name=value; 0:name=value is for step 0 only. It waits for the end and\n" +
			"exits with 0 completed, 3 rolled back, 4 failed, 5 frozen.",
		Example: "arcadia launch echo text=hello\n" +
			"arcadia launch echo text=hello --plan\n" +
			"arcadia launch adhoc --steps echo,echo,fail text=hello",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("launch needs a kind: see arcadia kinds")
			}
			return nil
		},
		ValidArgsFunction: t.launches(),
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&l.steps, "steps", nil, "the steps of an adhoc saga, in order")
	flags.StringVar(&l.key, "key", "", "launch once: the same key and inputs give the saga that exists already")
	flags.Var(&l.onFailure, "on-failure", "when a step has failed for good; pause: retry, skip or cancel it")
	l.flags(cmd)
	t.offers(flags, "steps", t.stepLists())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		in, err := inputs(args[1:])
		if err != nil {
			return err
		}
		return t.launch(cmd.Context(), l, func(*Place) (string, engine.Inputs, error) { return args[0], in, nil })
	}
	return cmd
}

// launch starts a saga of the kind and with the inputs that what gives, and waits for its end.
func (t *tree) launch(ctx context.Context, l launching, what func(*Place) (kind string, in engine.Inputs, err error)) error {
	ask := engine.Launch{
		Steps: l.steps, Key: l.key, Reason: l.reason, RefuseLocked: l.ifLocked.value == "refuse", PlanHash: l.planHash,
	}
	if l.onFailure.value == "pause" {
		ask.OnFailure = engine.OnFailurePause
	}
	p, err := t.place(ctx, Act, "launch")
	if err != nil {
		return err
	}
	defer p.Close()
	ask.Kind, ask.Inputs, err = what(p)
	if err != nil {
		return err
	}
	if l.plan {
		plan, err := p.Engine.Plan(ctx, ask)
		if err != nil {
			return err
		}
		if err := t.showPlan(plan, l.out); err != nil {
			return err
		}
		return plan.Refusal()
	}
	if !l.yes {
		if err := t.insist(ctx, p, &ask); err != nil {
			return err
		}
	}
	saga, err := p.Engine.Start(ctx, ask)
	if err != nil {
		return err
	}
	if l.noWait {
		return t.show(p, saga, l.out)
	}
	if t.env.Lively {
		say(t.env.Err, "saga "+saga.Short+"  "+title(saga))
	}
	saga, err = t.await(ctx, p, saga.ID, saga.Seq)
	return t.outcome(ctx, p, saga, err, l.out)
}

// inputs reads name=value words.
func inputs(words []string) (engine.Inputs, error) {
	in := engine.Inputs{}
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		if !ok || name == "" {
			return nil, misuse("%q is not an input: write name=value", w)
		}
		if _, twice := in[name]; twice {
			return nil, misuse("input %s is given twice: give it once", name)
		}
		in[name] = value
	}
	return in, nil
}
