package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// SealMemory keeps the token from whoever can read files or look at other processes of this user: no core file is written, and where
// the system knows it nobody may attach.
func SealMemory() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("keep the token out of core files: %w", err)
	}
	return undumpable()
}
