// Arcadia is an operations console for DigitalOcean on a durable saga engine: cancel means rolled back, rolled back means
// nothing left, and the ledger can be believed after anything.
//
// This file and wire.go are the only ones that know every package.
package main

import (
	"context"
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/term"

	"arcadia/tui/cli"
)

// Set by the linker; see the Makefile. Without them the build information of the Go toolchain serves.
var version, commit, date string

func main() {
	os.Exit(run())
}

func run() int {
	if file := os.Getenv(examineEnv); file != "" {
		return examine(file)
	}
	// The first signal asks for an orderly end, in which running sagas are put to rest; the next one ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	// A reader that goes away must not end a process that drives sagas.
	signal.Ignore(syscall.SIGPIPE)

	w := wire{env: os.Getenv, operator: operator(), version: build().Version}
	input, output := term.IsTerminal(os.Stdin.Fd()), term.IsTerminal(os.Stdout.Fd())
	return cli.Run(ctx, cli.Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Screen: input && output, Lively: term.IsTerminal(os.Stderr.Fd()),
		Token: w.token() != "", NoColor: os.Getenv("NO_COLOR") != "", Operator: w.operator, Build: build(), Database: os.Getenv("ARCADIA_DB"),
		Open: w.open, Console: console, Check: w.check, Simulate: simulate,
	}, os.Args[1:])
}

// operator is the name by which verbs are recorded.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "user-" + strings.TrimSpace(os.Getenv("USER"))
}

func build() cli.Build {
	b := cli.Build{Version: version, Commit: commit, Date: date}
	info, ok := debug.ReadBuildInfo()
	if !ok || b.Version != "" {
		return b.OrUnknown()
	}
	b.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		}
	}
	return b.OrUnknown()
}
