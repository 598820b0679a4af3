package carry

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"arcadia/engine"
	"arcadia/engine/notify"
)

// key is made up for these tests.
const key = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

func words(n notify.Note) string { return string(n.Event) + " <of> " + n.Kind }

func note() notify.Note {
	return notify.Note{Event: notify.Failed, At: engine.At(time.Now()), Kind: "rotate_snapshots", Reason: "step_failed"}
}

// inFile puts a secret into a file that only this user can read, and gives the reference to it.
func inFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file:" + file
}

// inbox is a receiver that keeps what it got.
type inbox struct {
	mu     sync.Mutex
	bodies [][]byte
	heads  []http.Header
	status int
	to     string
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	b.bodies, b.heads = append(b.bodies, body), append(b.heads, r.Header.Clone())
	if b.to != "" {
		w.Header().Set("Location", b.to)
	}
	w.WriteHeader(b.status)
}

func TestAReceiverVerifiesAWebhookWithTheStandardsOwnLibrary(t *testing.T) {
	t.Parallel()
	box := &inbox{status: http.StatusNoContent}
	server := httptest.NewServer(box)
	defer server.Close()
	target := notify.Target{Name: "ops", URL: server.URL, Secret: inFile(t, key)}
	n := note()
	answer, err := New(words, "").Carry(t.Context(), target, "saga/7/ops", n)
	if err != nil || answer != "204" {
		t.Fatalf("%q %v", answer, err)
	}
	hook, err := standardwebhooks.NewWebhook(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.Verify(box.bodies[0], box.heads[0]); err != nil {
		t.Error(err)
	}
	if id := box.heads[0].Get("webhook-id"); id != "saga/7/ops" {
		t.Errorf("id %q", id)
	}
	var got struct {
		Type string `json:"type"`
		Data struct {
			Text  string       `json:"text"`
			Event notify.Event `json:"event"`
			Kind  string       `json:"kind"`
		} `json:"data"`
	}
	if err := json.Unmarshal(box.bodies[0], &got); err != nil || got.Type != "arcadia.failed" || got.Data.Text != words(n) || got.Data.Kind != n.Kind {
		t.Errorf("%+v %v of %s", got, err, box.bodies[0])
	}
	other, err := standardwebhooks.NewWebhook("whsec_" + strings.Repeat("QUJD", 8))
	if err != nil {
		t.Fatal(err)
	}
	if other.Verify(box.bodies[0], box.heads[0]) == nil || hook.Verify(append(box.bodies[0], ' '), box.heads[0]) == nil {
		t.Error("another key, or another body, verifies too")
	}
}

func TestSlackFindsNoLinkInWhatItIsTold(t *testing.T) {
	t.Parallel()
	box := &inbox{status: http.StatusOK}
	server := httptest.NewServer(box)
	defer server.Close()
	c := New(words, "")
	for _, f := range []notify.Format{notify.FormatSlack, notify.FormatText} {
		if _, err := c.Carry(t.Context(), notify.Target{Name: "ops", URL: inFile(t, server.URL), Format: f}, "id", note()); err != nil {
			t.Fatal(err)
		}
	}
	var slack map[string]string
	if err := json.Unmarshal(box.bodies[0], &slack); err != nil || slack["text"] != "failed &lt;of&gt; rotate_snapshots" || len(slack) != 1 {
		t.Errorf("%s %v", box.bodies[0], err)
	}
	if got := string(box.bodies[1]); got != "failed <of> rotate_snapshots\n" {
		t.Errorf("%q", got)
	}
}

func TestWhatIsNotTakenSaysWhyAndShowsNoSecret(t *testing.T) {
	t.Parallel()
	tls := httptest.NewTLSServer(&inbox{status: http.StatusOK}) // its certificate is nobody's here
	t.Cleanup(tls.Close)
	away := httptest.NewServer(&inbox{status: http.StatusFound, to: "http://169.254.169.254/"})
	t.Cleanup(away.Close)
	down := httptest.NewServer(&inbox{status: http.StatusInternalServerError})
	t.Cleanup(down.Close)
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte(key), 0o644); err != nil {
		t.Fatal(err)
	}
	const hidden = "/T0/B0/XXXXSECRET"
	for name, x := range map[string]struct {
		target notify.Target
		want   string
	}{
		"a redirect":           {notify.Target{URL: away.URL + hidden}, "redirects are not followed"},
		"metadata":             {notify.Target{URL: "https://169.254.169.254" + hidden}, "link-local"},
		"metadata in IPv6":     {notify.Target{URL: "https://[::ffff:169.254.169.254]" + hidden}, "link-local"},
		"link-local":           {notify.Target{URL: "https://[fe80::1]" + hidden}, "link-local"},
		"a bad certificate":    {notify.Target{URL: tls.URL + hidden}, "certificate"},
		"an error":             {notify.Target{URL: down.URL + hidden}, "it answers 500"},
		"plain http elsewhere": {notify.Target{URL: "http://192.0.2.1" + hidden}, "https"},
		"no secret":            {notify.Target{URL: down.URL, Secret: "env:ARCADIA_TEST_NO_SUCH"}, "is not set"},
		"an open secret":       {notify.Target{URL: down.URL, Secret: "file:" + open}, "mode 0644"},
		"a bad secret":         {notify.Target{URL: down.URL, Secret: inFile(t, "not base64!")}, "whsec_"},
		"no program":           {notify.Target{Exec: "page"}, "exec page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x.target.Format = notify.FormatText
			_, err := New(words, t.TempDir()).Carry(t.Context(), x.target, "id", note())
			if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "base64!") {
				t.Errorf("%v, want %q", err, x.want)
			}
		})
	}
}

func TestANameThatResolvesToMetadataIsNotConnectedTo(t *testing.T) {
	t.Parallel()
	for address, barred := range map[string]bool{
		"169.254.169.254:80": true, "[fe80::1%eth0]:443": true, "[::ffff:169.254.0.1]:443": true, "0.0.0.0:80": true, "[ff02::1]:80": true,
		"127.0.0.1:80": false, "192.0.2.1:443": false, "[2001:db8::1]:443": false,
	} {
		if err := control("tcp", address, nil); (err != nil) != barred {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAProgramOfTheFolderGetsTheNote(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := os.WriteFile(filepath.Join(dir, "page"), []byte("#!/bin/sh\ncat > '"+out+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := New(words, dir)
	if _, err := c.Carry(t.Context(), notify.Target{Exec: "page"}, "id", note()); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(out); err != nil || !strings.Contains(string(b), `"type":"arcadia.failed"`) {
		t.Errorf("%s %v", b, err)
	}
	if _, err := c.Carry(t.Context(), notify.Target{Exec: "../../bin/true"}, "id", note()); err == nil {
		t.Error("a program of another folder was run")
	}
}
