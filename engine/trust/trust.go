// Package trust says whose files can be believed.
//
// A file decides who may come in, what is undone, which keys do what. Whoever can write it, or replace it, or one of the folders on
// the way to it, decides in its place; and whoever can put a pipe there stops whoever reads it. So what counts is the whole path:
// every folder and every link on the way belongs to root or to this user, and nobody else may write in it. A sticky folder like
// /tmp is fine: there nobody replaces what is somebody else's.
package trust

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrUntrusted is what the error of a file is that somebody else could have written.
var ErrUntrusted = errors.New("somebody else could have written it")

// untrusted says how. It is an ErrUntrusted.
type untrusted string

func (u untrusted) Error() string   { return string(u) }
func (untrusted) Is(err error) bool { return err == ErrUntrusted }

func untrustedf(format string, args ...any) error { return untrusted(fmt.Sprintf(format, args...)) }

// patience is what a file has to answer in. A file system that hangs (a network, a broken disk) must not hang who reads.
const patience = time.Second

// maxLinks bounds how many symbolic links may be on the way.
const maxLinks = 40

// Path reports what is wrong with who may change the way to a file: the folders above it and the links that lead to it, those behind a
// link too. The file itself is not looked at, and need not be there. The error is an ErrUntrusted, or that of the file system.
func Path(path string) error {
	_, err := walk(path)
	return err
}

// walk goes down to a file, and gives the name it has when all links are followed.
func walk(path string) (target string, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", path, err)
	}
	at, rest, links := "/", split(abs), 0
	for {
		if err := folder(at); err != nil {
			return "", err
		}
		if len(rest) == 0 {
			return at, nil
		}
		next := filepath.Join(at, rest[0])
		info, err := os.Lstat(next)
		switch {
		case errors.Is(err, fs.ErrNotExist) && len(rest) == 1:
			return next, nil
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink == 0 && len(rest) == 1:
			return next, nil
		case info.Mode()&fs.ModeSymlink == 0:
			at, rest = next, rest[1:]
			continue
		}
		// Whoever owns a link in a sticky folder says where it leads.
		if err := ownedBy(next, info); err != nil {
			return "", err
		}
		links++
		if links > maxLinks {
			return "", fmt.Errorf("%s: %w", path, syscall.ELOOP)
		}
		to, err := os.Readlink(next)
		if err != nil {
			return "", err
		}
		rest = append(split(to), rest[1:]...)
		if filepath.IsAbs(to) {
			at = "/"
		}
	}
}

func split(path string) []string {
	return strings.FieldsFunc(filepath.ToSlash(path), func(r rune) bool { return r == '/' })
}

// folder refuses a folder in which somebody else can replace what is in it.
func folder(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: %w", dir, syscall.ENOTDIR)
	}
	if info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return untrustedf("others may replace files in %s (mode %04o): chmod go-w it", dir, info.Mode().Perm())
	}
	return ownedBy(dir, info)
}

// ownedBy refuses what belongs neither to root nor to this user.
func ownedBy(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("this system does not say who owns a file")
	}
	if uid := int(st.Uid); uid != 0 && uid != os.Geteuid() {
		return untrustedf("%s belongs to user %d: it must belong to this user (%d) or root", path, uid, os.Geteuid())
	}
	return nil
}

// Owned reports what is wrong with who may touch a file or folder: forbidden are the permission bits that must not be set.
func Owned(path string, info fs.FileInfo, forbidden fs.FileMode) error {
	if bad := info.Mode().Perm() & forbidden; bad != 0 {
		return untrustedf("%s has mode %04o, so others may touch it: chmod %04o %s", path, info.Mode().Perm(), info.Mode().Perm()&^forbidden, path)
	}
	return ownedBy(path, info)
}

// Rule is what a file must be like to be read.
type Rule struct {
	Forbidden fs.FileMode // permission bits that must not be set
	Max       int64       // bytes
}

// readers is how many may read one file at once. Where it hangs there are no more of them.
const readers = 8

// reading has a channel of that many slots for every file that was read.
var reading sync.Map

// Read gives what is in a file after it has made sure, on the open file and on the whole way to it, that nobody but root and this user
// could have written it. Links are followed. Anything but a regular file is an error at once, one that does not answer within
// a second is an error then.
func Read(path string, r Rule) ([]byte, error) {
	at, _ := reading.LoadOrStore(path, make(chan struct{}, readers))
	slots := at.(chan struct{}) //nolint:forcetypeassert // nothing else is stored
	late := time.NewTimer(patience)
	defer late.Stop()
	hangs := fmt.Errorf("%s: %w: it does not answer within %s", path, os.ErrDeadlineExceeded, patience)
	select {
	case slots <- struct{}{}:
	case <-late.C:
		return nil, hangs
	}
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() { // it may stay in the kernel for as long as the file system hangs; nobody waits for it then
		defer func() { <-slots }()
		text, err := read(path, r)
		done <- result{text, err}
	}()
	select {
	case got := <-done:
		return got.text, got.err
	case <-late.C:
		return nil, hangs
	}
}

func read(path string, r Rule) ([]byte, error) {
	target, err := walk(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(target, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if err := Owned(path, info, r.Forbidden); err != nil {
		return nil, err
	}
	if info.Size() > r.Max {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, r.Max)
	}
	text, err := io.ReadAll(io.LimitReader(f, r.Max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > r.Max {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, r.Max)
	}
	return text, nil
}
