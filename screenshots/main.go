// Command screenshots takes pictures of the real program: it runs it on a pty, types keys, waits for text on an
// emulated screen, and draws the screen's cells. Nothing but Go is needed.
//
//	go run ./screenshots                        all scenes, into screenshots/
//	go run ./screenshots -only sagas-dark       one scene
//	go run ./screenshots shot -size 120x30 -theme dark -out x.png -keys 'wait:plan,down' -- command args
//
// The last form looks at any program. The same screen always gives the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
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
	fs := flag.NewFlagSet("screenshots", flag.ContinueOnError)
	binary := fs.String("binary", "", "program to take pictures of (default: built from the folder this runs in)")
	out := fs.String("out", "screenshots", "folder for the pictures")
	only := fs.String("only", "", "take this scene only")
	limit := fs.Duration("timeout", time.Minute, "limit of each wait")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q is not a command: want none, or shot", fs.Arg(0))
	}
	chosen, err := choose(scenes(), *only)
	if err != nil {
		return err
	}
	paint, err := newPainter()
	if err != nil {
		return err
	}
	if *binary == "" {
		dir, err := os.MkdirTemp("", "screenshots-")
		if err != nil {
			return fmt.Errorf("make a folder to build in: %w", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
		*binary = filepath.Join(dir, "arcadia")
		if said, err := exec.CommandContext(ctx, "go", "build", "-o", *binary, ".").CombinedOutput(); err != nil {
			return fmt.Errorf("build the program (run this in its folder, or give -binary): %w\n%s", err, said)
		}
	}
	path, err := filepath.Abs(*binary)
	if err != nil {
		return fmt.Errorf("find %s: %w", *binary, err)
	}
	st := &studio{binary: path, out: *out, paint: paint, limit: *limit, log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	var failed []error
	for _, sc := range chosen { // one that fails does not keep the others from being taken
		if err := st.take(ctx, sc); err != nil {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

func choose(all []scene, only string) ([]scene, error) {
	if only == "" {
		return all, nil
	}
	names := make([]string, 0, len(all))
	for _, sc := range all {
		if sc.name == only {
			return []scene{sc}, nil
		}
		names = append(names, sc.name)
	}
	return nil, fmt.Errorf("no scene is called %q: there are %s", only, strings.Join(names, ", "))
}
