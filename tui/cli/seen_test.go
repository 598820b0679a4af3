package cli_test

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// watching is a console over SSH, and when each part of its output came.
type watching struct {
	mu    sync.Mutex // guards parts
	parts []part
}

type part struct {
	at   time.Time
	text string
}

// watches opens a console with a key.
func (b *building) watches(t *testing.T, who gossh.Signer) *watching {
	t.Helper()
	client, err := gossh.Dial("tcp", "127.0.0.1:"+b.port, &gossh.ClientConfig{User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(who)}, HostKeyCallback: gossh.InsecureIgnoreHostKey()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	s, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", 40, 120, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	w := &watching{}
	go func() {
		buf := make([]byte, 32<<10)
		for {
			n, err := out.Read(buf)
			w.mu.Lock()
			w.parts = append(w.parts, part{time.Now(), string(buf[:n])})
			w.mu.Unlock()
			if err == io.EOF || err != nil {
				return
			}
		}
	}()
	return w
}

// sees waits until a text has come after a moment, and says when that was.
func (w *watching) sees(t *testing.T, text string, after time.Time) time.Time {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		parts := w.parts
		w.mu.Unlock()
		for _, p := range parts {
			if p.at.After(after) && strings.Contains(p.text, text) {
				return p.at
			}
		}
	}
	t.Fatalf("%q is not seen", text)
	return time.Time{}
}

// TestWhatOneOperatorDoesIsSeenByTheOther measures, with ARCADIA_BENCH=1, how long after it is durable a launch and its approval are on two
// consoles over SSH, of the one who launched and of the one who approves.
func TestWhatOneOperatorDoesIsSeenByTheOther(t *testing.T) {
	if os.Getenv("ARCADIA_BENCH") != "1" {
		t.Skip("a measurement: ARCADIA_BENCH=1 makes it")
	}
	b := newBuilding(t)
	b.policed(t, "approvals:\n  - when: {final: true}\n    need: 1\n")
	launches, approves := b.admits(t, "ops2", "operator"), b.admits(t, "ops3", "approver")
	consoles := map[string]*watching{"who launched": b.watches(t, launches), "who approves": b.watches(t, approves)}
	for _, w := range consoles {
		w.sees(t, "arcadia", time.Time{})
	}
	time.Sleep(time.Second)
	type entry struct {
		Type string    `json:"type"`
		At   time.Time `json:"at"`
	}
	var saga struct {
		Short    string `json:"short"`
		Approval struct {
			Hash string `json:"hash"`
		} `json:"approval"`
		Entries []entry `json:"entries"`
	}
	worst := time.Duration(0)
	for range 10 {
		begun := time.Now()
		out, status := b.says(t, launches, "launch offboard_droplet droplet_id=482913 droplet_name=web-01 reserved_ip=198.51.100.10 grace=1h approvals=0 --no-wait -o json")
		if err := json.Unmarshal([]byte(out), &saga); err != nil {
			t.Fatalf("exit status %d, %v\n%s", status, err, out)
		}
		durable := func(kind string) time.Time {
			out, _ := b.says(t, launches, "show "+saga.Short+" --log -o json")
			if err := json.Unmarshal([]byte(out), &saga); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, e := range saga.Entries {
				if e.Type == kind {
					return e.At
				}
			}
			t.Fatalf("no %s in\n%s", kind, out)
			return time.Time{}
		}
		tell := func(what, text string, at, after time.Time) {
			for whose, w := range consoles {
				took := w.sees(t, text, after).Sub(at)
				worst = max(worst, took)
				t.Logf("figure | %s, seen by %s | %d ms", what, whose, took.Milliseconds())
			}
		}
		tell("launched", "web-01", durable("created"), begun)
		begun = time.Now()
		if out, status := b.says(t, approves, "approve "+saga.Short+" --hash "+strings.TrimPrefix(saga.Approval.Hash, "p2:")); status != 0 {
			t.Fatalf("exit status %d\n%s", status, out)
		}
		tell("approved", "●", durable("approved"), begun)
		if out, status := b.says(t, launches, "cancel "+saga.Short); status != 3 {
			t.Fatalf("exit status %d\n%s", status, out)
		}
	}
	t.Logf("figure | the longest | %d ms", worst.Milliseconds())
}
