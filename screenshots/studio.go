package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// studio takes the pictures of scenes.
type studio struct {
	binary string // absolute
	out    string
	paint  *painter
	limit  time.Duration // for each wait of a script
	log    *slog.Logger
}

// take plays one scene from its preparation to its end.
func (st *studio) take(ctx context.Context, sc scene) error {
	home, err := os.MkdirTemp("", "scene-")
	if err != nil {
		return fmt.Errorf("scene %s: make a folder: %w", sc.name, err)
	}
	defer os.RemoveAll(home) //nolint:errcheck // a temporary folder
	env := environment([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "USER=ops1", "LOGNAME=ops1"}, sc.env)
	for _, c := range sc.before {
		if err := st.prepare(ctx, home, env, c); err != nil {
			return fmt.Errorf("scene %s: %w", sc.name, err)
		}
	}
	term, err := start(ctx, program{
		argv: append([]string{st.binary}, sc.args...), env: env, dir: home, size: sc.size, theme: sc.theme,
	})
	if err != nil {
		return fmt.Errorf("scene %s: %w", sc.name, err)
	}
	defer term.close(2 * time.Second)
	err = (&stage{term: term, limit: st.limit, snap: st.picture, movie: st.movie}).play(ctx, sc.script)
	if err != nil {
		return fmt.Errorf("scene %s: %w", sc.name, err)
	}
	return nil
}

func (st *studio) prepare(ctx context.Context, dir string, env []string, c command) error {
	cmd := exec.CommandContext(ctx, st.binary, c.args...)
	cmd.Dir, cmd.Env = dir, env
	said, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("run %q: %w", c.args, err)
	}
	if got := cmd.ProcessState.ExitCode(); got != c.exit {
		return fmt.Errorf("run %q: exit status %d, want %d: %s", c.args, got, c.exit, said)
	}
	return nil
}

func (st *studio) picture(name string, f *frame) error {
	return st.keep(name+".png", func(w io.Writer) error { return writePNG(w, st.paint.picture(newMask().apply(f))) })
}

func (st *studio) movie(name string, shots []shot) error {
	m := newMask()
	m.times = false
	for i := range shots {
		shots[i].frame = m.apply(shots[i].frame)
	}
	return st.keep(name+".gif", func(w io.Writer) error { return writeGIF(w, st.paint, shots) })
}

func (st *studio) keep(file string, write func(io.Writer) error) error {
	path := filepath.Join(st.out, file)
	if err := save(path, write); err != nil {
		return err
	}
	st.log.Info("written", "file", path)
	return nil
}
