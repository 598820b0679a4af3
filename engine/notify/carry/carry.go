// Package carry takes notes to their targets: signed webhooks, the form of Slack, plain lines, and programs of this host.
//
// It follows no redirect, verifies every certificate, and connects to no link-local address, whatever a name resolves to: that is
// where clouds keep their secrets. Secrets are read at each send and appear in no error.
package carry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/trust"
)

const (
	patience = 10 * time.Second // for one try, from the name to the answer
	maxRead  = 64 << 10         // bytes of an answer that are read
	maxKey   = 4 << 10          // bytes of a secret
)

// Carrier is a notify.Carrier. It is safe for concurrent use.
type Carrier struct {
	say    func(notify.Note) string
	hooks  string
	client *http.Client
}

// New makes a Carrier. say puts a note into words of one line; hooks is the folder with the programs that targets may name.
func New(say func(notify.Note) string, hooks string) *Carrier { return newCarrier(say, hooks, nil) }

func newCarrier(say func(notify.Note) string, hooks string, transport *http.Transport) *Carrier {
	if transport == nil {
		transport = &http.Transport{}
	}
	dialer := net.Dialer{Timeout: patience, Control: control}
	transport.DialContext, transport.Proxy = dialer.DialContext, nil // a proxy would resolve the name in our place
	transport.TLSHandshakeTimeout, transport.MaxIdleConns, transport.IdleConnTimeout = patience, 10, time.Minute
	return &Carrier{say: say, hooks: hooks, client: &http.Client{
		Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// errBarred is the refusal to connect to where clouds keep their secrets.
var errBarred = errors.New("a link-local address, to which nothing is sent")

// control looks at every address that is about to be connected to, after its name was resolved.
func control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if notify.Barred(to.Addr()) {
		return fmt.Errorf("%s is %w", to.Addr(), errBarred)
	}
	return nil
}

// Carry takes a note to a target.
func (c *Carrier) Carry(ctx context.Context, t notify.Target, id string, n notify.Note) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, kind, err := c.body(t.Form(), n)
	if err != nil {
		return "", err
	}
	if t.Exec != "" {
		return c.run(ctx, t, body)
	}
	return c.post(ctx, t, id, body, kind)
}

// payload is the form of Standard Webhooks.
type payload struct {
	Type string      `json:"type"`
	At   engine.Time `json:"timestamp"`
	Data data        `json:"data"`
}

type data struct {
	Text string `json:"text"`
	notify.Note
}

func (c *Carrier) body(f notify.Format, n notify.Note) (body []byte, kind string, err error) {
	switch f {
	case notify.FormatSlack:
		body, err = json.Marshal(map[string]string{"text": escaped(c.say(n))})
		return body, "application/json", err
	case notify.FormatText:
		return []byte(c.say(n) + "\n"), "text/plain; charset=utf-8", nil
	case notify.FormatArcadia:
	}
	body, err = json.Marshal(payload{"arcadia." + string(n.Event), n.At, data{c.say(n), n}})
	return body, "application/json", err
}

// escaped is text in which Slack finds no link and no mention.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func (c *Carrier) post(ctx context.Context, t notify.Target, id string, body []byte, kind string) (string, error) {
	address, err := secret(t.URL)
	if err != nil {
		return "", fmt.Errorf("url: %w", err)
	}
	if err := notify.CheckURL(address); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", errors.New("the url cannot be used")
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "arcadia")
	if t.Secret != "" {
		if err := sign(req, t.Secret, id, body); err != nil {
			return "", err
		}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the address: its path may be a secret
		}
		return "", err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxRead) // so that the connection can be used again
	answer := strconv.Itoa(resp.StatusCode)
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode <= 399:
		return answer, fmt.Errorf("it answers %s: redirects are not followed", answer)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return answer, fmt.Errorf("it answers %s", answer)
	}
	return answer, nil
}

// sign signs a request as Standard Webhooks 1.0 says.
func sign(req *http.Request, reference, id string, body []byte) error {
	key, err := secret(reference)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	hook, err := standardwebhooks.NewWebhook(key)
	if err != nil || key == "" {
		return errors.New("secret: it is not in the form whsec_BASE64")
	}
	now := time.Now()
	signature, err := hook.Sign(id, now, body)
	if err != nil {
		return errors.New("secret: it cannot sign")
	}
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// secret is what a reference leads to; a text that is none is itself.
func secret(text string) (string, error) {
	if !notify.Reference(text) {
		return text, nil
	}
	if name, ok := strings.CutPrefix(text, "env:"); ok {
		v := os.Getenv(name)
		if v == "" {
			return "", fmt.Errorf("the variable %s is not set where sagas are driven", name)
		}
		return strings.TrimSpace(v), nil
	}
	path := strings.TrimPrefix(text, "file:")
	b, err := trust.Read(path, trust.Rule{Forbidden: 0o077, Max: maxKey})
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return strings.TrimSpace(string(b)), nil
}

// run gives a program of this host the note on its standard input.
func (c *Carrier) run(ctx context.Context, t notify.Target, body []byte) (string, error) {
	path := filepath.Join(c.hooks, filepath.Base(t.Exec))
	if err := trust.Path(path); err != nil {
		return "", fmt.Errorf("exec %s: %w", t.Exec, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("exec %s: it is not in %s", t.Exec, c.hooks)
	}
	if err := trust.Owned(path, info, 0o022); err != nil {
		return "", fmt.Errorf("exec %s: %w", t.Exec, err)
	}
	cmd := exec.CommandContext(ctx, path) //nolint:gosec // a program of the hooks' folder, judged by its owner and mode
	cmd.Stdin, cmd.WaitDelay = bytes.NewReader(body), time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("exec %s: %w", t.Exec, err)
	}
	return "exit 0", nil
}
