package digitalocean

import (
	"cmp"
	"context"

	"github.com/digitalocean/godo"

	"arcadia/engine/visible"
)

// Account names whose account the token opens, safe to show: the team's name, or that of the account, or its address. It
// needs the scope account:read.
func (c *Client) Account(ctx context.Context) (string, error) {
	var name string
	err := c.read(ctx, "read the account", func(ctx context.Context, api *godo.Client) error {
		a, _, err := api.Account.Get(ctx)
		if err != nil {
			return err
		}
		if a == nil {
			return garbled("it has no account")
		}
		team := ""
		if a.Team != nil {
			team = a.Team.Name
		}
		if name = visible.Short(cmp.Or(team, a.Name, a.Email), 60); name == "" {
			return garbled("the account has no name")
		}
		return nil
	})
	return name, err
}
