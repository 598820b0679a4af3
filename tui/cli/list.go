package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/tui"
	words "arcadia/tui/say"
)

const maxPage = 1000 // the most that one query may ask for

func (t *tree) listCommand() *cobra.Command {
	var q engine.Query
	var statuses []string
	cmd := &cobra.Command{
		Use: "list", Short: "List sagas, newest first", Args: exactly(),
		Example: "arcadia list --status running,failed\narcadia list --kind echo --by ops1 --limit 10 -o json",
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&statuses, "status", nil, "only these statuses")
	flags.StringVar(&q.Kind, "kind", "", "only this kind")
	flags.StringVar(&q.By, "by", "", "only what this operator launched")
	flags.IntVar(&q.Limit, "limit", 50, "maximum number of sagas; 0 for all")
	t.offers(flags, "kind", t.kinds())
	t.offers(flags, "by", t.operators())
	t.offers(flags, "status", fixed(statusNames()))
	out := output(cmd, "table", "json", "name")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, s := range statuses {
			st := engine.Status(strings.NewReplacer("-", "_", " ", "_").Replace(s))
			if !st.Valid() {
				return misuse("unknown status %q: there are %s", s, strings.Join(statusNames(), ", "))
			}
			q.Statuses = append(q.Statuses, st)
		}
		if q.Limit < 0 {
			return misuse("--limit %d: give 1 or more, or 0 for all", q.Limit)
		}
		return t.list(cmd.Context(), q, out)
	}
	return cmd
}

func statusNames() []string {
	var names []string
	for _, s := range engine.Statuses() {
		names = append(names, string(s))
	}
	return names
}

func (t *tree) list(ctx context.Context, q engine.Query, out *format) error {
	p, err := t.place(ctx, Read, "list")
	if err != nil {
		return err
	}
	defer p.Close()
	if err := knownKind(p.Engine, q.Kind); err != nil {
		return err
	}
	sagas, err := pages(ctx, p.Engine, q)
	if err != nil {
		return err
	}
	switch out.value {
	case "json":
		headers := make([]words.Header, len(sagas))
		for i := range sagas {
			headers[i] = words.HeaderOf(sagas[i])
		}
		return object(t.env.Out, headers)
	case "name":
		var b strings.Builder
		for i := range sagas {
			b.WriteString(sagas[i].Short + "\n")
		}
		_, err := io.WriteString(t.env.Out, b.String())
		return written(err)
	}
	t.sayFrozen(p)
	if len(sagas) == 0 {
		say(t.env.Err, "no sagas")
		return nil
	}
	return columns(t.env.Out, listed(listing(sagas)))
}

// pages reads up to q.Limit headers, all for 0. The answer is never nil.
func pages(ctx context.Context, eng Reader, q engine.Query) ([]engine.Summary, error) {
	sagas, want := []engine.Summary{}, q.Limit
	for {
		q.Limit = maxPage
		if want > 0 {
			q.Limit = min(maxPage, want-len(sagas))
		}
		page, err := eng.List(ctx, q)
		if err != nil {
			return nil, err
		}
		sagas = append(sagas, page.Items...)
		if !page.More || len(sagas) == want {
			return sagas, nil
		}
		q.From = sagas[len(sagas)-1].ID
	}
}

func listing(sagas []engine.Summary) [][]string {
	rows := [][]string{{"SAGA", "STATUS", "KIND", "TARGET", "LAUNCHED", "BY"}}
	for i := range sagas {
		s := &sagas[i]
		rows = append(rows, []string{s.Short, standing(s), s.Kind, s.Target, moment(s.CreatedAt), s.CreatedBy})
	}
	return rows
}

// knownKind refuses a kind that this build does not have, since a typing mistake would find nothing and look like an answer.
func knownKind(eng tui.Launcher, kind string) error {
	if kind == "" {
		return nil
	}
	var names []string
	for _, k := range eng.Kinds() {
		if k.Name == kind {
			return nil
		}
		names = append(names, k.Name)
	}
	return misuse("unknown kind %q: the kinds are %s", kind, strings.Join(names, ", "))
}
