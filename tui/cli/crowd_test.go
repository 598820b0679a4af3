package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// What a crowd may cost: an operator's freeze, from dialing to its exit status; the resident memory of the server; its log.
const (
	crowdFreeze = time.Second
	crowdMemory = 900 << 20
	crowdLog    = 130 << 20
)

// TestACrowdLeavesAnOperatorRoom lets a viewer take all the connections that can be had, silent clients all the half-open ones, one client
// fill the log, and five large screens be fed junk, and wants an operator's freeze to be quick each time. ARCADIA_CROWD_TIME is for how
// long (make crowd).
func TestACrowdLeavesAnOperatorRoom(t *testing.T) {
	lasts, quick := 5*time.Second, 3*crowdFreeze // a sample, beside other tests on the same processors
	if text := os.Getenv("ARCADIA_CROWD_TIME"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
		quick = crowdFreeze
	} else if raceEnabled {
		t.Skip("the race detector takes the time that is measured")
	}
	b := newBuilding(t)
	c := &crowd{addr: net.JoinHostPort("127.0.0.1", b.port), viewer: b.admits(t, "guest", "viewer"), typist: b.admits(t, "guest2", "viewer"), operator: b.admits(t, "ops9", "operator"), over: make(chan struct{})}
	time.Sleep(100 * time.Millisecond)
	var all sync.WaitGroup
	for range 128 {
		all.Go(func() { c.each(c.holds) })
	}
	for range 32 {
		all.Go(func() { c.each(c.silent) })
	}
	all.Go(func() { c.each(c.fillsTheLog) })
	for range 5 {
		all.Go(func() { c.each(c.junk) })
	}
	var took []time.Duration
	most := 0
	for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		begun := time.Now()
		err := c.command("freeze --reason crowd")
		took = append(took, time.Since(begun))
		if err != nil || took[len(took)-1] > quick {
			t.Errorf("freeze %d took %s: %v", len(took), took[len(took)-1].Round(time.Millisecond), err)
		}
		if err := c.command("thaw"); err != nil {
			t.Errorf("thaw %d: %v", len(took), err)
		}
		most = max(most, resident(t, b.pid))
	}
	close(c.over)
	all.Wait()
	logged := sizeOf(t, filepath.Join(b.home, ".local", "state", "arcadia"))
	worst, sum := time.Duration(0), time.Duration(0)
	for _, d := range took {
		worst, sum = max(worst, d), sum+d
	}
	t.Logf("figure: %s of the crowd: %d freezes, %s in the mean and %s at worst; %d MiB resident at most; %d KiB of log; of the crowd's own, %d logins, %d hung up on, %d MiB of junk typed, %d MiB of nonsense before login",
		lasts, len(took), (sum / time.Duration(len(took))).Round(time.Millisecond), worst.Round(time.Millisecond), most>>20, logged>>10,
		c.logins.Load(), c.refused.Load(), c.typed.Load()>>20, c.nonsense.Load()>>20)
	if most > crowdMemory {
		t.Errorf("%d MiB resident", most>>20)
	}
	if logged > crowdLog {
		t.Errorf("%d MiB of log", logged>>20)
	}
	if c.logins.Load() == 0 || c.typed.Load() == 0 || c.nonsense.Load() == 0 {
		t.Error("there was no crowd")
	}
}

// crowd is who comes, and what they have done.
type crowd struct {
	addr                             string
	viewer, typist, operator         gossh.Signer
	over                             chan struct{}
	logins, refused, typed, nonsense atomic.Int64
}

// each does it again and again.
func (c *crowd) each(do func()) {
	for {
		select {
		case <-c.over:
			return
		case <-time.After(20 * time.Millisecond):
			do()
		}
	}
}

func (c *crowd) dial(key gossh.Signer) (*gossh.Client, error) {
	return gossh.Dial("tcp", c.addr, &gossh.ClientConfig{
		User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second,
	})
}

// holds logs in as the viewer and stays.
func (c *crowd) holds() {
	client, err := c.dial(c.viewer)
	if err != nil {
		c.refused.Add(1)
		time.Sleep(time.Second)
		return
	}
	c.logins.Add(1)
	gone := make(chan struct{})
	go func() {
		_ = client.Wait()
		close(gone)
	}()
	select {
	case <-c.over:
	case <-gone:
	}
	_ = client.Close()
	<-gone
}

// silent connects and says nothing.
func (c *crowd) silent() {
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		return
	}
	defer conn.Close()
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		close(ended)
	}()
	select {
	case <-c.over:
		_ = conn.Close()
	case <-ended:
	}
	<-ended
}

// fillsTheLog says as much nonsense as is listened to, in place of a version.
func (c *crowd) fillsTheLog() {
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		return
	}
	defer conn.Close()
	n, _ := conn.Write(append([]byte("SSH-2.0-x\r\n\x00\x00\xff\xff\x04\x14"), bytes.Repeat([]byte("\x1b[31mA"), 40<<10)...))
	c.nonsense.Add(int64(n))
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, conn)
}

// junk opens a large console and types nonsense into it.
func (c *crowd) junk() {
	client, err := c.dial(c.typist)
	if err != nil {
		c.refused.Add(1)
		time.Sleep(time.Second)
		return
	}
	defer client.Close()
	s, err := client.NewSession()
	if err != nil {
		return
	}
	defer s.Close()
	s.Stdout = io.Discard
	in, err := s.StdinPipe()
	if err != nil || s.RequestPty("xterm-256color", 240, 640, gossh.TerminalModes{}) != nil || s.Shell() != nil {
		return
	}
	for n := 0; ; n++ {
		select {
		case <-c.over:
			return
		default:
		}
		k, err := io.WriteString(in, fmt.Sprintf("jk:x/%d\x1b\x1b[A\x1b[B?\x1b\x1b[200~%s\x1b[201~\x1b[1;1%dH\t\r", n, strings.Repeat("ж\x1b[", 100), n%10))
		c.typed.Add(int64(k))
		if err != nil {
			return
		}
	}
}

// command runs one command as the operator. A connection that was dropped is opened again, as people do.
func (c *crowd) command(line string) error {
	var err error
	for range 20 {
		var client *gossh.Client
		if client, err = c.dial(c.operator); err != nil {
			continue
		}
		s, opened := client.NewSession()
		if opened != nil {
			_ = client.Close()
			return opened
		}
		var out bytes.Buffer
		s.Stderr = &out
		err = s.Run(line)
		_ = client.Close()
		if err != nil {
			err = errors.Join(err, errors.New(out.String()))
		}
		return err
	}
	return err
}

// admits makes a key for one more person.
func (b *building) admits(t *testing.T, name, role string) gossh.Signer {
	t.Helper()
	key, line := newOperator(t, name, role)
	f, err := os.OpenFile(b.operators, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(line)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.ParsePrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, fs.ErrNotExist) {
		return 0 // not Linux
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

func sizeOf(t *testing.T, folder string) (sum int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
