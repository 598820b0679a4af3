package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// Doors says who may come in to a host.
type Doors struct {
	Listen    string // address for SSH; empty: only the operator's own processes on this machine, through the socket
	Operators string // file of keys, names and roles
	HostKey   string // file of the host's own key; empty: the usual place
	Metrics   string // address for figures; empty: none
	// Reread receives when the operators file shall be read again at once. Nil: never.
	Reread <-chan struct{}
	// Ready is called with a line for each door, once it is open.
	Ready func(line string)
}

// Elsewhere is the error of Open for a store that another process of this operator hosts and that can be attached to: the
// command line is then run there.
type Elsewhere struct {
	Err    error                                                                         // what Open would say otherwise
	Attach func(ctx context.Context, args []string, screen bool) (status int, err error) // screen: it draws the console on our terminal
}

// Error says who holds the store.
func (e *Elsewhere) Error() string { return e.Err.Error() }

// Unwrap gives what Open would say otherwise.
func (e *Elsewhere) Unwrap() error { return e.Err }

// attach runs the command line where the store is held, with its flags: what narrows here narrows there, or is refused.
func (t *tree) attach(ctx context.Context, e *Elsewhere) error {
	words, err := t.words()
	if err != nil {
		return err
	}
	status, err := e.Attach(ctx, words, t.opening)
	switch {
	case errors.Is(err, engine.ErrInput):
		return err
	case err != nil:
		return errors.Join(e.Err, err)
	case status != Done:
		return exitError(status)
	}
	return nil
}

func (t *tree) serveCommand() *cobra.Command {
	var d Doors
	cmd := &cobra.Command{
		Use: "serve --listen ADDR --authorized-keys FILE", Short: "Serve the console to operators over SSH", Args: exactly(),
		Long: "serve drives sagas and serves the console and the commands over SSH, to\n" +
			"public keys only. The file has one key a line, as in authorized_keys, with a\n" +
			"role before it (environment=\"ARCADIA_ROLE=operator\", viewer, approver or\n" +
			"operator,approver) and the operator's name behind it. It is read at each\n" +
			"login.",
		Example: "arcadia serve --listen 127.0.0.1:2222 --authorized-keys operators --metrics 127.0.0.1:9464",
	}
	flags := cmd.Flags()
	flags.StringVar(&d.Listen, "listen", "127.0.0.1:2222", "address and port for SSH")
	flags.StringVar(&d.Operators, "authorized-keys", "", "the operators: keys, roles and names")
	flags.StringVar(&d.HostKey, "host-key", "", "the host's own key, made when it is missing (default in the folder for data)")
	flags.StringVar(&d.Metrics, "metrics", "", "address on this machine for /metrics and /healthz")
	for _, file := range []string{"authorized-keys", "host-key"} {
		_ = cmd.MarkFlagFilename(file) // the flags are there
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if d.Operators == "" {
			return misuse("serve needs --authorized-keys FILE: nobody could come in without it")
		}
		return t.serve(cmd.Context(), "serve", d)
	}
	return cmd
}

// hostCommand is what stays behind when an operator leaves the console and lets sagas go on.
func (t *tree) hostCommand() *cobra.Command {
	return &cobra.Command{
		Use: "host", Short: "Drive sagas for the operator's own processes on this machine", Args: exactly(), Hidden: true, Example: "arcadia host",
		RunE: func(cmd *cobra.Command, _ []string) error { return t.serve(cmd.Context(), "host", Doors{}) },
	}
}

func (t *tree) serve(ctx context.Context, purpose string, d Doors) error {
	if t.env.Serve == nil {
		return errors.New(purpose + ": not available in this session: run it in a shell")
	}
	p, err := t.place(ctx, Act, purpose)
	if held := new(Elsewhere); errors.As(err, &held) {
		return held.Err // the doors are this process's own to open
	}
	if err != nil {
		return err
	}
	defer p.Close()
	d.Ready = func(line string) { say(t.env.Err, line) }
	return host(ctx, p, func(ctx context.Context) error { return t.env.Serve(ctx, p, d) })
}

func (t *tree) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "End the process that drives sagas in the background", Args: exactly(),
		Long:    "stop ends the host of the store in order: its sagas rest and go on at the\nnext host.",
		Example: "arcadia stop",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if t.env.Stop == nil {
				return errors.New("stop: not available in this session: run it in a shell")
			}
			return t.env.Stop(cmd.Context(), t.database)
		},
	}
}
