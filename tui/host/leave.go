package host

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Leave leaves a process behind that drives the sagas of a context, or with an empty name those of the store that this command line names.
func Leave(account string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("leave a host behind: %w", err)
	}
	args := append([]string{"host"}, os.Args[1:]...)
	if account != "" {
		args = []string{"host", "--context=" + account} // a context says all
	}
	child := exec.Command(self, args...) //nolint:gosec,noctx // this program itself, which outlives us
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return fmt.Errorf("leave a host behind: %w", err)
	}
	return child.Process.Release()
}
