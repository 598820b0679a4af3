package sshd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// maxFile bounds what is read of a key file.
const maxFile = 1 << 20

// readOwned reads a small file after it has made sure, on the open file, that nobody but its owner (this user or root)
// could have written it. forbidden are the permission bits that must not be set.
func readOwned(path string, forbidden os.FileMode) ([]byte, error) {
	f, err := os.Open(path) // a link is followed: what counts is who may write what it leads to
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
	if err := owned(path, info, forbidden); err != nil {
		return nil, err
	}
	if err := safeFolder(path); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return text, nil
}

// owned reports what is wrong with who may touch a file.
func owned(path string, info os.FileInfo, forbidden os.FileMode) error {
	if bad := info.Mode().Perm() & forbidden; bad != 0 {
		return fmt.Errorf("%s has mode %04o, so others may touch it: chmod %04o %s", path, info.Mode().Perm(), info.Mode().Perm()&^forbidden, path)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("this system does not say who owns a file")
	}
	if uid := int(st.Uid); uid != 0 && uid != os.Geteuid() {
		return fmt.Errorf("%s belongs to user %d: it must belong to this user (%d) or root", path, uid, os.Geteuid())
	}
	return nil
}

// safeFolder refuses a folder in which others can replace the file. A sticky folder like /tmp is fine: there they cannot.
func safeFolder(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(target)
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
		return fmt.Errorf("others may replace files in %s (mode %04o): chmod go-w %s", dir, info.Mode().Perm(), dir)
	}
	return nil
}
