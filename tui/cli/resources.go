package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

func (t *tree) resourcesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "resources", Short: "List what sagas have provisioned", Args: exactly(),
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := t.place(cmd.Context(), Read, "resources")
		if err != nil {
			return err
		}
		defer p.Close()
		resources, err := p.Engine.Resources(cmd.Context())
		if err != nil {
			return err
		}
		if out.value == "json" {
			if resources == nil {
				resources = []engine.Resource{}
			}
			return object(t.env.Out, resources)
		}
		if len(resources) == 0 {
			say(t.env.Err, "no resources")
			return nil
		}
		rows := [][]string{{"TYPE", "ID", "NAME", "VERSION", "SAGA", "UPDATED"}}
		for _, r := range resources {
			rows = append(rows, []string{r.Type, r.ExternalID, r.Name, strconv.Itoa(r.SpecVersion), r.SagaID.Short(), moment(r.UpdatedAt)})
		}
		return columns(t.env.Out, rows)
	}
	return cmd
}
