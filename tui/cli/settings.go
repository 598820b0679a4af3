package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine/trust"
	"arcadia/engine/visible"
	"arcadia/tui"
)

// maxSettings bounds the text of settings.
const maxSettings = 256 << 10

// SettingsIn keeps settings in a file with this name. One that is not there is no settings.
type SettingsIn string

// Read reads the file, if nobody else could have written it.
func (f SettingsIn) Read(context.Context) ([]byte, error) {
	text, err := trust.Read(string(f), trust.Rule{Forbidden: 0o022, Max: maxSettings})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// Write puts a new file in its place, for its owner only.
func (f SettingsIn) Write(_ context.Context, text []byte) error {
	dir := filepath.Dir(string(f))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if at, err := filepath.EvalSymlinks(string(f)); err == nil {
		f, dir = SettingsIn(at), filepath.Dir(at) // a link stays one
	}
	next, err := os.CreateTemp(dir, ".config-*") // readable by its owner only
	if err != nil {
		return err
	}
	_, err = next.Write(text)
	err = errors.Join(err, next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), string(f))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(next.Name()))
	}
	return err
}

// OwnKeeper is where the operator's own settings are kept; nil without a folder for them.
func OwnKeeper(env func(string) string) tui.Keeper {
	file, err := SettingsFile(env)
	if err != nil {
		return nil
	}
	return SettingsIn(file)
}

// OwnSettings are the operator's own settings, and the file that they are in. A mistake in it is an error that names its lines.
func OwnSettings(env func(string) string) (s tui.Settings, file string, err error) {
	if file, err = SettingsFile(env); err != nil {
		return s, "", nil //nolint:nilerr // without a home there are none
	}
	if s, err = tui.ReadSettings(context.Background(), SettingsIn(file)); err != nil {
		err = fmt.Errorf("settings in %s: %w", file, err)
	}
	return s, file, err
}

func (t *tree) settingsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "settings", Short: "Show how the console looks and behaves for you, and change it", Args: known,
		Long: "settings lists your settings of the console: theme, how times are written,\n" +
			"columns, saved filters and so on. Over SSH they are kept under your name in the\n" +
			"store, so that they are the same on every host; otherwise in your own file.",
		Example: "arcadia settings\narcadia settings set theme light\narcadia settings set \"filter mine\" by:ops1\narcadia settings unset theme",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, where, err := t.settings()
		if err != nil {
			return err
		}
		return t.listSettings(s, where, out)
	}
	set := &cobra.Command{
		Use: "set NAME VALUE", Short: "Change a setting", Args: exactly("NAME", "VALUE"), ValidArgsFunction: cobra.NoFileCompletions,
		Long:    "set changes one setting. arcadia settings lists their names and what they can\nbe; \"filter NAME\" keeps a filter, \"key COMMAND\" the keys of a command.",
		Example: "arcadia settings set times utc\narcadia settings set columns \"kind, age\"\narcadia settings set \"key cancel\" \"x f8\"",
		RunE:    func(cmd *cobra.Command, args []string) error { return t.setSetting(cmd.Context(), args[0], args[1]) },
	}
	unset := &cobra.Command{
		Use: "unset NAME", Short: "Reset a setting to its default", Args: exactly("NAME"), ValidArgsFunction: cobra.NoFileCompletions,
		Long:    "unset resets a setting to its default. A saved filter is gone then.",
		Example: "arcadia settings unset theme\narcadia settings unset \"filter mine\"",
		RunE:    func(cmd *cobra.Command, args []string) error { return t.setSetting(cmd.Context(), args[0], "") },
	}
	cmd.AddCommand(set, unset)
	return cmd
}

// settings are those of whoever asks, and where they are kept.
func (t *tree) settings() (tui.Settings, string, error) {
	if t.env.Settings == nil {
		return tui.Settings{}, "", errors.New("settings: they are not available here: run it in a shell")
	}
	return t.env.Settings()
}

func (t *tree) listSettings(s tui.Settings, where string, out *format) error {
	if out.value == "json" {
		type setting struct {
			Name  string `json:"name"`
			Value string `json:"value"`
			About string `json:"about"`
		}
		all := []setting{}
		for _, x := range s.List() {
			all = append(all, setting{x.Name, x.Value, x.About})
		}
		return object(t.env.Out, all)
	}
	rows := [][]string{{"NAME", "VALUE", "WHAT IT IS"}}
	for _, x := range s.List() {
		about := x.About
		if len(x.Takes) > 0 {
			about += ": " + strings.Join(x.Takes, ", ")
		}
		rows = append(rows, []string{x.Name, x.Value, about})
	}
	if err := columns(t.env.Out, rows); err != nil {
		return err
	}
	if where != "" {
		say(t.env.Err, "kept in "+visible.Text(where))
	}
	return nil
}

// setSetting changes a setting where it is kept. Empty: it is as it comes.
func (t *tree) setSetting(ctx context.Context, name, value string) error {
	if t.env.Kept == nil {
		return errors.New("settings: they cannot be kept here: set XDG_CONFIG_HOME or HOME")
	}
	if strings.Contains(value, "\n") {
		return misuse("settings: a value is one line")
	}
	if _, err := tui.ChangeSetting(ctx, t.env.Kept, name, value); err != nil {
		return err
	}
	if value == "" {
		value = "as it comes"
	}
	_, err := fmt.Fprintln(t.env.Out, visible.Text(name+": "+value))
	return written(err)
}
