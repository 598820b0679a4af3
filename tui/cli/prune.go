package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	words "arcadia/tui/say"
)

func (t *tree) pruneCommand() *cobra.Command {
	var age string
	cmd := &cobra.Command{
		Use: "prune --older-than AGE", Short: "Remove old sagas that are at rest", Args: exactly(),
		Long: "prune removes sagas that ended longer ago than AGE (90d, 36h). It leaves what\n" +
			"has failed with something left, and what a resource still points at. From a\n" +
			"store that several hosts share they go into a new file first, which is examined\n" +
			"(archive, beside the operator's own store; look at it with --db).",
		Example: "arcadia prune --older-than 90d",
	}
	cmd.Flags().StringVar(&age, "older-than", "", "how long ago they must have ended: 90d, 36h")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, err := ageOf(age)
		if err != nil {
			return err
		}
		p, err := t.place(cmd.Context(), Act, "prune")
		if err != nil {
			return err
		}
		defer p.Close()
		switch {
		case t.readOnly:
			return errors.New("prune: it cannot run with --read-only: leave that out")
		case p.Prune == nil:
			return errors.New("prune: the store's file is not available here: run it on the machine that has it")
		}
		n, err := t.prune(cmd.Context(), p, time.Now().Add(-d))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.env.Out, "%d %s removed\n", n, words.Plural(n, "saga", "sagas"))
		return written(err)
	}
	return cmd
}

func (t *tree) prune(ctx context.Context, p *Place, before time.Time) (n int, err error) {
	counts, err := p.Engine.Counts(ctx)
	if err != nil {
		return 0, err
	}
	far := func(ctx context.Context) string {
		now, err := p.Engine.Counts(ctx)
		if err != nil {
			return ""
		}
		return fmt.Sprintf("%d so far", max(0, counts.Total-now.Total))
	}
	err = t.progress(ctx, "removing old sagas", far, func() (err error) {
		n, err = p.Prune(ctx, before)
		return err
	})
	return n, err
}

// ageOf reads 90d as well as what time.ParseDuration reads. There is no default: nobody shall lose history by a slip.
func ageOf(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 100_000 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, misuse("--older-than %q: give an age such as 90d or 36h", text)
	}
	return d, nil
}
