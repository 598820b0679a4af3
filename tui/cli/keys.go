package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"arcadia/engine/visible"
	"arcadia/tui"
)

func (t *tree) keysCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use: "keys", Short: "Print the console's keys", Args: exactly(),
		Long: "keys prints the console's keys as the settings have them. With --check it only\n" +
			"says whether the settings are sound: no unknown entry, no key twice, none that a\n" +
			"torn escape sequence could press.",
		Example: "arcadia keys\narcadia keys --check",
	}
	cmd.Flags().BoolVar(&check, "check", false, "only look for mistakes in the settings")
	cmd.RunE = func(*cobra.Command, []string) error {
		if t.env.Settings == nil {
			return errors.New("keys: the settings are not available here: run it in a shell")
		}
		s, file, err := t.env.Settings()
		if err != nil {
			return err
		}
		if check {
			text := "sound: " + file
			if _, err := os.Stat(file); filepath.IsAbs(file) && errors.Is(err, fs.ErrNotExist) {
				text = "there is no " + file + ": everything is as it comes"
			}
			_, err := fmt.Fprintln(t.env.Out, visible.Text(text))
			return written(err)
		}
		return written(tui.WriteKeys(t.env.Out, s))
	}
	return cmd
}
