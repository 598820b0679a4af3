package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
	"arcadia/storage/etcd"
	"github.com/creack/pty"
	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/crypto/ssh"
)

// The hour's load, its quota, which is a quarter of etcd's, and what a console may take of memory.
const (
	hourRate    = 50
	hourQuota   = 512 << 20
	hourConsole = 100 << 20
)

// program is arcadia as it is built, with a home of its own, on a store and a simulated account.
type program struct {
	file string
	env  []string
}

func built(t *testing.T, store, api string) program {
	t.Helper()
	p := program{file: filepath.Join(t.TempDir(), "arcadia")}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", p.file, ".")
	build.Dir = filepath.Join("..", "..")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	p.env = []string{"ARCADIA_STORE=" + store, "DIGITALOCEAN_API_URL=" + api, "DIGITALOCEAN_TOKEN=demo", "TERM=xterm-256color", "LANG=C.UTF-8"}
	return p
}

// run starts the program under a host's name. It ends with the test.
func (p program) run(t *testing.T, name string, start func(*exec.Cmd) error, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(p.file, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "ARCADIA_HOST=" + name}, p.env...)
	must(t, start(cmd))
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// operators is a file with one operator, who never comes.
func operators(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	must(t, err)
	key, err := ssh.NewPublicKey(public)
	must(t, err)
	file := filepath.Join(t.TempDir(), "operators")
	must(t, os.WriteFile(file, fmt.Appendf(nil, `environment="ARCADIA_ROLE=operator" %s ops1`, bytes.TrimSpace(ssh.MarshalAuthorizedKey(key))), 0o600))
	return file
}

// onTerminal starts a program on a terminal that somebody looks at.
func onTerminal(cmd *exec.Cmd) error {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err == nil {
		go func() { _, _ = io.Copy(io.Discard, tty) }()
	}
	return err
}

// memory is a field of a process's status, in bytes.
func memory(cmd *exec.Cmd, field string) int64 {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if text, is := strings.CutPrefix(lines.Text(), field+":"); is {
			n, _ := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

// TestAnHourOfLoadLevelsOff launches 50 sagas a second at six hosts while another drives and a console at one more follows, for
// ARCADIA_HOUR by the clock, with care as it is: the store levels off, no launch is refused, and the console stays small.
func TestAnHourOfLoadLevelsOff(t *testing.T) {
	lasts, err := time.ParseDuration(os.Getenv("ARCADIA_HOUR"))
	if err != nil {
		t.Skip("ARCADIA_HOUR is not set")
	}
	ctx := t.Context()
	q := newQuorum(t, 1, hourQuota)
	sim := dosim.New()
	api := httptest.NewServer(sim)
	defer api.Close()
	c := etcd.Config{Endpoints: q.endpoints(), Name: "hour"}
	p := built(t, c.String(), api.URL)
	host := p.run(t, "host-1", (*exec.Cmd).Start, "serve", "--listen", "127.0.0.1:0", "--authorized-keys", operators(t))
	client, err := clientv3.New(clientv3.Config{Endpoints: c.Endpoints})
	must(t, err)
	defer func() { _ = client.Close() }()
	drives := func() string {
		r, err := client.Get(ctx, "/arcadia/hour/lead")
		if err != nil || len(r.Kvs) == 0 {
			return ""
		}
		return string(r.Kvs[0].Value)
	}
	for began := time.Now(); drives() != "host-1"; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("the host does not drive")
		}
	}
	console := p.run(t, "host-2", onTerminal)
	var desks [6]*engine.Session // one launches one after the other
	for i := range desks {
		e, err := trialEngine(opened(t, c), api.URL, name(2+i), nil)
		must(t, err)
		desks[i] = e.As(ops)
	}
	s := opened(t, c)

	var launched, refused atomic.Int64
	var slowest atomic.Int64
	under := make(chan struct{}, 4*hourRate)
	launch := func(desk *engine.Session) {
		defer func() { <-under }()
		began := time.Now()
		_, err := desk.Start(ctx, engine.Launch{Kind: "echo", Inputs: engine.Inputs{"text": "hello"}})
		if err != nil && !errors.Is(err, context.Canceled) {
			if refused.Add(1) < 10 {
				t.Log(err)
			}
			return
		}
		launched.Add(1)
		slowest.Store(max(slowest.Load(), int64(time.Since(began))))
	}
	most, half, began := 0, 0, time.Now()
	tick, look := time.NewTicker(time.Second/hourRate), time.NewTicker(30*time.Second)
	defer tick.Stop()
	defer look.Stop()
	report := func() {
		is, err := s.Condition(ctx)
		if err != nil || is.Members[0].Quota == 0 {
			t.Logf("%s: %v", time.Since(began).Round(time.Second), err)
			return
		}
		counts, err := s.Counts(ctx)
		must(t, err)
		full := int(100 * is.Members[0].Used / is.Members[0].Quota)
		most = max(most, full)
		if time.Since(began) > lasts/2 {
			half = max(half, full)
		}
		t.Logf("%s: launched %d, refused %d, the slowest %s; stored %d, unfinished %d; %d %% of the quota (%d MiB used, %d on the disk); resident: host %d MiB, console %d, member %d; driven by %s",
			time.Since(began).Round(time.Second), launched.Load(), refused.Load(), time.Duration(slowest.Swap(0)).Round(time.Millisecond), counts.Total, counts.Total-counts.ByStatus[engine.Completed],
			full, is.Members[0].Used>>20, is.Members[0].Size>>20, memory(host, "VmRSS")>>20, memory(console, "VmRSS")>>20, memory(q.cmds[0], "VmRSS")>>20, drives())
	}
	for n := 0; time.Since(began) < lasts; {
		select {
		case <-look.C:
			report()
		case <-tick.C:
		}
		for ; n < int(hourRate*time.Since(began).Seconds()) && len(under) < cap(under); n++ { // what was held up is made up for
			under <- struct{}{}
			go launch(desks[n%len(desks)])
		}
	}
	for range cap(under) {
		under <- struct{}{}
	}
	for late := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		counts, err := s.Counts(ctx)
		must(t, err)
		if counts.Total == counts.ByStatus[engine.Completed] {
			break
		}
		if time.Now().After(late) {
			t.Errorf("a minute after the load they are %v", counts.ByStatus)
			break
		}
	}
	report()
	peak := memory(console, "VmHWM")
	t.Logf("figure | %d sagas a second for %s into %d MiB | %d launched, %d refused | %d %% of the quota at most, %d %% in the second half | console %d MiB resident at most, host %d",
		hourRate, lasts, hourQuota>>20, launched.Load(), refused.Load(), most, half, peak>>20, memory(host, "VmHWM")>>20)
	if refused.Load() > 0 || most >= etcd.StopAt {
		t.Error("the store does not level off")
	}
	if peak == 0 || peak > hourConsole {
		t.Errorf("the console takes %d MiB", peak>>20)
	}
	must(t, verified(ctx, s))
}
