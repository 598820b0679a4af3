package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"arcadia/engine/visible"
	words "arcadia/tui/say"
)

func (t *tree) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "Examine the store: the file, its checksums and the ledger's invariants", Args: exactly(),
		Long: "check examines a copy of the store, in a process of its own, since damaged\n" +
			"pages can crash the process that reads them. A store that several hosts share\n" +
			"is examined as it is at one moment, while they go on. It changes nothing and\n" +
			"exits with 1 when anything is wrong.",
		Example: "arcadia check\narcadia check --db arcadia-copy.db -o json\narcadia check --store etcd://127.0.0.1:2379/prod",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if t.env.Check == nil {
			return errors.New("check: the store's file is not available here: run it on the machine that has it")
		}
		var verdict Verdict
		err := t.progress(cmd.Context(), "examining the store", nil, func() (err error) {
			at := t.store
			if at.Address == "" {
				at.Address = t.database
			}
			verdict, err = t.env.Check(cmd.Context(), at)
			return err
		})
		if err != nil {
			return err
		}
		if verdict.Problems == nil {
			verdict.Problems = []string{}
		}
		if err := t.verdict(verdict, out); err != nil {
			return err
		}
		if len(verdict.Problems) > 0 {
			return exitError(Trouble)
		}
		return nil
	}
	return cmd
}

func (t *tree) verdict(v Verdict, out *format) error {
	if out.value == "json" {
		return object(t.env.Out, v)
	}
	for _, p := range v.Problems {
		if _, err := fmt.Fprintln(t.env.Out, visible.Text(p)); err != nil {
			return written(err)
		}
	}
	last := fmt.Sprintf("sound: %d %s, every checksum and every invariant holds", v.Sagas, words.Plural(v.Sagas, "saga", "sagas"))
	if n := len(v.Problems); n > 0 {
		last = fmt.Sprintf("not sound: %d %s: keep the store as it is and restore a backup", n, words.Plural(n, "problem", "problems"))
	}
	_, err := fmt.Fprintln(t.env.Out, last)
	return written(err)
}
