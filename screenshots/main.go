// Command screenshots takes pictures of the real program: it runs it on a pty, types keys, waits for text on an
// emulated screen, and draws the screen's cells. Nothing but Go is needed.
//
// All pictures:         go run ./screenshots
// One scene:            go run ./screenshots -only sagas-dark
// A look at anything:   go run ./screenshots shot -size 120x30 -theme dark -out x.png -keys 'wait:plan,down' -- command
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "shot" {
		return shotCommand(ctx, args[1:], os.Stderr)
	}
	return errors.New("no scenes yet; use: go run ./screenshots shot -- command")
}
