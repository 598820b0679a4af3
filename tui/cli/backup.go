package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"arcadia/engine/visible"
)

func (t *tree) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Write a copy of the store to a new file", Args: exactly("FILE"),
		Long: "backup copies the store while sagas go on, examines the copy and only then gives\n" +
			"it its name. A copy is a store: look at it with --db, or put it in the place of\n" +
			"one that nobody has open.",
		Example: "arcadia backup arcadia-copy.db",
		RunE: t.at(Read, "backup", func(ctx context.Context, p *Place, args []string) error {
			if p.Backup == nil {
				return errors.New("backup: the store's file is not available here: run it on the machine that has it")
			}
			file, err := filepath.Abs(args[0])
			if err != nil {
				return fmt.Errorf("backup to %s: %w", args[0], err)
			}
			err = t.progress(ctx, "copying the store and checking the copy", nil, func() error { return p.Backup(ctx, file) })
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(t.env.Out, visible.Text(file))
			return written(err)
		}),
	}
}
