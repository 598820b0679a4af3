package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// shotCommand takes one picture of any program, for whoever is at work on it.
func shotCommand(ctx context.Context, args []string, stderr io.Writer) error {
	fs := flag.NewFlagSet("shot", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintln(stderr, "usage: go run . shot [flags] -- command [args]")
		fs.PrintDefaults()
	}
	var (
		at      = fs.String("size", "120x30", "columns x rows")
		name    = fs.String("theme", "dark", "dark or light")
		out     = fs.String("out", "shot.png", "PNG to write")
		keys    = fs.String("keys", "", "script: keys and text:..., wait:TEXT, gone:TEXT, settle, sleep:1s, with commas between")
		limit   = fs.Duration("timeout", 10*time.Second, "limit of each wait")
		asText  = fs.Bool("text", false, "also print the screen as plain text")
		envVars pairs
	)
	fs.Var(&envVars, "env", "NAME=VALUE for the program; may be repeated")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return errors.New("shot: which command? put it after --")
	}
	th, err := themeNamed(*name)
	if err != nil {
		return err
	}
	sz, err := parseSize(*at)
	if err != nil {
		return err
	}
	script, err := parseScript(*keys)
	if err != nil {
		return err
	}
	paint, err := newPainter()
	if err != nil {
		return err
	}
	term, err := start(ctx, program{
		argv: fs.Args(), env: environment(inherited(os.Environ()), envVars), size: sz, theme: th,
	})
	if err != nil {
		return err
	}
	defer term.close(time.Second)
	st := &stage{term: term, limit: *limit}
	if len(script) == 0 {
		// Nothing says when the program is ready, so its first output is awaited.
		blank := term.now()
		if _, err := term.await(ctx, *limit, "any output", func(f *frame) bool { return !f.equal(blank) }); err != nil {
			return err
		}
	}
	// What the script cannot do is reported, but a picture of where it stopped is of more use than none.
	failed := st.play(ctx, script)
	if err := term.settle(ctx, quiet, 3*time.Second); err != nil && failed == nil {
		fmt.Fprintln(stderr, "shot: the screen is still moving, the picture shows it as it is now")
	}
	f := term.now()
	if *asText {
		fmt.Fprint(stderr, f)
	}
	if err := save(*out, func(w io.Writer) error { return writePNG(w, paint.picture(f)) }); err != nil {
		return err
	}
	return failed
}

func parseSize(s string) (size, error) {
	var sz size
	if n, err := fmt.Sscanf(s, "%dx%d", &sz.cols, &sz.rows); err != nil || n != 2 || sz.cols < 1 || sz.rows < 1 || sz.cols > 1000 || sz.rows > 1000 {
		return size{}, fmt.Errorf("size %q: want columns x rows, as in 120x30", s)
	}
	return sz, nil
}

// pairs is a flag that may be repeated.
type pairs []string

func (p *pairs) String() string { return strings.Join(*p, " ") }

func (p *pairs) Set(s string) error {
	if !strings.Contains(s, "=") {
		return fmt.Errorf("%q: want NAME=VALUE", s)
	}
	*p = append(*p, s)
	return nil
}

// environment is base with the terminal's own variables and then extra on top.
func environment(base, extra []string) []string {
	env := append([]string{}, base...)
	env = append(env, "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC", "LANG=C.UTF-8")
	return append(env, extra...) // the last one of a name wins
}

// inherited drops what describes the terminal this program itself runs in, which is not the one it gives away.
func inherited(env []string) []string {
	var kept []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TMUX", "STY", "COLORFGBG", "SSH_TTY", "LC_ALL", "COLUMNS", "LINES", "WT_SESSION", "CI":
		default:
			if !strings.HasPrefix(name, "TERM") {
				kept = append(kept, kv)
			}
		}
	}
	return kept
}

// save writes a file whole or not at all.
func save(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".picture-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
