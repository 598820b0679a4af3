package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/estate"
)

// looked is a resource with what was found of it.
type looked struct {
	engine.Resource
	Drift *estate.Drift `json:"drift,omitempty"`
}

func (t *tree) resourcesCommand() *cobra.Command {
	var drift bool
	cmd := &cobra.Command{
		Use: "resources", Short: "List what sagas have provisioned", Args: exactly(),
		Long: "resources lists what sagas have provisioned. With --drift each is looked at\n" +
			"now: in_sync, modified (and how), deleted, or not_checked (and why); see arcadia\n" +
			"restore, accept and forget.",
		Example: "arcadia resources --drift\narcadia resources -o json",
	}
	cmd.Flags().BoolVar(&drift, "drift", false, "look at each, and compare with what was wanted")
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "resources", func(ctx context.Context, p *Place, _ []string) error {
		resources, err := t.look(ctx, p, drift)
		if err != nil {
			return err
		}
		return t.resources(resources, out)
	})
	return cmd
}

func (t *tree) look(ctx context.Context, p *Place, drift bool) ([]looked, error) {
	if drift && p.Drift == nil {
		return nil, errors.New("resources --drift: there is no access to an account: set DIGITALOCEAN_TOKEN, or use --demo")
	}
	all, err := p.Engine.Resources(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]looked, len(all))
	var done atomic.Int64
	far := func(context.Context) string { return fmt.Sprintf("%d of %d", done.Load(), len(all)) }
	return out, t.progress(ctx, "looking at resources", far, func() error {
		for i, r := range all {
			out[i].Resource = r
			if drift {
				d := p.Drift(ctx, r)
				out[i].Drift = &d
			}
			done.Add(1)
		}
		return ctx.Err()
	})
}

func (t *tree) resources(resources []looked, out *format) error {
	if out.value == "json" {
		return object(t.env.Out, resources)
	}
	if len(resources) == 0 {
		say(t.env.Err, "no resources")
		return nil
	}
	rows := [][]string{{"RESOURCE", "NAME", "VERSION", "SAGA", "UPDATED"}}
	if resources[0].Drift != nil {
		rows[0] = append(rows[0], "DRIFT")
	}
	for _, r := range resources {
		row := []string{r.Key(), r.Name, strconv.Itoa(r.SpecVersion), r.SagaID.Short(), moment(r.UpdatedAt)}
		if r.Drift != nil {
			row = append(row, t.drifted(*r.Drift))
		}
		rows = append(rows, row)
	}
	if err := columns(t.env.Out, listed(rows)); err != nil {
		return err
	}
	for _, advice := range whatNow(resources) {
		say(t.env.Err, advice)
	}
	return nil
}

// whatNow says what can be done about resources that have drifted: once for all of them, or for each when not all of it
// helps with all.
func whatNow(resources []looked) []string {
	var each, words []string
	for _, r := range resources {
		if r.Drift == nil || !r.Drift.Astray() {
			continue
		}
		cures := r.Drift.Cures
		if len(cures) == 0 {
			cures = []string{"restore", "accept", "forget"}
		}
		word := cures[len(cures)-1]
		if n := len(cures) - 1; n > 0 {
			word = strings.Join(cures[:n], ", ") + " or " + word
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
		each = append(each, "what now: arcadia "+word+" "+r.Key())
	}
	if len(words) == 1 {
		return []string{"what now: arcadia " + words[0] + " RESOURCE"}
	}
	return each
}

func (t *tree) drifted(d estate.Drift) string {
	parts := []string{string(d.State)}
	for _, c := range d.Changes {
		parts = append(parts, t.change(engine.Change{Subject: c.Name, Fields: []engine.FieldChange{{From: c.From, To: c.To}}}))
	}
	if d.Note != "" {
		parts = append(parts, d.Note)
	}
	return strings.Join(parts, "; ")
}
