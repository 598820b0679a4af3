package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// ways says how to go on for somebody who has just typed arcadia.
const ways = `arcadia works on a DigitalOcean account, or on a simulated one:

  arcadia --demo                      everything works and nothing is real
  DIGITALOCEAN_TOKEN=... arcadia      your account; make a token at cloud.digitalocean.com/account/api/tokens

What is in the store can be read without either: arcadia list, arcadia show. All commands: arcadia --help
`

// accessibleCommand is --accessible for those who come by ssh, whose own flags begin with a dash too.
func (t *tree) accessibleCommand() *cobra.Command {
	return &cobra.Command{
		Use: "accessible", Short: "The console as plain lines and numbered menus", Args: exactly(),
		Long: "accessible is arcadia --accessible, for ssh, which takes what begins with a\n" +
			"dash for its own: ssh -p 2222 host accessible",
		Example: "arcadia accessible",
		RunE: func(cmd *cobra.Command, _ []string) error {
			t.accessible = true
			return t.console(cmd.Context())
		},
	}
}

// console opens the console, as a screen or as plain lines.
func (t *tree) console(ctx context.Context) error {
	switch {
	case !t.demo && !t.env.Token && t.context == nil:
		_, _ = t.env.Err.Write([]byte(ways))
		return exitError(Trouble)
	case t.accessible:
	case t.env.Console == nil:
		return errors.New("there is no console in this session: use a command, see arcadia --help")
	case t.env.Screen && (t.env.Term == "" || t.env.Term == "dumb"):
		return misuse("the console cannot be drawn on a terminal of TERM=%s: use plain lines (arcadia --accessible), or set TERM", t.env.Term)
	case !t.env.Screen:
		return errors.New("the console needs a terminal, and input or output is none: use a command (arcadia --help) or plain lines (arcadia --accessible)")
	}
	t.opening = !t.accessible
	access := func() Access {
		if t.readOnly {
			return Read
		}
		return Act
	}
	warning := ""         // what is said in the footer at first
	var left *whereabouts // where the console was before, to which it goes back when the next context cannot be opened
	for {
		p, err := t.place(ctx, access(), "console")
		_, held := errors.AsType[*Elsewhere](err)
		switch {
		case err != nil && (left == nil || held || ctx.Err() != nil):
			return err
		case err != nil:
			warning = "context " + t.contextName + " cannot be opened: " + err.Error()
			t.whereabouts, left = *left, nil
			continue
		}
		err = t.consoleOn(ctx, p, warning)
		to, switches := errors.AsType[*Switch](err)
		if !switches {
			return err
		}
		here := t.whereabouts
		left, warning = &here, ""
		if err := t.into(to.To); err != nil {
			left, warning = nil, err.Error()
		}
	}
}

// consoleOn shows the console on one account, and closes it.
func (t *tree) consoleOn(ctx context.Context, p *Place, warning string) error {
	defer p.Close()
	err := host(ctx, p, func(ctx context.Context) error {
		if t.accessible {
			return t.lineMode(ctx, p)
		}
		return t.env.Console(ctx, p, Look{ASCII: t.ascii, NoColor: t.noColor, ReadOnly: t.readOnly, Warning: warning})
	})
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // asked to end, and ended in order
	}
	if err == nil {
		t.rest(context.WithoutCancel(ctx), p)
	}
	return err
}
