package cli

import (
	"context"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// deed is one verb of one operator, as the ledgers have it.
type deed struct {
	At    engine.Time      `json:"at"`
	Saga  engine.ID        `json:"saga_id"`
	Short string           `json:"short"`
	Kind  string           `json:"kind"`
	Verb  engine.EntryType `json:"verb"`
	By    engine.Actor     `json:"by"`
	Why   string           `json:"why"`
}

func (t *tree) auditCommand() *cobra.Command {
	var q engine.Query
	cmd := &cobra.Command{
		Use: "audit", Short: "Who did what, from where and why", Args: exactly(),
		Long: "audit lists every verb of every operator, oldest saga first, as recorded in\nthe transaction that made the change.",
	}
	cmd.Flags().StringVar(&q.By, "by", "", "only sagas that this operator launched")
	cmd.Flags().StringVar(&q.Kind, "kind", "", "only sagas of this kind")
	_ = cmd.RegisterFlagCompletionFunc("kind", t.kinds())
	_ = cmd.RegisterFlagCompletionFunc("by", t.operators()) // the flags are there
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := t.place(cmd.Context(), Read, "audit")
		if err != nil {
			return err
		}
		defer p.Close()
		if err := knownKind(p.Engine, q.Kind); err != nil {
			return err
		}
		q.Oldest = true
		sagas, err := pages(cmd.Context(), p.Engine, q)
		if err != nil {
			return err
		}
		deeds, err := deedsOf(cmd.Context(), p.Engine, sagas)
		if err != nil {
			return err
		}
		if out.value == "json" {
			return object(t.env.Out, deeds)
		}
		rows := [][]string{{"AT", "SAGA", "KIND", "VERB", "BY", "KEY", "FROM", "WHY"}}
		for _, d := range deeds {
			rows = append(rows, []string{moment(d.At), d.Short, d.Kind, string(d.Verb), d.By.Name, d.By.Key, d.By.From, d.Why})
		}
		return columns(t.env.Out, rows)
	}
	return cmd
}

func deedsOf(ctx context.Context, eng Reader, sagas []engine.Summary) ([]deed, error) {
	deeds := []deed{}
	for i := range sagas {
		s := &sagas[i]
		entries, err := eng.Entries(ctx, s.ID, 0)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.By != nil {
				deeds = append(deeds, deed{At: e.At, Saga: s.ID, Short: s.Short, Kind: s.Kind, Verb: e.Type, By: *e.By, Why: e.Why})
			}
		}
	}
	return deeds, nil
}
