package sshd_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// childDir tells a process of this test binary to be a server and where its files are; childLoad, how many sagas to keep at
// work meanwhile.
const childDir, childLoad = "ARCADIA_TEST_CHILD", "ARCADIA_TEST_LOAD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := serveChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serveChild is a host of its own, so that what it takes can be told from what its clients take.
func serveChild(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	store, err := bolt.Open(filepath.Join(dir, "store", "arcadia.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	work := enginetest.Step("work", func(ctx context.Context, s *engine.State) error {
		for range 4 {
			if err := s.Save(ctx); err != nil {
				return err
			}
			t := time.NewTimer(250 * time.Millisecond)
			select {
			case <-ctx.Done():
				t.Stop()
				return ctx.Err()
			case <-t.C:
			}
		}
		return nil
	}, func(context.Context, *engine.State) error { return nil })
	meter := host.NewMeter(store)
	eng, err := engine.New(meter, engine.Config{
		Steps: []engine.Step{work, enginetest.Fail()}, Workers: 64,
		Kinds: []engine.Kind{{Name: "work", Steps: []string{"work", "work"}}, {Name: "work_fail", Steps: []string{"work", "fail"}}},
	})
	if err != nil {
		return err
	}
	driven := make(chan error, 1)
	go func() { driven <- eng.Run(ctx) }()
	<-eng.Ready()
	load, err := strconv.Atoi(os.Getenv(childLoad))
	if err != nil {
		return err
	}
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		keepBusy(ctx, eng.As(enginetest.Ops), load)
	}()
	h := &host.Host{
		Engine: eng.As(enginetest.Ops), As: eng.As, Place: &cli.Place{Name: "DEMO", Simulated: true}, Look: tui.Config{Env: "DEMO"}, Meter: meter,
		Limits: sshd.Limits{Sessions: 600, PerOperator: 600, ConnectionsEach: 600, Connections: 700, HalfOpen: 100, HalfOpenEach: 100},
		Log:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	err = h.Serve(ctx, cli.Doors{
		Listen: "127.0.0.1:0", Operators: filepath.Join(dir, "operators"), HostKey: filepath.Join(dir, "host"), Metrics: "127.0.0.1:0",
		Ready: func(line string) { fmt.Println(line) },
	})
	stop()
	<-loaded
	if broken := <-driven; err == nil {
		err = broken
	}
	return err
}

// keepBusy keeps so many sagas at work: half of them fail and are rolled back.
func keepBusy(ctx context.Context, s *engine.Session, n int) {
	started := 0
	for ctx.Err() == nil {
		counts, err := s.Counts(ctx)
		for i := counts.Active(); err == nil && i < n; i++ {
			started++
			_, err = s.Start(ctx, engine.Launch{Kind: []string{"work", "work_fail"}[started%2]})
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// child is a server in a process of its own, with the same people as any rig.
type child struct {
	*hosted
	process *exec.Cmd
}

// startChild starts this program as a server that keeps so many sagas at work.
func startChild(t *testing.T, load int) *child {
	t.Helper()
	c := &child{hosted: &hosted{rig: newKeys(t)}}
	dir := filepath.Dir(c.operators)
	if err := os.Mkdir(filepath.Join(dir, "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c.process = exec.Command(self)
	c.process.Env = append(os.Environ(), childDir+"="+dir, childLoad+"="+strconv.Itoa(load), "GOMEMLIMIT=900MiB") // as the systemd unit has it
	c.begin()
	return c
}

// begin starts the process and waits until its doors are open.
func (c *child) begin() {
	c.t.Helper()
	out, said := io.Pipe()
	c.process.Stdout, c.process.Stderr = said, said
	if err := c.process.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = c.process.Process.Kill()
		_ = c.process.Wait()
		if c.t.Failed() {
			c.t.Logf("the server said:\n%s", c.log.String())
		}
	})
	open := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			_, _ = fmt.Fprintln(c.log, lines.Text())
			c.learn(lines.Text(), open)
		}
	}()
	select {
	case <-open:
	case <-time.After(patience):
		c.t.Fatal("the server does not open its doors")
	}
}

// learn takes a line about a door.
func (c *child) learn(line string, open chan<- struct{}) {
	if addr, ok := strings.CutPrefix(line, "ssh on "); ok {
		c.addr = addr
	}
	if url, ok := strings.CutPrefix(line, "metrics on http://"); ok {
		c.metrics = strings.TrimSuffix(url, "/metrics")
		close(open)
	}
}

// usage is what the process takes: resident bytes, and processor time so far.
func (c *child) usage() (resident int, cpu time.Duration) {
	c.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.process.Process.Pid))
	if err != nil {
		c.t.Skipf("this system does not say what a process takes: %v", err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(after) // from the third field on; see proc_pid_stat(5)
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	pages, _ := strconv.Atoi(f[21])
	return pages * os.Getpagesize(), time.Duration(user+system) * 10 * time.Millisecond
}

// figure reads one figure of the process.
func (c *child) figure(name string) float64 {
	c.t.Helper()
	for line := range strings.Lines(c.figures()) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				c.t.Fatal(err)
			}
			return n
		}
	}
	c.t.Fatalf("no figure %s", name)
	return 0
}

// anonymous is how many bytes of memory are the process's own, without the pages of its store.
func (c *child) anonymous() float64 {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.process.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(text), "RssAnon:")
	n, err := strconv.Atoi(strings.Fields(line)[0])
	if err != nil {
		c.t.Fatal(err)
	}
	return float64(n << 10)
}

// seat is a console of a crowd: what it is sent is read and forgotten.
type seat struct {
	*gossh.Client
	in io.Writer
}

func (c *child) crowd(n int) []seat {
	c.t.Helper()
	all := make([]seat, 0, n)
	for range n {
		client, err := c.login("ops1")
		if err != nil {
			c.t.Fatal(err)
		}
		s, err := client.NewSession()
		if err != nil {
			c.t.Fatal(err)
		}
		if err := s.RequestPty("xterm-256color", 40, 120, gossh.TerminalModes{}); err != nil {
			c.t.Fatal(err)
		}
		in, err := s.StdinPipe()
		if err != nil {
			c.t.Fatal(err)
		}
		if err := s.Shell(); err != nil {
			c.t.Fatal(err)
		}
		all = append(all, seat{client, in})
	}
	return all
}
