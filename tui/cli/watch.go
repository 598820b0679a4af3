package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/visible"
)

func (t *tree) watchCommand() *cobra.Command {
	return &cobra.Command{
		Use: "watch SAGA", Short: "Follow a saga, one plain line per change, until it is at rest", Args: exactly("SAGA"), ValidArgsFunction: t.sagas(nil),
		Long: "watch prints what has happened to a saga and what happens to it, one plain\n" +
			"line per change, and exits with the saga's status: 0 completed, 3 rolled\n" +
			"back, 4 failed, 5 frozen. It drives unfinished sagas while it runs.",
		Example: "arcadia watch 3f9c2a1b",
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			p, err := t.place(ctx, Act, "watch")
			if err != nil {
				return err
			}
			defer p.Close()
			id, err := p.Engine.Find(ctx, args[0])
			if err != nil {
				return err
			}
			line := func(at engine.Time, text string) error {
				_, err := fmt.Fprintln(t.env.Out, visible.Text(clock(at)+"  "+text))
				return written(err)
			}
			saga, err := t.attend(ctx, p, id, 0, watching{
				entry:  func(s *engine.Saga, e *engine.Entry) error { return line(e.At, event(s, e)) },
				freeze: func(text string) { _ = line(engine.At(time.Now()), text) }, // the next entry says what is wrong with the output
			})
			if err != nil {
				return err
			}
			t.rest(ctx, p)
			return statusOf(saga)
		},
	}
}
