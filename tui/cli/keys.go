package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"arcadia/engine/trust"
	"arcadia/engine/visible"
	"arcadia/tui"
)

// maxSettings bounds the file.
const maxSettings = 256 << 10

// ReadSettings reads the operator's settings of the console. A file that is not there is no settings; one with a mistake
// is an error that names its lines.
func ReadSettings(file string) (tui.Settings, error) {
	text, err := trust.Read(file, trust.Rule{Forbidden: 0o022, Max: maxSettings})
	if errors.Is(err, fs.ErrNotExist) {
		return tui.Settings{}, nil
	}
	if err != nil {
		return tui.Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	s, err := tui.ParseSettings(text)
	if err != nil {
		return tui.Settings{}, fmt.Errorf("settings in %s: %w", file, err)
	}
	return s, nil
}

// OwnSettings are the operator's own settings, and the file that they are in.
func OwnSettings(env func(string) string) (s tui.Settings, file string, err error) {
	if file, err = SettingsFile(env); err != nil {
		return s, "", nil //nolint:nilerr // without a home there are none
	}
	s, err = ReadSettings(file)
	return s, file, err
}

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
			if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
				text = "there is no " + file + ": everything is as it comes"
			}
			_, err := fmt.Fprintln(t.env.Out, visible.Text(text))
			return written(err)
		}
		return written(tui.WriteKeys(t.env.Out, s))
	}
	return cmd
}
