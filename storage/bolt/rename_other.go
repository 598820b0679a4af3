//go:build !linux

package bolt

import "golang.org/x/sys/unix"

// renameNew has no atomic form here that refuses a name which is taken: moveNew links instead.
func renameNew(_, _ string) error { return unix.ENOSYS }
