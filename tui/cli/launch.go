package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
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
	ifLocked    format
	onFailure   format
	out         *format
}

func (t *tree) launchCommand() *cobra.Command {
	l := launching{
		ifLocked:  format{value: "wait", among: []string{"wait", "refuse"}},
		onFailure: format{value: "rollback", among: []string{"rollback", "pause"}},
	}
	cmd := &cobra.Command{
		Use: "launch KIND [name=value ...]", Short: "Start a saga and wait for its end",
		Long: "launch starts a saga of a kind (see arcadia kinds) with inputs as\n" +
			"name=value; 0:name=value is for step 0 only. It waits for the end and\n" +
			"exits with 0 completed, 3 rolled back, 4 failed.",
		Example: "arcadia launch echo text=hello\n" +
			"arcadia launch upsert_dns_record dns_domain=example.com dns_record_type=TXT dns_record_name=_acme dns_record_data=token\n" +
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
	flags.StringVar(&l.reason, "reason", "", "why, in your words, for the record")
	flags.BoolVar(&l.noWait, "no-wait", false, "record it and return; it runs at the next host")
	flags.BoolVar(&l.plan, "plan", false, "say what it would do, and do nothing")
	flags.StringVar(&l.planHash, "plan-hash", "", "refuse when a plan made now would not have this hash")
	flags.Var(&l.onFailure, "on-failure", "when a step has failed for good; pause: retry, skip or cancel it")
	flags.Var(&l.ifLocked, "if-locked", "when another saga holds what this one needs")
	_ = cmd.RegisterFlagCompletionFunc("steps", t.stepLists()) // the flag is there
	l.out = output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return t.launch(cmd.Context(), l, args) }
	return cmd
}

func (t *tree) launch(ctx context.Context, l launching, args []string) error {
	ask := engine.Launch{
		Kind: args[0], Steps: l.steps, Key: l.key, Reason: l.reason, RefuseLocked: l.ifLocked.value == "refuse", PlanHash: l.planHash,
	}
	if l.onFailure.value == "pause" {
		ask.OnFailure = engine.OnFailurePause
	}
	var err error
	if ask.Inputs, err = inputs(args[1:]); err != nil {
		return err
	}
	p, err := t.place(ctx, Act, "launch")
	if err != nil {
		return err
	}
	defer p.Close()
	if l.plan {
		plan, err := p.Engine.Plan(ctx, ask)
		if err != nil {
			return err
		}
		return t.showPlan(plan, l.out)
	}
	saga, err := p.Engine.Start(ctx, ask)
	if err != nil {
		return err
	}
	if l.noWait {
		return t.show(saga, l.out)
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

func (t *tree) showPlan(p engine.Plan, out *format) error {
	if out.value == "json" {
		return object(t.env.Out, p)
	}
	rows := [][]string{{"#", "STEP", "DOES", "TO", "UNDO"}}
	for _, s := range p.Steps {
		if s.Error != "" {
			rows = append(rows, []string{strconv.Itoa(s.Idx), s.Name, "?", s.Error, ""})
			continue
		}
		rows = append(rows, []string{strconv.Itoa(s.Idx), s.Name, string(s.Change.Action), t.change(s.Change), s.Change.Undo})
	}
	if err := columns(t.env.Out, rows); err != nil {
		return err
	}
	note := ""
	switch {
	case len(p.WaitsFor) > 0:
		note = "waits for saga " + strings.Join(p.WaitsFor, ", ")
	case p.Nothing():
		note = "nothing to do"
	default:
		return nil
	}
	_, err := io.WriteString(t.env.Out, note+"\n")
	return written(err)
}

func (t *tree) change(c engine.Change) string {
	arrow := "→"
	if t.ascii {
		arrow = "->"
	}
	parts := []string{c.Subject}
	for _, f := range c.Fields {
		switch {
		case f.From == "":
			parts = append(parts, f.Name+" "+f.To)
		case f.To == "":
			parts = append(parts, f.Name+" "+f.From)
		default:
			parts = append(parts, fmt.Sprintf("%s %s %s %s", f.Name, f.From, arrow, f.To))
		}
		if f.Note != "" {
			parts[len(parts)-1] += " (" + f.Note + ")"
		}
	}
	if c.Note != "" {
		parts = append(parts, c.Note)
	}
	return strings.Join(parts, "; ")
}
