package cli_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/steps/dosim"
)

// answer is what a door makes of a flag.
type answer int

const (
	refused answer = iota // an error that names it, exit status 2, and nothing is done
	heeded
)

// doors are the ways in, a column each: a flag's row is written in order, so that a new door wants a word from every flag.
type doors struct{ console, command, accessible, attachedConsole, attachedCommand, attachedAccessible, sshConsole, sshCommand, sshAccessible, serve, host answer }

// matrix says for every flag of every command what each way in makes of it.
var matrix = map[string]doors{
	"demo":       {heeded, heeded, heeded, refused, refused, refused, refused, refused, refused, heeded, heeded},
	"read-only":  {heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, refused, refused},
	"db":         {heeded, heeded, heeded, heeded, heeded, heeded, refused, refused, refused, heeded, heeded},
	"store":      {heeded, heeded, heeded, heeded, heeded, heeded, refused, refused, refused, heeded, heeded},
	"context":    {heeded, heeded, heeded, heeded, heeded, heeded, refused, refused, refused, heeded, heeded},
	"store-ca":   {}, // without --store it means nothing
	"store-cert": {},
	"store-key":  {},
	"accessible": {heeded, refused, heeded, heeded, refused, heeded, heeded, refused, heeded, refused, refused},
	"no-color":   {heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded},
	"ascii":      {heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded, heeded},
}

// TestFlagsNarrowThroughEveryDoorOrAreRefused goes through the real program by every way in, with an account that is not the demo's, and
// looks at what was done there.
func TestFlagsNarrowThroughEveryDoorOrAreRefused(t *testing.T) {
	t.Parallel()
	h := newBuilding(t)
	help, _ := run(h.program(h.free, "list", "--help"))
	_, globals, found := strings.Cut(help, "Global Flags:")
	if !found {
		t.Fatalf("no global flags in\n%s", help)
	}
	for line := range strings.Lines(globals) {
		if _, name, ok := strings.Cut(line, "--"); ok {
			if name, _, _ = strings.Cut(name, " "); !hasRow(name) {
				t.Errorf("--%s has no row", name)
			}
		}
	}
	for name, row := range matrix {
		flag := "--" + name
		switch {
		case name == "db":
			flag = "--db=" + h.held
		case name == "store":
			flag = "--store=" + nobody
		case name == "context":
			flag = "--context=held"
		case strings.HasPrefix(name, "store-"):
			flag += "=some.pem"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := h.on(t)
			h.tries(name, flag, row)
		})
	}
}

func hasRow(flag string) bool {
	_, there := matrix[flag]
	return there
}

// nobody is a store at which nobody answers: who heeds the flag says so, and touches no other store.
const nobody = "etcd://127.0.0.1:1/none"

func (b *building) tries(name, flag string, row doors) {
	own := flag // in a process of its own
	switch name {
	case "db":
		own = "--db=" + b.free
	case "context":
		own = "--context=free"
		b.knows(map[string]string{"held": b.held, "free": b.free, "serve": filepath.Join(b.home, "serve", "arcadia.db"), "host": filepath.Join(b.home, "host", "arcadia.db")})
	}
	b.looks("console", name, row.console, func() (string, int) { return b.screen(b.program(b.free, own)) })
	b.looks("attached console", name, row.attachedConsole, func() (string, int) { return b.screen(b.program(b.held, flag)) })
	b.acts("command", name, row.command, b.free, func(words ...string) (string, int) { return run(b.program(b.free, append(words, own)...)) })
	b.acts("attached command", name, row.attachedCommand, b.held, func(words ...string) (string, int) {
		return run(b.program(b.held, append(words, flag)...))
	})
	b.looks("accessible", name, row.accessible, func() (string, int) { return run(b.program(b.free, "--accessible", own)) })
	b.looks("attached accessible", name, row.attachedAccessible, func() (string, int) { return run(b.program(b.held, "--accessible", flag)) })
	if _, err := exec.LookPath("ssh"); err == nil {
		b.looks("ssh console", name, row.sshConsole, func() (string, int) { return b.screen(b.ssh("-tt", flag)) })
		b.acts("ssh command", name, row.sshCommand, b.held, func(words ...string) (string, int) { return run(b.ssh("-T", append(words, flag)...)) })
		b.looks("ssh accessible", name, row.sshAccessible, func() (string, int) { return run(b.ssh("-T", "--accessible", flag)) })
	}
	for command, want := range map[string]answer{"serve": row.serve, "host": row.host} {
		store := filepath.Join(b.t.TempDir(), command, "arcadia.db")
		words := []string{command, flag}
		switch name {
		case "db":
			words[1] = "--db=" + store
		case "context":
			words[1] = "--context=" + command
		}
		if command == "serve" {
			words = append(words, "--listen=127.0.0.1:0", "--authorized-keys="+b.operators)
		}
		b.serves(command, name, want, b.program(store, words...))
	}
}

// knows gives the building contexts by their stores.
func (b *building) knows(stores map[string]string) {
	b.t.Helper()
	var text strings.Builder
	for name, store := range stores {
		text.WriteString(name + ":\n  token: env:DIGITALOCEAN_TOKEN\n  api: " + b.api + "\n  store: " + store + "\n")
	}
	dir := filepath.Join(b.home, ".config", "arcadia")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "contexts.yaml"), []byte(text.String()), 0o600)); err != nil {
		b.t.Fatal(err)
	}
}

// building is an account that is not simulated as far as anybody can tell, with one store that a process serves and one that is free.
type building struct {
	t                          *testing.T
	api                        string
	home, operators, key, port string
	held, free                 string
	pid                        int // of who serves held
}

func newBuilding(t *testing.T) *building {
	t.Helper()
	sim := dosim.New()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sim") {
			http.NotFound(w, r)
			return
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(api.Close)
	b := &building{t: t, api: api.URL, home: t.TempDir()}
	b.key, b.operators = filepath.Join(b.home, "key"), filepath.Join(b.home, "operators")
	b.held, b.free = filepath.Join(b.home, "held", "arcadia.db"), filepath.Join(b.home, "free", "arcadia.db")
	key, line := newOperator(t, "ops1", "operator")
	if err := errors.Join(os.WriteFile(b.key, key, 0o600), os.WriteFile(b.operators, []byte(line), 0o600)); err != nil {
		t.Fatal(err)
	}
	served := b.program(b.held, "serve", "--listen=127.0.0.1:0", "--authorized-keys="+b.operators)
	said, err := served.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = served.Process.Signal(syscall.SIGTERM)
		_ = served.Wait()
	})
	b.pid = served.Process.Pid
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "attach at") {
		if _, addr, ok := strings.Cut(lines.Text(), "ssh on "); ok {
			_, b.port, _ = net.SplitHostPort(addr)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return b
}

// newOperator makes a key, and the line that lets it in.
func newOperator(t *testing.T, name, role string) (key []byte, line string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	wire, err := gossh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block), "environment=\"ARCADIA_ROLE=" + role + "\" " + strings.TrimSpace(string(gossh.MarshalAuthorizedKey(wire))) + " " + name + "\n"
}

// on is the building for a test of its own, with a free store of its own.
func (b building) on(t *testing.T) *building {
	t.Helper()
	b.t, b.free = t, filepath.Join(t.TempDir(), "free", "arcadia.db")
	if out, status := run(b.program(b.free, "launch", "echo", "text=first")); status != 0 {
		t.Fatalf("exit status %d\n%s", status, out)
	}
	return &b
}

func (b *building) program(store string, words ...string) *exec.Cmd {
	cmd := exec.CommandContext(b.t.Context(), filepath.Join(binary, "arcadia"), words...)
	cmd.Env = []string{
		"HOME=" + b.home, "TERM=xterm-256color", "LANG=C.UTF-8", raceRules, "DIGITALOCEAN_TOKEN=t", "DIGITALOCEAN_API_URL=" + b.api, "ARCADIA_DB=" + store,
	}
	return cmd
}

func (b *building) ssh(terminal string, words ...string) *exec.Cmd {
	cmd := exec.CommandContext(b.t.Context(), "ssh", append([]string{
		terminal, "-F", "none", "-p", b.port, "-i", b.key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes",
		"-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "127.0.0.1", "--",
	}, words...)...)
	cmd.Env = []string{"HOME=" + b.home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color"}
	return cmd
}

// run gives all that a program says, and how it ends.
func run(cmd *exec.Cmd) (string, int) {
	out, _ := cmd.CombinedOutput() // the status says it
	return string(out), cmd.ProcessState.ExitCode()
}

// screen shows a console until it can be judged, and ends it.
func (b *building) screen(cmd *exec.Cmd) (string, int) {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 120})
	if err != nil {
		b.t.Fatal(err)
	}
	defer tty.Close()
	defer time.AfterFunc(patience, func() { _ = cmd.Process.Kill() }).Stop()
	var out bytes.Buffer
	buf := make([]byte, 4096)
	for ended := false; ; {
		n, err := tty.Read(buf)
		out.Write(buf[:n])
		if err != nil {
			break
		}
		if _, drawn, full := strings.Cut(out.String(), "\x1b[?1049h"); !ended && full && strings.Contains(drawn, "help") { // the footer
			ended = true
			_, _ = io.WriteString(tty, "q")
		}
		if !ended && strings.Contains(out.String(), "in all") { // plain lines
			ended = true
			_, _ = io.WriteString(tty, "\x04")
		}
	}
	_ = cmd.Wait()
	if !cmd.ProcessState.Exited() {
		b.t.Errorf("%v does not end: %s\n%q", cmd.Args, cmd.ProcessState, out.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// looks tries a console.
func (b *building) looks(door, name string, want answer, show func() (string, int)) {
	b.t.Helper()
	out, status := show()
	if b.judged(door, name, want, out, status) {
		return
	}
	if name == "store" {
		b.missed(door, out, status)
		return
	}
	color := regexp.MustCompile(`\x1b\[(?:[\d:;]*;)?(?:[34]8[;:]|(?:[349]|10)[0-7]m)`)
	fault := false
	switch name {
	case "demo":
		fault = !strings.Contains(out, "DEMO")
	case "read-only":
		fault = !strings.Contains(out, "READ-ONLY")
	case "no-color":
		fault = color.MatchString(out)
	case "ascii":
		fault = strings.IndexFunc(out, func(r rune) bool { return r > 0x7e }) >= 0
	case "accessible":
		fault = !strings.Contains(out, "in all") || strings.Contains(out, "\x1b[?1049h")
	}
	if fault {
		b.t.Errorf("%s: --%s is not heeded:\n%q", door, name, out)
	}
}

// acts tries a command that changes something.
func (b *building) acts(door, name string, want answer, store string, do func(words ...string) (string, int)) {
	b.t.Helper()
	mark := rand.Text()
	out, status := do("launch", "echo", "text="+mark, "--reason="+mark)
	list, code := run(b.program(store, "audit"))
	if code != 0 {
		b.t.Fatal(list)
	}
	done := strings.Contains(list, mark)
	refusal := b.judged(door, name, want, out, status)
	if may := !refusal && name != "read-only" && name != "store"; done != may {
		b.t.Errorf("%s: --%s: done is %v, with status %d:\n%s", door, name, done, status, out)
	}
	if refusal {
		return
	}
	switch name {
	case "store":
		b.missed(door, out, status)
	case "demo":
		if out, _ := do("status"); !strings.Contains(out, "DEMO") {
			b.t.Errorf("%s: --demo is not heeded:\n%s", door, out)
		}
	case "read-only":
		if status == 0 || !strings.Contains(out, "role") {
			b.t.Errorf("%s: --read-only: status %d\n%s", door, status, out)
		}
	default:
		if status != 0 {
			b.t.Errorf("%s: --%s: status %d\n%s", door, name, status, out)
		}
	}
}

// serves tries a process that opens doors.
func (b *building) serves(door, name string, want answer, cmd *exec.Cmd) {
	b.t.Helper()
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	var out strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		out.WriteString(lines.Text())
		if strings.HasPrefix(lines.Text(), "attach at") {
			_ = cmd.Process.Signal(syscall.SIGTERM)
		}
	}
	_ = cmd.Wait()
	status := cmd.ProcessState.ExitCode()
	if refusal := b.judged(door, name, want, out.String(), status); !refusal && name == "store" {
		b.missed(door, out.String(), status)
	} else if !refusal && status != 0 {
		b.t.Errorf("%s: --%s: status %d\n%s", door, name, status, out.String())
	}
}

// missed wants that a store was tried at which nobody answers.
func (b *building) missed(door, out string, status int) {
	b.t.Helper()
	if status != 1 || !strings.Contains(out, nobody+" does not answer") {
		b.t.Errorf("%s: --store is not heeded: status %d\n%s", door, status, out)
	}
}

// judged reports whether the flag was refused, and complains when it should not have been or should have been.
func (b *building) judged(door, name string, want answer, out string, status int) bool {
	b.t.Helper()
	refusal := status == 2 && strings.Contains(out, "--"+name)
	if refusal != (want == refused) {
		b.t.Errorf("%s: --%s: refused is %v, status %d:\n%s", door, name, refusal, status, out)
	}
	return refusal
}
