package trust_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"arcadia/engine/trust"
)

var rule = trust.Rule{Forbidden: 0o022, Max: 1 << 10}

// place makes a folder in a folder, and a file in it.
func place(t *testing.T) (outer, inner, file string) {
	t.Helper()
	outer = filepath.Join(t.TempDir(), "outer")
	inner = filepath.Join(outer, "inner")
	file = filepath.Join(inner, "file")
	if err := errors.Join(os.MkdirAll(inner, 0o755), os.WriteFile(file, []byte("text"), 0o600)); err != nil {
		t.Fatal(err)
	}
	return outer, inner, file
}

func TestTheWholePathCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(outer, inner, file string) error
		want  string // "" is trust
	}{
		"as it should be":                {func(_, _, _ string) error { return nil }, ""},
		"the file":                       {func(_, _, file string) error { return os.Chmod(file, 0o620) }, "chmod"},
		"its folder":                     {func(_, inner, _ string) error { return os.Chmod(inner, 0o775) }, "chmod go-w"},
		"a folder above":                 {func(outer, _, _ string) error { return os.Chmod(outer, 0o757) }, "chmod go-w"},
		"a sticky folder above":          {func(outer, _, _ string) error { return os.Chmod(outer, 0o777|os.ModeSticky) }, ""},
		"another user's file":            {func(_, _, file string) error { return os.Chown(file, 12345, -1) }, "belongs to user 12345"},
		"another user's folder":          {func(_, inner, _ string) error { return os.Chown(inner, 12345, -1) }, "belongs to user 12345"},
		"another user's folder above":    {func(outer, _, _ string) error { return os.Chown(outer, 12345, -1) }, "belongs to user 12345"},
		"a link":                         {link, ""},
		"a link in another's folder":     {linkFrom(0o777), "chmod go-w"},
		"another user's link, in sticky": {linkOf(12345), "belongs to user 12345"},
		"a link in a circle":             {circle, "too many levels"},
		"too large":                      {func(_, _, file string) error { return os.WriteFile(file, make([]byte, 1<<10+1), 0o600) }, "larger than 1024"},
		"a pipe":                         {swap(func(file string) error { return syscall.Mkfifo(file, 0o600) }), "not a regular file"},
		"a device":                       {swap(func(file string) error { return os.Symlink("/dev/zero", file) }), "not a regular file"},
		"a folder":                       {swap(func(file string) error { return os.Mkdir(file, 0o700) }), "not a regular file"},
		"nothing":                        {swap(func(string) error { return nil }), "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outer, inner, file := place(t)
			switch err := c.spoil(outer, inner, file); {
			case errors.Is(err, os.ErrPermission):
				t.Skip("only root can make it so")
			case err != nil:
				t.Fatal(err)
			}
			begun := time.Now()
			text, err := trust.Read(file, rule)
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("it took %s", took)
			}
			switch {
			case c.want == "" && (err != nil || string(text) != "text"):
				t.Errorf("%q, %v", text, err)
			case c.want != "" && (err == nil || text != nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%q, %v; want an error with %s", text, err, c.want)
			}
		})
	}
}

// link puts a link in the place of the file.
func link(outer, inner, file string) error {
	return errors.Join(os.Rename(file, filepath.Join(outer, "real")), os.Symlink("../real", filepath.Join(inner, "file")))
}

// linkFrom makes the file a link to another, in a folder of a mode.
func linkFrom(mode os.FileMode) func(outer, inner, file string) error {
	return func(outer, inner, file string) error {
		return errors.Join(link(outer, inner, file), os.Chmod(inner, mode))
	}
}

// linkOf is a link of another user in a sticky folder.
func linkOf(uid int) func(outer, inner, file string) error {
	return func(outer, inner, file string) error {
		return errors.Join(link(outer, inner, file), os.Chmod(inner, 0o777|os.ModeSticky), os.Lchown(file, uid, -1))
	}
}

func circle(_, _, file string) error { return errors.Join(os.Remove(file), os.Symlink("file", file)) }

func swap(make func(file string) error) func(outer, inner, file string) error {
	return func(_, _, file string) error { return errors.Join(os.Remove(file), make(file)) }
}

// A file may be read by many at once.
func TestManyReadOneFile(t *testing.T) {
	t.Parallel()
	_, _, file := place(t)
	errs := make(chan error, 100)
	for range cap(errs) {
		go func() {
			_, err := trust.Read(file, rule)
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
