package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// at makes the run of a command of what it does at a place, which is open while it does.
func (t *tree) at(access Access, purpose string, do func(ctx context.Context, p *Place, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p, err := t.place(cmd.Context(), access, purpose)
		if err != nil {
			return err
		}
		defer p.Close()
		return do(cmd.Context(), p, args)
	}
}

// subject opens the place where the saga lives that is named, and reads it. Close the place, unless there is an error.
func (t *tree) subject(ctx context.Context, access Access, purpose, ref string) (*Place, *engine.Saga, error) {
	p, err := t.place(ctx, access, purpose)
	if err != nil {
		return nil, nil, err
	}
	id, err := p.Engine.Find(ctx, ref)
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	s, err := p.Engine.Saga(ctx, id)
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	return p, s, nil
}

// verb is the run of a command that asks something of a saga and stays until the saga is at rest.
func (t *tree) verb(ctx context.Context, name, ref string, out *format, ask func(eng Engine, s *engine.Saga) error) error {
	p, saga, err := t.subject(ctx, Act, name, ref)
	if err != nil {
		return err
	}
	defer p.Close()
	// The verb is durable before the engine runs: nothing further starts in a saga that is to be canceled.
	if err := ask(p.Engine, saga); err != nil {
		return err
	}
	saga, err = t.await(ctx, p, saga.ID, saga.Seq)
	return t.outcome(ctx, p, saga, err, out)
}

func (t *tree) cancelCommand() *cobra.Command {
	var v engine.Request
	cmd := &cobra.Command{
		Use: "cancel SAGA", Short: "Stop a saga and undo what it did", Args: exactly("SAGA"),
		ValidArgsFunction: t.sagas(takes(engine.VerbCancel), engine.Pending, engine.Running),
		Long: "cancel stops a saga and undoes what it did. It exits with 3 when the saga\n" +
			"is rolled back, with 4 when something is left.",
		Example: "arcadia cancel 3f9c2a1b --reason \"wrong droplet\"",
	}
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why, in your words, for the record")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return t.verb(cmd.Context(), "cancel", args[0], out, func(eng Engine, s *engine.Saga) error {
			return eng.Cancel(cmd.Context(), s.ID, v)
		})
	}
	return cmd
}

func (t *tree) retryCommand() *cobra.Command {
	var v engine.Request
	step := ""
	cmd := &cobra.Command{
		Use: "retry SAGA", Short: "Try again what could not be undone, or what waits", Args: exactly("SAGA"),
		Long: "retry tries again to undo what a failed saga left behind, or repeats the step\n" +
			"about which a saga waits for a decision.",
		Example:           "arcadia retry 3f9c2a1b\narcadia retry 3f9c2a1b --step 0 --reason \"the provider is back\"",
		ValidArgsFunction: t.sagas((*engine.Summary).NeedsOperator, engine.Running, engine.Failed),
	}
	cmd.Flags().StringVar(&step, "step", "", "only this step, by number or name")
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why, in your words, for the record")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return t.verb(cmd.Context(), "retry", args[0], out, func(eng Engine, s *engine.Saga) error {
			if step == "" {
				return eng.Retry(cmd.Context(), s.ID, v)
			}
			idx, err := stepOf(s, step)
			if err != nil {
				return err
			}
			return eng.RetryRow(cmd.Context(), s.ID, idx, v)
		})
	}
	return cmd
}

func (t *tree) resolveCommand() *cobra.Command {
	var v engine.Request
	cmd := &cobra.Command{
		Use: "resolve SAGA STEP --reason R", Short: "Accept what one step has left behind", Args: exactly("SAGA", "STEP"),
		ValidArgsFunction: t.left(),
		Long: "resolve accepts what a step has left behind; STEP is its number or, when\n" +
			"no other has it, its name.",
		Example: "arcadia resolve 3f9c2a1b 0 --reason \"kept on purpose\"",
	}
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why it may stay; needed, for the record")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if strings.TrimSpace(v.Reason) == "" {
			return misuse("resolve needs --reason: say why what is left may stay")
		}
		return t.verb(cmd.Context(), "resolve", args[0], out, func(eng Engine, s *engine.Saga) error {
			idx, err := stepOf(s, args[1])
			if err != nil {
				return err
			}
			return eng.Resolve(cmd.Context(), s.ID, idx, v)
		})
	}
	return cmd
}

// stepOf finds a step by its number or by its name.
func stepOf(s *engine.Saga, ref string) (int, error) {
	if idx, err := strconv.Atoi(ref); err == nil {
		return idx, nil
	}
	found := -1
	for i, name := range s.StepNames {
		switch {
		case name == ref && found >= 0:
			return 0, misuse("saga %s has several steps %s: give the number of one", s.Short, ref)
		case name == ref:
			found = i
		}
	}
	if found < 0 {
		return 0, misuse("saga %s has no step %s: its steps are %s", s.Short, ref, strings.Join(s.StepNames, ", "))
	}
	return found, nil
}
