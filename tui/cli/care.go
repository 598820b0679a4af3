package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"arcadia/engine/visible"
)

func (t *tree) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "Examine the store: the file, its checksums and the ledger's invariants", Args: exactly(),
		Long: "check examines a copy of the store, in a process of its own since damaged\n" +
			"pages can end the process that reads them. A store that several hosts share\n" +
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
	last := fmt.Sprintf("sound: %d sagas, every checksum and every invariant holds", v.Sagas)
	if n := len(v.Problems); n > 0 {
		last = fmt.Sprintf("not sound: %d problems: keep the store as it is and restore a backup", n)
	}
	_, err := fmt.Fprintln(t.env.Out, last)
	return written(err)
}

func (t *tree) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Write a copy of the store to a new file", Args: exactly("FILE"),
		Long: "backup copies the store while sagas go on, examines the copy and only then gives\n" +
			"it its name. A copy is a store: look at it with --db, or put it in the place of\n" +
			"one that nobody has open.",
		Example: "arcadia backup arcadia-copy.db",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := t.place(cmd.Context(), Read, "backup")
			if err != nil {
				return err
			}
			defer p.Close()
			if p.Backup == nil {
				return errors.New("backup: the store's file is not available here: run it on the machine that has it")
			}
			file, err := filepath.Abs(args[0])
			if err != nil {
				return fmt.Errorf("backup to %s: %w", args[0], err)
			}
			err = t.progress(cmd.Context(), "copying the store and checking the copy", nil, func() error { return p.Backup(cmd.Context(), file) })
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(t.env.Out, visible.Text(file))
			return written(err)
		},
	}
}

func (t *tree) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "version", Short: "Print version, commit and date", Args: exactly(), Example: "arcadia version -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		b := t.env.Build
		if out.value == "json" {
			return object(t.env.Out, map[string]string{"version": b.Version, "commit": b.Commit, "date": b.Date})
		}
		_, err := fmt.Fprintf(t.env.Out, "arcadia %s %s %s\n", b.Version, b.Commit, b.Date)
		return written(err)
	}
	return cmd
}
