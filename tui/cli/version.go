package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

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
