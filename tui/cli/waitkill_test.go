package cli_test

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAWaitEndsOnTimeThoughItsProcessIsKilledAgainAndAgain ends the real program with kill -9 every half second while a saga waits for
// a moment: in the end it goes on within a second of it. ARCADIA_TORTURE makes it 100 deaths; a sample on a busy machine gets a few seconds
// more. What clocks that are set forth and back do to a wait is seen in steps, on clocks that a test can set.
func TestAWaitEndsOnTimeThoughItsProcessIsKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	wait, deaths, most := 6*time.Second, 3, 5*time.Second
	if os.Getenv("ARCADIA_TORTURE") == "1" {
		wait, deaths, most = 110*time.Second, 100, time.Second
	}
	home := t.TempDir()
	program := func(words ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), words...)
		cmd.Env = []string{"HOME=" + home, "ARCADIA_DB=" + filepath.Join(home, "private", "arcadia.db")}
		return cmd
	}
	if err := os.Mkdir(filepath.Join(home, "private"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, status := run(program("launch", "adhoc", "--steps", "wait_until", "for="+wait.String(), "--no-wait", "-o", "json"))
	var saga struct {
		Short  string `json:"short"`
		Status string `json:"status"`
		Steps  []struct {
			FinishedAt time.Time `json:"finished_at"`
		} `json:"steps"`
		Context struct {
			Until time.Time `json:"waits_until"`
		} `json:"context"`
	}
	if err := json.Unmarshal([]byte(out), &saga); err != nil || status != 0 {
		t.Fatalf("exit status %d, %v\n%s", status, err, out)
	}
	killed := 0
	host := func() *exec.Cmd {
		t.Helper()
		cmd := program("host")
		said, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if lines := bufio.NewScanner(said); !lines.Scan() || !strings.HasPrefix(lines.Text(), "attach at") {
			t.Fatalf("the host says %q", lines.Text())
		}
		return cmd
	}
	for end := time.Now().Add(wait - 3*time.Second); killed < deaths && time.Now().Before(end); killed++ {
		cmd := host()
		time.Sleep(time.Duration(rand.IntN(800)) * time.Millisecond)
		_ = cmd.Process.Kill() // kill -9
		_ = cmd.Wait()
	}
	last := host()
	for deadline := time.Now().Add(wait + 30*time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		out, status = run(program("show", saga.Short, "-o", "json"))
		if status == 0 && strings.Contains(out, `"status": "completed"`) {
			break
		}
	}
	if out, status := run(program("stop")); status != 0 {
		t.Errorf("exit status %d\n%s", status, out)
	}
	_ = last.Wait()
	if err := json.Unmarshal([]byte(out), &saga); err != nil || saga.Status != "completed" || len(saga.Steps) != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	late := saga.Steps[0].FinishedAt.Sub(saga.Context.Until)
	t.Logf("figure | a wait whose process is killed | %d times in %s | ended %d ms after its time", killed, wait, late.Milliseconds())
	if killed == 0 {
		t.Error("none was killed")
	}
	if late < 0 || late > most {
		t.Errorf("it ended %s after its time", late)
	}
	if out, status := run(program("check")); status != 0 {
		t.Errorf("exit status %d\n%s", status, out)
	}
}
