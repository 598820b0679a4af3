package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestNobodyReadsTheTokenFromMemory looks at a process that has one: no core file is written, and its memory belongs to root alone, so that
// another process of the same user cannot attach.
func TestNobodyReadsTheTokenFromMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc to look at")
	}
	const stranger = 65534
	home := t.TempDir()
	b := &building{t: t, home: home, api: "http://127.0.0.1:1"}
	cmd := b.program(filepath.Join(home, "data", "arcadia.db"), "host")
	uid := os.Geteuid()
	if uid == 0 { // what belongs to root looks the same either way
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stranger, Gid: stranger}}
		for folder, owner := range map[string]int{home: stranger, binary: 0} {
			if err := os.Chown(folder, owner, owner); err != nil {
				t.Fatal(err)
			}
		}
		for _, folder := range []string{binary, filepath.Dir(home)} {
			if err := os.Chmod(folder, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	buf := make([]byte, 4096)
	n, _ := said.Read(buf)
	if !strings.Contains(string(buf[:n]), "attach at") {
		t.Fatalf("%s", buf[:n])
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", cmd.Process.Pid))
	if err != nil || !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Errorf("%v\n%s", err, limits)
	}
	info, err := os.Stat(fmt.Sprintf("/proc/%d/mem", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 0 { //nolint:forcetypeassert // on Linux
		t.Errorf("its memory belongs to user %d", owner)
	}
}
