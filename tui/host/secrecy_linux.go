package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// undumpable makes /proc/PID/mem and the like root's, and refuses ptrace to other processes of this user.
func undumpable() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("keep the token from debuggers: %w", err)
	}
	return nil
}
