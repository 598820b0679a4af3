package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

func (t *tree) operatorsCommand() *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use: "operators --authorized-keys FILE", Short: "List who may come in over SSH, by which key and in which role", Args: exactly(),
		Long: "operators lists the keys, roles and names of an operators file as serve reads\n" +
			"it. A line that makes no sense grants nothing, and is an error.",
		Example: "arcadia operators --authorized-keys operators\narcadia operators --authorized-keys operators -o json",
	}
	cmd.Flags().StringVar(&file, "authorized-keys", "", "the operators: keys, roles and names")
	_ = cmd.MarkFlagFilename("authorized-keys") // the flag is there
	out := output(cmd, "table", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		switch {
		case file == "":
			return misuse("operators needs --authorized-keys: the file that serve is started with")
		case t.env.Operators == nil:
			return errors.New("operators: the file cannot be read in this session: run it in a shell")
		}
		all, err := t.env.Operators(file)
		if err != nil {
			return err
		}
		type holder struct {
			Name string `json:"name"`
			Role string `json:"role"`
			Key  string `json:"key"`
		}
		holders, rows := []holder{}, [][]string{{"NAME", "ROLE", "KEY"}}
		for _, a := range all {
			holders = append(holders, holder{a.Name, string(a.Role), a.Key})
			rows = append(rows, []string{a.Name, string(a.Role), a.Key})
		}
		if out.value == "json" {
			return object(t.env.Out, holders)
		}
		return columns(t.env.Out, listed(rows))
	}
	return cmd
}
