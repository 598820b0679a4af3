package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// deed is one verb of one operator, as the ledgers have it. That of a freeze is frozen or thawed, and it is about no saga.
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
		Long:    "audit lists every verb of every operator in order of time, as recorded in the\ntransaction that made the change, and every freeze and its end. A freeze that\nnobody asked for is listed as arcadia's own.",
		Example: "arcadia audit --by ops1\narcadia audit -o json",
	}
	cmd.Flags().StringVar(&q.By, "by", "", "only sagas that this operator launched, and freezes begun by them")
	cmd.Flags().StringVar(&q.Kind, "kind", "", "only sagas of this kind")
	t.offers(cmd.Flags(), "kind", t.kinds())
	t.offers(cmd.Flags(), "by", t.operators())
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "audit", func(ctx context.Context, p *Place, _ []string) error {
		if err := knownKind(p.Engine, q.Kind); err != nil {
			return err
		}
		q.Oldest = true
		sagas, err := pages(ctx, p.Engine, q)
		if err != nil {
			return err
		}
		deeds, err := deedsOf(ctx, p.Engine, sagas)
		if err != nil {
			return err
		}
		if q.Kind == "" {
			stops, err := stopsOf(ctx, p.Engine, q.By)
			if err != nil {
				return err
			}
			agreed, err := agreementsOf(ctx, p.Engine, q.By)
			if err != nil {
				return err
			}
			deeds = append(append(deeds, stops...), agreed...)
		}
		slices.SortStableFunc(deeds, func(a, b deed) int { return a.At.Compare(b.At.Time) })
		if out.value == "json" {
			return object(t.env.Out, deeds)
		}
		rows := [][]string{{"AT", "SAGA", "KIND", "VERB", "BY", "KEY", "FROM", "WHY"}}
		for _, d := range deeds {
			rows = append(rows, []string{moment(d.At), d.Short, d.Kind, string(d.Verb), d.By.Name, d.By.Key, d.By.From, d.Why})
		}
		return columns(t.env.Out, listed(rows))
	})
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

// agreementsOf gives who has defined what launches sagas later, and who has agreed to it as it is now, of all or of one operator.
func agreementsOf(ctx context.Context, eng Reader, by string) ([]deed, error) {
	docs, err := eng.Docs(ctx, engine.Definitions)
	if err != nil {
		return nil, err
	}
	var deeds []deed
	for _, d := range docs {
		a, err := engine.ReadDefinition(d, time.Now())
		if err != nil {
			return nil, err
		}
		if by != "" && a.By.Name != by {
			continue
		}
		deeds = append(deeds, deed{At: a.AskedAt, Kind: d.Name, Verb: engine.EntryApprovalRequested, By: a.By})
		for _, v := range a.Votes {
			deeds = append(deeds, deed{At: v.At, Kind: d.Name, Verb: engine.EntryApproved, By: v.Actor, Why: v.Why})
		}
		if v := a.Refused; v != nil {
			deeds = append(deeds, deed{At: v.At, Kind: d.Name, Verb: engine.EntryApprovalRefused, By: v.Actor, Why: v.Why})
		}
	}
	return deeds, nil
}

// stopsOf gives the beginnings and ends of the freezes, of all or of those that one operator began.
func stopsOf(ctx context.Context, eng Reader, by string) ([]deed, error) {
	freezes, err := eng.Freezes(ctx, 0)
	if err != nil {
		return nil, err
	}
	actor := func(a *engine.Actor) engine.Actor {
		if a == nil {
			return engine.Actor{Name: "arcadia"}
		}
		return *a
	}
	var deeds []deed
	for _, f := range slices.Backward(freezes) {
		if by != "" && f.Who() != by {
			continue
		}
		deeds = append(deeds, deed{At: f.At, Verb: "frozen", By: actor(f.By), Why: f.Why})
		if !f.EndedAt.IsZero() {
			deeds = append(deeds, deed{At: f.EndedAt, Verb: "thawed", By: actor(f.EndedBy), Why: f.EndedWhy})
		}
	}
	return deeds, nil
}
