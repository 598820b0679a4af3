package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine/visible"
	words "arcadia/tui/say"
)

func (t *tree) copyCommand() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use: "copy --from STORE --to STORE", Short: "Copy a store into an empty one, between a file and several hosts", Args: exactly(),
		Long: "copy copies everything in a store into an empty one: a file, or a store that\n" +
			"several hosts share, in either direction. The source stays as it is. The copy\n" +
			"begins frozen: end the hosts of the source first, look at the copy, and thaw it.",
		Example: "arcadia copy --from arcadia.db --to etcd://127.0.0.1:2379/prod\narcadia copy --from etcd://127.0.0.1:2379/prod --to arcadia.db",
	}
	cmd.Flags().StringVar(&from, "from", "", "a store's file or address")
	cmd.Flags().StringVar(&to, "to", "", "the file or address of an empty store")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if from == "" || to == "" {
			return misuse("copy needs --from and --to: see %s --help", cmd.CommandPath())
		}
		if t.env.Copy == nil {
			return errors.New("copy: no store is available here: run it on the machine that has it")
		}
		var n int
		err := t.progress(cmd.Context(), "copying the store", nil, func() error {
			source, err := t.storeAt(from)
			if err != nil {
				return err
			}
			target, err := t.storeAt(to)
			if err != nil {
				return err
			}
			n, err = t.env.Copy(cmd.Context(), source, target)
			return err
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.env.Out, "%d %s copied to %s, which is frozen: look at it, and thaw it\n", n, words.Plural(n, "saga", "sagas"), visible.Text(to))
		return written(err)
	}
	return cmd
}

// storeAt is a store by its file or address, with what the flags say of the way there.
func (t *tree) storeAt(name string) (Store, error) {
	s := t.store
	s.Address = name
	if strings.Contains(name, "://") {
		return s, nil
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return s, fmt.Errorf("find %s: %w", name, err)
	}
	s.Address = abs
	return s, nil
}
