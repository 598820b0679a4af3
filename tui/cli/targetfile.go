package cli

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"arcadia/engine/notify"
)

func (t *tree) targetShowCommand() *cobra.Command {
	cmd := t.targetVerb("show", "Show one target, and what it was told last", "", nil)
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "target show", func(ctx context.Context, p *Place, args []string) error {
		found, err := notify.List(ctx, p.Engine, args[0])
		if err != nil {
			return err
		}
		all, err := notify.All(ctx, p.Engine)
		if err != nil {
			return err
		}
		x := found[0]
		all = slices.DeleteFunc(all, func(d notify.Delivery) bool { return d.Target != x.Name })
		all = all[:min(len(all), shownDeliveries)]
		if out.value == "json" {
			return object(t.env.Out, struct {
				shownTarget
				Deliveries []notify.Delivery `json:"deliveries"`
			}{targetAsShown(x), all})
		}
		rows := [][]string{
			{"target", x.Name}, {"where", x.Where()}, {"format", string(x.Form())}, {"events", eventsOf(x)}, {"kinds", either(strings.Join(x.Kinds, ","), "all")},
		}
		if x.Secret != "" {
			rows = append(rows, []string{"secret", "in " + x.Secret})
		}
		if x.MinAge > 0 {
			rows = append(rows, []string{"min age", x.MinAge.String()})
		}
		for i, d := range all {
			label := ""
			if i == 0 {
				label = "told"
			}
			rows = append(rows, []string{label, moment(d.Note.At) + "  " + string(d.Note.Event) + "  " + delivered(d)})
		}
		return columns(t.env.Out, rows)
	})
	return cmd
}

// shownDeliveries is how many of the last deliveries are shown with their target.
const shownDeliveries = 20

func (t *tree) targetApplyCommand() *cobra.Command {
	var plan bool
	cmd := &cobra.Command{
		Use: "apply FILE", Short: "Apply the targets in a YAML file", Args: exactly("FILE"),
		Long: "apply adds the targets in a file and changes those that differ. Others are left\n" +
			"alone. Under targets: each has a name, and the fields url or exec, format,\n" +
			"events, secret, kinds and min_age. With --plan it only says what it would do.",
		Example: "arcadia target apply targets.yaml --plan\narcadia target apply targets.yaml",
	}
	cmd.Flags().BoolVar(&plan, "plan", false, "say what it would do, and do nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		wanted, err := readTargets(args[0])
		if err != nil {
			return err
		}
		access := Act
		if plan {
			access = Read
		}
		p, err := t.place(cmd.Context(), access, "target apply")
		if err != nil {
			return err
		}
		defer p.Close()
		return t.applyTargets(cmd.Context(), p, wanted, plan)
	}
	return cmd
}

func readTargets(file string) (out []notify.Target, err error) {
	err = readFile(file, "targets", func(name, body *yaml.Node) error {
		var x notify.Target
		if err := readInto(file, "target", name, body, keysOf(reflect.TypeFor[notify.Target]()), &x); err != nil {
			return err
		}
		x.Name = name.Value
		if err := x.Check(); err != nil {
			return misuse("%s: line %d: target %.60s: %w", file, name.Line, name.Value, err)
		}
		out = append(out, x)
		return nil
	})
	return out, err
}

// applyTargets says what it does with each, and does it.
func (t *tree) applyTargets(ctx context.Context, p *Place, wanted []notify.Target, plan bool) error {
	have, err := notify.List(ctx, p.Engine)
	if err != nil {
		return err
	}
	rows := [][]string{{"TARGET", "DOES", "WHERE", "EVENTS"}}
	var todo []notify.Target
	for _, x := range wanted {
		does := "add"
		if at := slices.IndexFunc(have, func(o notify.Target) bool { return o.Name == x.Name }); at >= 0 {
			does = "change"
			if reflect.DeepEqual(have[at], x) {
				does = "no change"
			}
		}
		if does != "no change" {
			todo = append(todo, x)
		}
		rows = append(rows, []string{x.Name, does, x.Where(), eventsOf(x)})
	}
	if !plan {
		for _, x := range todo {
			if err := notify.Put(ctx, p.Engine, x); err != nil {
				return err
			}
		}
	}
	return columns(t.env.Out, listed(rows))
}
