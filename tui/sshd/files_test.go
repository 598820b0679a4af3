package sshd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

func TestStartIsRefusedWithOperatorsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	key := strings.TrimSpace(string(gossh.MarshalAuthorizedKey(newKey(t).PublicKey())))
	other := strings.TrimSpace(string(gossh.MarshalAuthorizedKey(newKey(t).PublicKey())))
	op := `environment="ARCADIA_ROLE=operator" `
	for name, c := range map[string]struct {
		text, want string
		mode       os.FileMode
	}{
		"nobody":              {"# a comment\n\n", "names nobody", 0o600},
		"empty":               {"", "names nobody", 0o600},
		"writable by group":   {op + key + " a\n", "chmod 0640", 0o660},
		"writable by all":     {op + key + " a\n", "mode 0666", 0o666},
		"not a key":           {op + key + " a\n\nhello\n", "line 3", 0o600},
		"half a key":          {op + key[:40] + " a\n", "line 1", 0o600},
		"no name":             {op + key + "\n", "is not a name", 0o600},
		"a name that steers":  {op + key + " a\x1b[2J\n", "is not a name", 0o600},
		"two words":           {op + key + " a b\n", "is not a name", 0o600},
		"unknown option":      {`no-pty ` + key + " a\n", "unknown option \"no-pty\"", 0o600},
		"a forced command":    {`command="ls" ` + key + " a\n", "unknown option", 0o600},
		"from":                {`from="10.0.0.1",environment="ARCADIA_ROLE=viewer" ` + key + " a\n", "unknown option", 0o600},
		"unknown role":        {`environment="ARCADIA_ROLE=root" ` + key + " a\n", "unknown setting", 0o600},
		"unknown among known": {`environment="ARCADIA_ROLE=operator,root" ` + key + " a\n", `there is no role "root"`, 0o600},
		"a role twice in one": {`environment="ARCADIA_ROLE=operator,operator" ` + key + " a\n", "twice", 0o600},
		"a space in a set":    {`environment="ARCADIA_ROLE=operator, approver" ` + key + " a\n", `there is no role " approver"`, 0o600},
		"another variable":    {`environment="PATH=/tmp" ` + key + " a\n", "unknown setting", 0o600},
		"two roles":           {`environment="ARCADIA_ROLE=viewer",environment="ARCADIA_ROLE=operator" ` + key + " a\n", "twice", 0o600},
		"the same key twice":  {op + key + " a\n" + key + " a\n", "the key of line 1 again", 0o600},
		"the program's name":  {op + key + " arcadia\n", "nobody may be called arcadia", 0o600},
		"nearly that":         {op + key + " Arcad1a\n", "nobody may be called Arcad1a", 0o600},
		"like somebody":       {op + key + " ops1\n" + other + " Ops-l\n", "line 2: Ops-l, a viewer, looks like ops1, a operator", 0o600},
		"two roles of a name": {op + key + " a\n" + other + " a\n", "line 2", 0o600},
		"a line after it":     {op + key + " a\n" + op + other + " b\ngarbage here\n", "line 3", 0o600},
		"a certificate's key": {op + strings.Replace(key, "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", 1) + " a\n", "line 1", 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "operators")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := sshd.OpenOperators(path)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
	if _, err := sshd.OpenOperators(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file was taken")
	}
	if _, err := sshd.OpenOperators(t.TempDir()); err == nil {
		t.Error("a folder was taken")
	}
	dir := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "operators")
	if err := os.WriteFile(path, []byte(op+key+" a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sshd.OpenOperators(path); err != nil {
		t.Errorf("a good file: %v", err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := sshd.OpenOperators(path); err == nil || !strings.Contains(err.Error(), "may replace") {
		t.Errorf("in a folder that all may write: %v", err)
	}
}

func TestTheHostKeyIsMadeOnceAndKeptPrivate(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	path := filepath.Join(parent, "sub", "host")
	first, made, err := sshd.HostKey(path)
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	again, made, err := sshd.HostKey(path)
	if err != nil || made || !bytes.Equal(first.PublicKey().Marshal(), again.PublicKey().Marshal()) {
		t.Errorf("the second time: made %v, %v, or another key", made, err)
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(p)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", p, info.Mode().Perm(), err, want)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left beside it: %v, %v", left, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sshd.HostKey(path); err == nil {
		t.Error("a key that the group may read was taken")
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sshd.HostKey(path); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged key: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "damaged" {
		t.Error("the damaged key was touched")
	}
	shared := filepath.Join(parent, "shared")
	if err := os.Mkdir(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sshd.HostKey(filepath.Join(shared, "host")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(shared); info.Mode().Perm() != 0o755 {
		t.Errorf("the folder's mode was changed to %v", info.Mode().Perm())
	}
}
