package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/tui/decide"
)

func (t *tree) decideCommand() *cobra.Command {
	var v engine.Request
	phrase := ""
	cmd := &cobra.Command{
		Use: "decide SAGA [ANSWER]", Short: "Say what becomes of a saga that needs a person",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return misuse("decide takes a saga, and one answer at most: see arcadia decide --help")
			}
			return nil
		},
		ValidArgsFunction: t.sagas((*engine.Summary).NeedsOperator, engine.Running, engine.Compensating, engine.Failed),
		Long: "decide shows what has happened to a saga that needs a person, and the answers\n" +
			"that can work, each with what it does. Add an answer, by its name or the\n" +
			"beginning of it, to give it. What cannot be taken back needs --confirm with\n" +
			"the name of the thing. It exits with 3 when it is rolled back, 4 when it\n" +
			"still needs a person.",
		Example: "arcadia decide 3f9c2a1b\narcadia decide 3f9c2a1b keep-theirs\narcadia decide 3f9c2a1b undo-it-anyway --confirm shop --reason \"they asked me to\"",
	}
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why, in your words, for the record")
	cmd.Flags().StringVar(&phrase, "confirm", "", "the name of the thing, for an answer that cannot be taken back")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return t.showCase(cmd.Context(), args[0], out)
		}
		return t.verb(cmd.Context(), "decide", args[0], out, func(eng Engine, s *engine.Saga) error {
			c := decide.Of(s, func(idx int) string { return eng.UndoText(s, idx) })
			if c == nil {
				return misuse("decide saga %s: nothing in it has to be decided", s.Short)
			}
			a, err := c.Find(args[1])
			switch {
			case err != nil:
				return misuse("decide saga %s: %w", s.Short, err)
			case a.Phrase != "" && !strings.EqualFold(phrase, a.Phrase):
				return misuse("decide saga %s: it %s: add --confirm %s to do it", s.Short, a.Does, a.Phrase)
			}
			v.IfSeq = s.Seq
			return a.Do(cmd.Context(), eng, s.ID, v)
		})
	}
	return cmd
}

// showCase prints what has to be decided about a saga.
func (t *tree) showCase(ctx context.Context, ref string, out *format) error {
	p, s, err := t.subject(ctx, Read, "decide", ref)
	if err != nil {
		return err
	}
	defer p.Close()
	c := decide.Of(s, func(idx int) string { return p.Engine.UndoText(s, idx) })
	switch {
	case c == nil:
		return fmt.Errorf("decide saga %s: nothing in it has to be decided: it is %s", s.Short, standing(&s.Summary))
	case out.value == "json":
		return object(t.env.Out, c)
	}
	return columns(t.env.Out, caseRows(s, c))
}

// caseRows are what has happened, the states beside each other, and the answers.
func caseRows(s *engine.Saga, c *decide.Case) [][]string {
	rows := [][]string{{"saga", s.Short + "  " + title(s)}, {"about", c.About}, {"what", c.What}}
	if x := c.States; x != nil {
		rows = append(rows, []string{"before", x.Prior}, []string{"we wrote", x.Written}, []string{"now", x.Live})
	} else if c.Detail != "" {
		rows = append(rows, []string{"error", c.Detail})
	}
	for i, a := range c.Answers {
		label := ""
		if i == 0 {
			label = "answers"
		}
		does := a.Does
		if a.Phrase != "" {
			does += "; type " + a.Phrase + " to confirm"
		}
		rows = append(rows, []string{label, strings.ReplaceAll(a.Name, " ", "-") + ": " + does})
	}
	return rows
}
