package cli

import (
	"context"
	"errors"
	"io"
	"runtime"
	"testing"
	"weak"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestACommandLeavesNothingBehindInAProcessThatServes: each is a tree of its own, and a server runs them by the thousand.
func TestACommandLeavesNothingBehindInAProcessThatServes(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"version"}, {"list", "--help"}, {cobra.ShellCompRequestCmd, "list", "--kind", ""}, {cobra.ShellCompRequestCmd, "launch", "-o", ""}} {
		flags := run(t, args)
		runtime.GC()
		runtime.GC() // what has a finalizer needs two
		for _, f := range flags {
			if left := f.Value(); left != nil {
				t.Errorf("after %q the flag --%s is still there", args, left.Name)
			}
		}
	}
}

// run runs a command and returns all flags of its tree.
func run(t *testing.T, args []string) (flags []weak.Pointer[pflag.Flag]) {
	t.Helper()
	tr := &tree{env: Env{Out: io.Discard, Err: io.Discard, Open: func(context.Context, Want) (*Place, error) { return nil, errors.New("no store here") }}}
	root := tr.root(args)
	root.SetArgs(args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	var err error
	if args[0] == cobra.ShellCompRequestCmd {
		err = tr.complete(t.Context(), root, args)
	} else {
		err = root.ExecuteContext(t.Context())
	}
	tr.slow.end()
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, weak.Make(f)) })
	}
	if len(flags) < 100 {
		t.Fatalf("the tree has %d flags", len(flags))
	}
	return flags
}
