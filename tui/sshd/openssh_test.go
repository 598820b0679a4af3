package sshd_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

// openssh is the real client, with a home of its own.
type openssh struct {
	r          *rig
	path, home string
}

func newOpenSSH(t *testing.T, opts ...option) *openssh {
	t.Helper()
	return useOpenSSH(t, findOpenSSH(t), newRig(t, opts...))
}

func findOpenSSH(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("the OpenSSH client is not installed: what it would prove is proved with Go's client only")
	}
	return path
}

// useOpenSSH gives the people of a rig keys that the client can read.
func useOpenSSH(t *testing.T, path string, r *rig) *openssh {
	t.Helper()
	o := &openssh{r: r, path: path}
	var err error
	// Sockets of a master must have short names.
	if o.home, err = os.MkdirTemp("", "ssh"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(o.home) })
	for _, name := range []string{"ops1", "guest", "stranger"} {
		public := writeKey(t, filepath.Join(o.home, name))
		signer, err := gossh.ParsePrivateKey(readFile(t, filepath.Join(o.home, name)))
		if err != nil {
			t.Fatal(err)
		}
		o.r.keys[name] = signer
		if err := os.WriteFile(filepath.Join(o.home, name+".pub"), gossh.MarshalAuthorizedKey(public), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.r.writeOperators("ops1", "ops2", "guest")
	return o
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// command makes an ssh that nothing outside of the test can change.
func (o *openssh) command(key string, args ...string) *exec.Cmd {
	host, port, _ := net.SplitHostPort(o.r.addr)
	all := append(slices.Clone(args), // of two settings of one option the first counts
		"-F", "none", "-p", port,
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
	)
	if key != "" {
		all = append(all, "-i", filepath.Join(o.home, key))
	}
	c := exec.Command(o.path, append(all, host)...)
	c.Env = []string{"HOME=" + o.home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color"}
	return c
}

// run runs a remote command; line comes after the host.
func (o *openssh) run(key, line string, args ...string) (out, errs string, exit int) {
	o.r.t.Helper()
	c := o.command(key, args...)
	c.Args = append(c.Args, line)
	var so, se bytes.Buffer
	c.Stdout, c.Stderr = &so, &se
	err := c.Run()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		o.r.t.Fatal(err)
	}
	return so.String(), se.String(), c.ProcessState.ExitCode()
}

func TestOpenSSHRunsCommands(t *testing.T) {
	o := newOpenSSH(t)
	for _, c := range []struct {
		line, out string
		exit      int
	}{
		{"list -o json", `[{"by":"ops1","args":["list" "-o" "json"]}]` + "\n", 0},
		{`list --reason ""`, `[{"by":"ops1","args":["list" "--reason" ""]}]` + "\n", 0},
		{"fail", "", 4},
	} {
		if out, errs, exit := o.run("ops1", c.line); out != c.out || exit != c.exit {
			t.Errorf("%s: %q, %q, %d", c.line, out, errs, exit)
		}
	}
	if out, _, exit := o.run("stranger", "whoami"); exit != 255 || out != "" {
		t.Errorf("a stranger: %q, %d", out, exit)
	}
}

// With only the public half of a key the client offers it, is told that it would do, cannot sign, and goes on to the next.
func TestOpenSSHOfferingAVictimsKeyIsItself(t *testing.T) {
	o := newOpenSSH(t)
	victim := filepath.Join(o.home, "victim.pub")
	if err := os.WriteFile(victim, readFile(t, filepath.Join(o.home, "ops1.pub")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, exit := o.run("", "whoami", "-i", victim, "-i", filepath.Join(o.home, "guest"))
	if exit != 0 || !strings.HasPrefix(out, "guest viewer ") {
		t.Errorf("whoami = %q, %q, %d", out, errs, exit)
	}
}

func TestOpenSSHIsRefusedWhatIsNotServed(t *testing.T) {
	o := newOpenSSH(t)
	if out, _, exit := o.run("ops1", "sftp", "-s"); exit == 0 || out != "" {
		t.Errorf("sftp: %q, %d", out, exit)
	}
	if _, errs, exit := o.run("ops1", "whoami", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"); exit != 255 {
		t.Errorf("remote forward: %q, %d", errs, exit)
	}
	if out, errs, exit := o.run("ops1", "127.0.0.1:1", "-W"); exit == 0 {
		_ = out
		t.Errorf("-W: %q, %d", errs, exit)
	}
	if out, errs, exit := o.run("ops1", "env", "-o", "SetEnv=LD_PRELOAD=/tmp/x ARCADIA_ROLE=operator COLORTERM=truecolor"); exit != 0 || strings.TrimSpace(out) != "COLORTERM=truecolor" {
		t.Errorf("environment: %q, %q, %d", out, errs, exit)
	}
	agent := o.agent(t)
	c := o.command("ops1", "-A", "-o", "IdentityAgent=SSH_AUTH_SOCK", "-o", "LogLevel=DEBUG1")
	c.Args = append(c.Args, "whoami")
	c.Env = append(c.Env, "SSH_AUTH_SOCK="+agent)
	if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("ops1 operator")) {
		t.Errorf("with an agent: %s, %v", out, err)
	}
	if !strings.Contains(o.r.log.String(), "auth-agent-req@openssh.com") {
		t.Errorf("the agent was not offered, so nothing was proved")
	}
}

// agent is a socket that looks like an agent's and must never be asked by the server.
func (o *openssh) agent(t *testing.T) string {
	t.Helper()
	path := filepath.Join(o.home, "agent")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	return path
}

// onTerminal starts ssh on a pseudo terminal, and collects what it draws.
func (o *openssh) onTerminal(t *testing.T, c *exec.Cmd) (master *os.File, drawn *lockedBuffer) {
	t.Helper()
	master, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGCONT)
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = master.Close()
	})
	drawn = &lockedBuffer{}
	go func() { _, _ = io.Copy(drawn, master) }()
	return master, drawn
}

func sees(t *testing.T, b *lockedBuffer, text string) {
	t.Helper()
	until(t, func() bool { return strings.Contains(b.String(), text) }, func() string { return "never seen: " + text + "\n" + b.String() })
}

func TestOpenSSHShowsTheConsole(t *testing.T) {
	o := newOpenSSH(t)
	c := o.command("guest", "-tt")
	master, drawn := o.onTerminal(t, c)
	sees(t, drawn, "guest viewer 80x24")
	if err := pty.Setsize(master, &pty.Winsize{Rows: 20, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	sees(t, drawn, "60x20")
	if _, err := io.WriteString(master, "q"); err != nil {
		t.Fatal(err)
	}
	sees(t, drawn, "\x1b[?1049l")
	if err := c.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
}

func TestOpenSSHStoppedBySignalIsGivenUp(t *testing.T) {
	o := newOpenSSH(t, limits(sshd.Limits{Keepalive: 100 * time.Millisecond, Silence: time.Second}))
	c := o.command("guest", "-tt")
	_, drawn := o.onTerminal(t, c)
	sees(t, drawn, "guest viewer")
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(o.r.server.Sessions()) == 0 }, func() string { return "the stopped client is still here" })
}

func TestOpenSSHMultiplexedSessionsEndOneByOne(t *testing.T) {
	f := &feeds{}
	o := newOpenSSH(t, marked(f), limits(sshd.Limits{Keepalive: 100 * time.Millisecond})) // the master says that a slave is gone when it next hears from us
	defer f.close()
	control := filepath.Join(o.home, "control")
	master := o.command("ops1", "-tt", "-o", "ControlMaster=yes", "-o", "ControlPath="+control)
	terminal, drawn := o.onTerminal(t, master)
	sees(t, drawn, "ops1 operator")
	slave := o.command("ops1", "-tt", "-o", "ControlPath="+control)
	_, other := o.onTerminal(t, slave)
	sees(t, other, "ops1 operator")
	if n := o.r.server.Totals().Logins; n != 1 {
		t.Fatalf("%d logins: not multiplexed", n)
	}
	if err := slave.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(o.r.server.Sessions()) == 1 }, func() string { return "the killed session goes on" })
	if _, err := io.WriteString(terminal, "still"); err != nil {
		t.Fatal(err)
	}
	sees(t, drawn, "still")
}

func TestOpenSSHTerminalIsRestoredOnStop(t *testing.T) {
	o := newOpenSSH(t)
	c := o.command("ops1", "-tt")
	_, drawn := o.onTerminal(t, c)
	sees(t, drawn, "ops1 operator")
	if err := o.r.end(); err != nil {
		t.Errorf("serve: %v", err)
	}
	sees(t, drawn, "arcadia is stopping here")
	if raw := drawn.String(); strings.LastIndex(raw, "\x1b[?1049l") < strings.LastIndex(raw, "\x1b[?1049h") || strings.LastIndex(raw, "\x1b[?25h") < strings.LastIndex(raw, "\x1b[?25l") {
		t.Errorf("not restored: %q", raw)
	}
}

// The real client is told to use nothing but what is made of SHA-1, in each role that has it.
func TestOpenSSHFindsNoSHA1InAnyRole(t *testing.T) {
	o := newOpenSSH(t)
	for _, role := range [][]string{
		{"-o", "MACs=hmac-sha1", "-o", "Ciphers=aes128-ctr"},
		{"-o", "MACs=hmac-sha1-etm@openssh.com", "-o", "Ciphers=aes128-ctr"},
		{"-o", "KexAlgorithms=diffie-hellman-group14-sha1"},
		{"-o", "KexAlgorithms=diffie-hellman-group-exchange-sha1"},
		{"-o", "HostKeyAlgorithms=ssh-rsa"},
	} {
		_, errs, exit := o.run("ops1", "whoami", append(role, "-o", "LogLevel=INFO")...)
		if exit != 255 || !strings.Contains(errs, "no matching") {
			t.Errorf("%s: %q, %d", role, errs, exit)
		}
	}
	if _, errs, exit := o.run("ops1", "whoami", "-o", "MACs=hmac-sha2-256-etm@openssh.com", "-o", "Ciphers=aes128-ctr"); exit != 0 {
		t.Errorf("a control: %q, %d", errs, exit)
	}
}
