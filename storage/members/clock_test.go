package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// clockEnv is by how many seconds the clock of a host is off whose program comes from shiftable.
const clockEnv = "ARCADIA_TEST_CLOCK"

// shiftable is this program with another package time, whose wall clock is off by what the environment says. Its monotonic clock goes as
// ever, as with a machine whose clock is wrong.
func shiftable(t *testing.T) string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	must(t, err)
	at := func(file string) string { return filepath.Join(strings.TrimSpace(string(root)), "src", "time", file) }
	source, err := os.ReadFile(at("time.go"))
	must(t, err)
	const reads = "sec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(source), reads) != 1 {
		t.Skip("package time reads the clock in another way than this knows")
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		must(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		at("time.go"): file("time.go", strings.Replace(string(source), reads, reads+"\tsec += shift\n", 1)),
		at("shift.go"): file("shift.go", `package time

import "syscall"

var shift = func() (n int64) {
	text, _ := syscall.Getenv("`+clockEnv+`")
	for _, c := range text {
		if c >= '0' {
			n = 10*n + int64(c-'0')
		}
	}
	if text != "" && text[0] == '-' {
		n = -n
	}
	return n
}()
`),
	}})
	must(t, err)
	program := filepath.Join(dir, "shifted.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", program, "-overlay", file("overlay.json", string(overlay)), ".")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return program
}

// TestHostsWhoseClocksAreAnHourOff stops and kills hosts as the other trials do: the clock of one is an hour ahead, that of the other an hour
// behind, and the operator's, the provider's and the members' are right.
func TestHostsWhoseClocksAreAnHourOff(t *testing.T) {
	n := trials(t, 12)
	on := ground{program: shiftable(t), clocks: [2]time.Duration{time.Hour, -time.Hour}}
	var slept, killed tally
	var kills atomic.Int64
	writes := 0
	all := lanes(t, n, on, func(l *lane, trial int) {
		if l.rng.IntN(2) == 0 {
			sleep(l, trial, &slept)
		} else {
			kill(l, trial, &killed, &kills)
		}
	})
	for _, l := range all {
		writes += l.writes(t.Context())
		l.sound(t.Context())
		if len(l.wrong) > 0 {
			t.Errorf("%s", strings.Join(l.wrong, "\n"))
		}
	}
	t.Logf("figure | hosts stopped and killed whose clocks are an hour ahead and an hour behind | %d trials, %d hosts stopped, %d killed, %d writes in terms | longest take-over %s with a lease of %s",
		n, slept.n, kills.Load(), writes, max(slept.most, killed.most).Round(10*time.Millisecond), trialLease)
}
