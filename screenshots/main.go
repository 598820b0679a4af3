// Command screenshots takes pictures of the program: it types keys, waits for text on an emulated screen, and draws the
// screen's cells. Nothing but Go is needed.
//
//	go run .                        all scenes, into this folder
//	go run . -only sagas-dark       one scene
//	go run . shot -size 120x30 -theme dark -out x.png -keys 'wait:plan,down' -- command args
//
// It is a module of its own, so that the product does not depend on fonts and images: run it in this folder.
//
// The last form looks at any program, on a pty. The scenes play in a test, where time is simulated: the same pictures come
// out each time, also of what moves. The same screen always gives the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
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
	fs := flag.NewFlagSet("screenshots", flag.ContinueOnError)
	out := fs.String("out", ".", "folder for the pictures")
	only := fs.String("only", "", "take the pictures of this scene only")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q is not a command: want none, or shot", fs.Arg(0))
	}
	if err := known(scenes(), *only); err != nil {
		return err
	}
	dir, err := filepath.Abs(*out)
	if err != nil {
		return fmt.Errorf("find %s: %w", *out, err)
	}
	test := exec.CommandContext(ctx, "go", "test", "-count=1", "-run", "^TestPictures$/^"+*only, ".", "-args", "-pictures", dir) //nolint:gosec // a scene that is known, and a folder
	said, err := test.CombinedOutput()
	if err != nil {
		return fmt.Errorf("take the pictures (run this in the folder screenshots): %w\n%s", err, said)
	}
	return nil
}

// known refuses a name that no scene has.
func known(all []scene, only string) error {
	names := make([]string, 0, len(all))
	for _, sc := range all {
		names = append(names, sc.name)
	}
	if only == "" || slices.Contains(names, only) {
		return nil
	}
	return fmt.Errorf("no scene is called %q: there are %s", only, strings.Join(names, ", "))
}
