package digitalocean

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/digitalocean/godo"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/steps"
)

// Owner says whose account both tokens open. Where the token of writes may not read it, that of reads stands for both; tokens of
// two accounts are refused. It needs the scope account:read. Without a client nobody can be asked. A token that is refused is an
// engine.Blocked, as for a step.
func (c *Client) Owner(ctx context.Context) (engine.Account, error) {
	if c == nil {
		return engine.Account{}, errors.New("there is no DigitalOcean token: set DIGITALOCEAN_TOKEN")
	}
	a, err := c.bothOwners(ctx)
	if steps.ClassOf(err) == steps.Blocked {
		err = engine.Blocked(err, 0)
	}
	return a, err
}

func (c *Client) bothOwners(ctx context.Context) (engine.Account, error) {
	a, err := owner(func(what string, do func(context.Context, *godo.Client) error) error { return c.read(ctx, what, do) })
	if forbidden(err) {
		return a, fmt.Errorf("the token may not read the account, and arcadia has to know whose it is: give it the scope account:read: %w", err)
	}
	if err != nil || c.writes.api == c.reads.api {
		return a, err
	}
	w, err := owner(func(what string, do func(context.Context, *godo.Client) error) error {
		return c.once(ctx, c.writes, false, what, do)
	})
	switch {
	case forbidden(err):
		return a, nil
	case err != nil:
		return a, err
	case !w.Same(a):
		return a, fmt.Errorf("the token is of %q (%.8s) and the provisioning token of %q (%.8s): use two of one account", a.Team, a.UUID, w.Team, w.UUID)
	}
	return a, nil
}

func forbidden(err error) bool {
	var e *steps.CloudError
	return errors.As(err, &e) && e.Status == http.StatusForbidden
}

// owner reads the account with one of the tokens.
func owner(ask func(what string, do func(context.Context, *godo.Client) error) error) (owner engine.Account, err error) {
	err = ask("read the account", func(ctx context.Context, api *godo.Client) error {
		a, _, err := api.Account.Get(ctx)
		switch {
		case err != nil:
			return err
		case a == nil || a.UUID == "":
			return garbled("it has no account")
		}
		owner = engine.Account{UUID: visible.Short(a.UUID, 60), Host: api.BaseURL.Hostname()}
		if a.Team != nil {
			owner.Team, owner.TeamUUID = visible.Short(a.Team.Name, 60), visible.Short(a.Team.UUID, 60)
		}
		return nil
	})
	return owner, err
}

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
		name = visible.Short(cmp.Or(team, a.Name, a.Email), 60)
		if name == "" {
			return garbled("the account has no name")
		}
		return nil
	})
	return name, err
}
