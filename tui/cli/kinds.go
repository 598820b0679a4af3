package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/tui"
)

// described is a kind with what it asks for, as `kinds -o json` prints it.
type described struct {
	engine.Kind
	Inputs []engine.Field `json:"inputs"`
}

func (t *tree) kindsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "kinds [KIND]", Short: "List the kinds of sagas, or the inputs of one", ValidArgsFunction: t.kinds(),
		Example: "arcadia kinds\narcadia kinds echo -o json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misuse("kinds takes one kind at most: see arcadia kinds --help")
			}
			return nil
		},
	}
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Nothing, "kinds", func(ctx context.Context, p *Place, args []string) error {
		if len(args) == 1 {
			if err := knownKind(p.Engine, args[0]); err != nil {
				return err
			}
		}
		kinds := []described{}
		for _, k := range p.Engine.Kinds() {
			if len(args) == 1 && k.Name != args[0] {
				continue
			}
			d := described{Kind: k}
			var err error
			if d.Inputs, err = inputsOf(p.Engine, k); err != nil {
				return err
			}
			kinds = append(kinds, d)
		}
		switch {
		case out.value == "json":
			return object(t.env.Out, kinds)
		case len(args) == 1:
			return t.oneKind(kinds[0])
		}
		rows := [][]string{{"KIND", "DOES", "ROLLBACK", "STEPS"}}
		for _, k := range kinds {
			steps := stepsOf(k.Kind)
			if k.Adhoc {
				steps = "any of " + strings.Join(p.Engine.StepNames(), ", ")
			}
			rows = append(rows, []string{k.Name, k.Summary, k.Undo, steps})
		}
		return columns(t.env.Out, rows)
	})
	return cmd
}

func (t *tree) oneKind(k described) error {
	head := [][]string{{"kind", k.Name}, {"does", k.Summary}, {"rollback", k.Undo}, {"steps", stepsOf(k.Kind)}, {"launch", usage(k)}, {}}
	if err := columns(t.env.Out, head); err != nil {
		return err
	}
	rows := [][]string{{"INPUT", "TYPE", "NEEDED", "MEANS"}}
	for _, f := range k.Inputs {
		kind, needed := string(f.Type), ""
		if len(f.Choices) > 0 {
			kind = strings.Join(f.Choices, "|")
		}
		switch {
		case f.Default != "":
			needed = "or " + f.Default
		case f.Required:
			needed = "yes"
		}
		rows = append(rows, []string{f.Name, kind, needed, f.Help})
	}
	return columns(t.env.Out, rows)
}

// stepsOf names the steps of a kind, or says that it makes the list.
func stepsOf(k engine.Kind) string {
	if k.Make != nil {
		return "made at launch"
	}
	return strings.Join(k.Steps, ", ")
}

// usage is the shortest launch of a kind: with the inputs that it needs, each as what it stands for.
func usage(k described) string {
	words := []string{"arcadia launch", k.Name}
	if k.Adhoc {
		words = append(words, "--steps STEP,STEP")
	}
	for _, f := range k.Inputs {
		if f.Required && f.Default == "" && !k.Adhoc {
			words = append(words, f.Name+"="+strings.ToUpper(strings.ReplaceAll(f.Label, " ", "_")))
		}
	}
	return strings.Join(words, " ")
}

// inputsOf lists the inputs of a kind, each name once; of an ad-hoc kind those of any step, which is asked alone: not every step
// may stand in one list with every other.
func inputsOf(eng tui.Launcher, k engine.Kind) ([]engine.Field, error) {
	if !k.Adhoc {
		return fieldsOf(eng, k.Name, nil)
	}
	fields := []engine.Field{}
	for _, step := range eng.StepNames() {
		own, err := fieldsOf(eng, k.Name, []string{step})
		if err != nil {
			return nil, err
		}
		for _, f := range own {
			if !slices.ContainsFunc(fields, func(have engine.Field) bool { return have.Name == f.Name }) {
				fields = append(fields, f)
			}
		}
	}
	return fields, nil
}

// fieldsOf lists the inputs of a kind, each name once.
func fieldsOf(eng tui.Launcher, kind string, adhoc []string) ([]engine.Field, error) {
	_, bySteps, err := eng.Fields(kind, adhoc)
	if err != nil {
		return nil, err
	}
	fields, seen := []engine.Field{}, map[string]bool{}
	for _, step := range bySteps {
		for _, f := range step {
			if !seen[f.Name] {
				fields, seen[f.Name] = append(fields, f), true
			}
		}
	}
	return fields, nil
}
