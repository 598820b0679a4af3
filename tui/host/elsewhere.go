package host

import (
	"context"
	"os"

	"arcadia/tui/cli"
	"arcadia/tui/sshd"
)

// Elsewhere is the way to the process that holds a store, if it takes visitors.
func Elsewhere(err error, socket string) error {
	if _, missing := os.Stat(socket); missing != nil {
		return err
	}
	return &cli.Elsewhere{Err: err, Attach: func(ctx context.Context, args []string, screen bool) (int, error) {
		return sshd.Attach(ctx, socket, args, sshd.Here{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(), Console: screen})
	}}
}
