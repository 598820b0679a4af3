package cli_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"
)

// watching is a console over SSH, and what was on its screen when.
type watching struct {
	mu    sync.Mutex // guards parts
	parts []part
}

type part struct {
	at     time.Time
	screen string
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
	if _, err := s.StdinPipe(); err != nil { // nothing is typed, and its end would end the console
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
	term := vt.NewSafeEmulator(120, 40)
	go func() { _, _ = io.Copy(io.Discard, term) }() // its replies to queries
	go func() {
		buf := make([]byte, 32<<10)
		for {
			n, err := out.Read(buf)
			at := time.Now()
			_, _ = term.Write(buf[:n])
			w.mu.Lock()
			w.parts = append(w.parts, part{at, term.String()})
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return w
}

// sees waits until, after a moment, the row of a saga says something, and does not say something else, and says when that was first.
func (w *watching) sees(t *testing.T, after time.Time, short, text, not string) time.Time {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		parts := w.parts
		w.mu.Unlock()
		for _, p := range parts {
			for line := range strings.Lines(p.screen) {
				if p.at.After(after) && strings.Contains(line, short) && strings.Contains(line, text) && (not == "" || !strings.Contains(line, not)) {
					return p.at
				}
			}
		}
	}
	t.Fatalf("%s with %q is not seen in\n%s", short, text, w.parts[len(w.parts)-1].screen)
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
		w.sees(t, time.Time{}, "arcadia", "ops", "")
	}
	time.Sleep(time.Second)
	var saga struct {
		Short    string `json:"short"`
		Approval struct {
			Hash string `json:"hash"`
		} `json:"approval"`
	}
	droplet := b.dropletNamed(t, "web-01")
	worst := time.Duration(0)
	for range 5 {
		out, status := b.says(t, launches, "launch offboard_droplet droplet_id="+droplet+" droplet_name=web-01 reserved_ip=198.51.100.10 grace=1h approvals=0 --no-wait -o json")
		if err := json.Unmarshal([]byte(out), &saga); err != nil {
			t.Fatalf("exit status %d, %v\n%s", status, err, out)
		}
		durable := func(verb string) time.Time {
			var deeds []struct {
				Short, Verb string
				At          time.Time
			}
			out, _ := b.says(t, launches, "audit -o json")
			if err := json.Unmarshal([]byte(out), &deeds); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, d := range deeds {
				if d.Short == saga.Short && d.Verb == verb {
					return d.At
				}
			}
			t.Fatalf("no %s in\n%s", verb, out)
			return time.Time{}
		}
		tell := func(what, text, not string, at time.Time) {
			for whose, w := range consoles {
				took := w.sees(t, at, saga.Short, text, not).Sub(at)
				worst = max(worst, took)
				t.Logf("figure | %s, seen by %s | %d ms", what, whose, took.Milliseconds())
			}
		}
		tell("launched", "approved 0 of 1", "", durable("created"))
		if out, status := b.says(t, approves, "approve "+saga.Short+" --hash "+strings.TrimPrefix(saga.Approval.Hash, "p2:")); status != 0 {
			t.Fatalf("exit status %d\n%s", status, out)
		}
		tell("approved", "offboard", "approved 0 of 1", durable("approved"))
		if out, status := b.says(t, launches, "cancel "+saga.Short); status != 3 {
			t.Fatalf("exit status %d\n%s", status, out)
		}
	}
	t.Logf("figure | the longest | %d ms", worst.Milliseconds())
}

// dropletNamed asks the account for a droplet's id.
func (b *building) dropletNamed(t *testing.T, name string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api+"/v2/droplets?per_page=200", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer t")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var all struct {
		Droplets []struct {
			ID   int64
			Name string
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for _, d := range all.Droplets {
		if d.Name == name {
			return strconv.FormatInt(d.ID, 10)
		}
	}
	t.Fatalf("no droplet %s", name)
	return ""
}
