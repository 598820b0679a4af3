package host

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Leave leaves a process behind that drives the sagas of the store that this command line names.
func Leave() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("leave a host behind: %w", err)
	}
	child := exec.Command(self, append([]string{"host"}, os.Args[1:]...)...) //nolint:gosec,noctx // this program itself, which outlives us
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return fmt.Errorf("leave a host behind: %w", err)
	}
	return child.Process.Release()
}
