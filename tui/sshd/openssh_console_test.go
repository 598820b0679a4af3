package sshd_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"arcadia/engine"
	"arcadia/tui/sshd"
)

// seen is what the client draws on its own terminal.
func (o *openssh) seen(t *testing.T, c *exec.Cmd) (master *os.File, s *screen) {
	t.Helper()
	s = &screen{t: t, term: vt.NewSafeEmulator(80, 24)}
	master, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	s.in = master
	go func() { _, _ = io.Copy(io.Discard, s.term) }()
	go func() { _, _ = io.Copy(s, master) }()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGCONT)
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = master.Close()
		if pipe, ok := s.term.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
	})
	return master, s
}

func TestOpenSSHWithTwentyWrongKeysIsCutShort(t *testing.T) {
	o := newOpenSSH(t)
	var args []string
	for i := range 20 {
		name := filepath.Join(o.home, "wrong"+string(rune('a'+i)))
		writeKey(t, name)
		args = append(args, "-i", name)
	}
	if out, _, exit := o.run("ops1", "whoami", args...); exit != 255 || out != "" {
		t.Errorf("the right key after twenty wrong ones: %q, %d", out, exit)
	}
	until(t, func() bool { return strings.Contains(o.r.log.String(), "unknown keys were offered") }, func() string { return "nothing recorded" })
}

func TestOpenSSHWhoseKeyIsTakenAwayIsShownOut(t *testing.T) {
	o := newOpenSSH(t, limits(sshd.Limits{Recheck: 10 * time.Millisecond}))
	c := o.command("ops1", "-tt")
	_, s := o.seen(t, c)
	s.shows("ops1 operator")
	o.r.writeOperators("guest")
	s.shows("no longer names this key")
	restored(t, s)
	if _, _, exit := o.run("ops1", "whoami"); exit != 255 {
		t.Errorf("came in again: %d", exit)
	}
}

// A slave of a multiplexed connection is stopped, and its terminal is not read any more, under load. The slave's session is
// cut; OpenSSH's master then stands still itself, in a write to that terminal, so that its connection is given up.
// Whoever came by another connection notices nothing.
func TestOpenSSHMultiplexedSlaveStoppedUnderLoadHarmsNobodyElse(t *testing.T) {
	f := &feeds{}
	o := newOpenSSH(t, marked(f), limits(sshd.Limits{Stall: 300 * time.Millisecond, Keepalive: 100 * time.Millisecond, Silence: 3 * time.Second}))
	defer f.close()
	control := filepath.Join(o.home, "control")
	master := o.command("ops1", "-tt", "-o", "ControlMaster=yes", "-o", "ControlPath="+control)
	_, drawn := o.onTerminal(t, master)
	sees(t, drawn, "ops1 operator")
	_, other := o.seen(t, o.command("guest", "-tt"))
	other.shows("guest viewer")
	slave := o.command("ops1", "-tt", "-o", "ControlPath="+control)
	slave.Env = append(slices.Clip(slave.Env), "TERM=vt220") // loud
	unread, err := pty.StartWithSize(slave, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	t.Cleanup(func() {
		_ = slave.Process.Signal(syscall.SIGCONT)
		_ = slave.Process.Kill()
		_ = unread.Close() // a process that is killed waits in the kernel until what it wrote is read
		_ = slave.Wait()
	})
	until(t, func() bool { return len(o.r.server.Sessions()) == 3 }, func() string { return "the slave does not come in" })
	if err := slave.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { f.mark(); return len(o.r.server.Sessions()) == 1 }, func() string { return "the stopped slave stays" })
	if n := o.r.server.Totals().Cut; n < 1 || n > 2 {
		t.Errorf("%d cut", n)
	}
	other.keys("still")
	other.shows("[still]")
}

// The connection goes while a form is half filled; nothing is launched by that, nothing is left of the session, and its
// operator is back where they were, but for the form.
func TestOpenSSHKilledInAFormTakesNothingWithIt(t *testing.T) {
	path := findOpenSSH(t)
	h := newHosted(t, engine.Config{})
	o := useOpenSSH(t, path, h.rig)
	short := h.launch("ops1", "echo")
	c := o.command("ops1", "-tt")
	_, s := o.seen(t, c)
	s.shows(short)
	s.keys("/kind:echo\r")
	s.shows("kind:echo")
	s.keys("n")
	s.shows("What shall be done?")
	s.keys("ec")
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return strings.Contains(h.figures(), `arcadia_sessions{role="operator",way="ssh"} 0`) }, func() string { return "the session goes on" })
	if n, err := h.engine.Counts(t.Context()); err != nil || n.Total != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	_, back := o.seen(t, o.command("ops1", "-tt"))
	back.shows("kind:echo")
}

// A dragged corner, and a paste that never ends, over the real client and into the real console.
func TestOpenSSHSurvivesAResizeStormAndAHostilePaste(t *testing.T) {
	path := findOpenSSH(t)
	h := newHosted(t, engine.Config{})
	o := useOpenSSH(t, path, h.rig)
	short := h.launch("ops1", "echo")
	c := o.command("ops1", "-tt")
	master, s := o.seen(t, c)
	s.shows(short)
	for i := range 300 {
		if err := pty.Setsize(master, &pty.Winsize{Rows: uint16(1 + i*7%90), Cols: uint16(1 + i*13%300)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s.keys("\x1b[200~")
	for range 64 {
		s.keys(strings.Repeat("x\x1b["+strings.Repeat(";", 40)+"m", 90)) // a terminal takes 4 KiB at once
	}
	begun := time.Now()
	s.keys("\x1b[201~")
	until(t, func() bool {
		s.keys("q")
		return strings.Contains(h.figures(), `arcadia_sessions{role="operator",way="ssh"} 0`)
	}, s.text)
	t.Logf("left %s after the paste", time.Since(begun).Round(time.Millisecond))
	until(t, func() bool { return strings.Contains(s.bytes(), "\x1b[?1049l") }, s.text) // what the client still has to write
	restored(t, s)
	if n := h.launch("ops1", "echo"); n == short {
		t.Error("the server does not go on")
	}
	if !strings.Contains(h.figures(), "arcadia_faults_total 0") {
		t.Error("it was a fault")
	}
}

// The program itself, as it is shipped.
func TestSIGTERMRestoresEveryTerminalOfTheProgram(t *testing.T) {
	path := findOpenSSH(t)
	program := filepath.Join(t.TempDir(), "arcadia")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "arcadia").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r := newKeys(t)
	o := useOpenSSH(t, path, r)
	c := &child{hosted: &hosted{rig: r}}
	c.process = exec.Command(program, "serve", "--demo", "--listen", "127.0.0.1:0", "--authorized-keys", r.operators, "--metrics", "127.0.0.1:0")
	c.process.Env = append(os.Environ(), "HOME="+o.home, "XDG_DATA_HOME="+o.home, "XDG_STATE_HOME="+o.home)
	c.begin()
	var all []*screen
	var clients []*exec.Cmd
	for _, key := range []string{"ops1", "guest", "ops1"} {
		client := o.command(key, "-tt")
		_, s := o.seen(t, client)
		s.shows("sagas")
		all, clients = append(all, s), append(clients, client)
	}
	if out, errs, exit := o.run("ops1", "list -o json"); exit != 0 || !strings.HasPrefix(out, "[") {
		t.Errorf("list: %q, %q, %d", out, errs, exit)
	}
	begun := time.Now()
	if err := c.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.process.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
	t.Logf("ended in %s", time.Since(begun).Round(time.Millisecond))
	for i, s := range all {
		s.shows("arcadia is stopping here")
		restored(t, s)
		if _ = clients[i].Wait(); clients[i].ProcessState.ExitCode() != 1 {
			t.Errorf("exit status %d", clients[i].ProcessState.ExitCode())
		}
	}
}
