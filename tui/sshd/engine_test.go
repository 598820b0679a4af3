package sshd_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
)

// hosted is a rig on the real console and the real commands over an engine, as main wires them.
type hosted struct {
	*rig
	host    *host.Host
	engine  *engine.Session // of ops1
	store   *enginetest.Store
	broken  bool   // the engine is meant to have stopped
	metrics string // the address for figures
}

// fail ends the way forward.
func failing() engine.Step {
	return enginetest.Step("fail", func(context.Context, *engine.State) error { return engine.Reason("fail") }, nil)
}

func newHosted(t *testing.T, cfg engine.Config, change ...func(*host.Host)) *hosted {
	t.Helper()
	cfg.Steps = append(cfg.Steps, enginetest.Echo(), failing())
	cfg.Kinds = append(cfg.Kinds, engine.Kind{Name: "echo", Steps: []string{"echo", "echo"}}, engine.Kind{Name: "echo_fail", Steps: []string{"echo", "fail"}})
	h := &hosted{rig: newKeys(t), store: enginetest.Wrap(storagetest.NewMemory())}
	meter := host.NewMeter(h.store)
	eng, stop := enginetest.Drive(t, meter, cfg)
	t.Cleanup(func() {
		if err := stop(); (err != nil) != h.broken {
			t.Errorf("the engine ended with %v", err)
		}
	})
	h.engine = eng.As(enginetest.Ops)
	h.host = &host.Host{
		Engine: h.engine, As: eng.As, Place: &cli.Place{Name: "DEMO", Simulated: true}, Look: tui.Config{Env: "DEMO"},
		Meter: meter, Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}
	for _, f := range change {
		f(h.host)
	}
	hostKey := filepath.Join(t.TempDir(), "host")
	open := make(chan struct{})
	doors := cli.Doors{
		Listen: "127.0.0.1:0", Operators: h.operators, HostKey: hostKey, Metrics: "127.0.0.1:0",
		Ready: func(line string) {
			if addr, ok := strings.CutPrefix(line, "ssh on "); ok {
				h.addr = addr
			}
			if url, ok := strings.CutPrefix(line, "metrics on http://"); ok {
				h.metrics = strings.TrimSuffix(url, "/metrics")
				close(open)
			}
		},
	}
	h.serve(func(ctx context.Context) error { return h.host.Serve(ctx, doors) })
	select {
	case <-open:
	case <-time.After(patience):
		t.Fatal("the doors do not open")
	}
	return h
}

func TestTwoConsolesSeeWhatAThirdSessionDoes(t *testing.T) {
	h := newHosted(t, engine.Config{})
	one, two := h.console(h.dial("ops1")), h.console(h.dial("guest"))
	one.shows("sagas")
	two.shows("READ-ONLY")
	short := h.launch("ops2", "echo")
	one.shows(short)
	two.shows(short)
	one.shows("ops2") // who launched it
	one.keys("q")
	if exit := one.ended(); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
	restored(t, one)
}

func TestAViewerIsRefusedByTheEngine(t *testing.T) {
	h := newHosted(t, engine.Config{})
	out, errs, exit := h.run("guest", "launch echo")
	if exit != 1 || out != "" || !strings.Contains(errs, "viewer") {
		t.Errorf("%q, %q, %d", out, errs, exit)
	}
	if c, err := h.engine.Counts(t.Context()); err != nil || c.Total != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestMetricsOfAHost(t *testing.T) {
	h := newHosted(t, engine.Config{})
	h.console(h.dial("guest")).shows("sagas")
	for _, kind := range []string{"echo", "echo_fail"} {
		_, _, _ = h.run("ops1", "launch "+kind)
	}
	want := []string{
		`arcadia_sagas{kind="echo",status="completed"} 1`,
		`arcadia_sagas{kind="echo_fail",status="rolled_back"} 1`,
		`arcadia_step_seconds_count{direction="forward",outcome="done",step="echo"} 3`,
		`arcadia_step_seconds_count{direction="backward",outcome="done",step="echo"} 1`,
		`arcadia_step_seconds_count{direction="forward",outcome="failed",step="fail"} 1`,
		`arcadia_sessions{role="viewer",way="ssh"} 1`, `arcadia_frozen{by="operator"} 0`, `arcadia_frozen{by="engine"} 0`,
	}
	text := ""
	until(t, func() bool {
		text = h.figures()
		for _, w := range want {
			if !strings.Contains(text, w+"\n") {
				return false
			}
		}
		return true
	}, func() string { return "never all there:\n" + strings.Join(want, "\n") + "\n\n" + text })
	if err := h.engine.Freeze(t.Context(), engine.Request{Reason: "maintenance"}); err != nil {
		t.Fatal(err)
	}
	if text = h.figures(); !strings.Contains(text, `arcadia_frozen{by="operator"} 1`) {
		t.Errorf("not shown as frozen:\n%s", text)
	}
}

// What cannot be written any more must not look alive to whoever watches over the process.
func TestHealthEndsWhenTheLedgerCannotBeWritten(t *testing.T) {
	h := newHosted(t, engine.Config{})
	if status := h.health(); status != http.StatusOK {
		t.Errorf("at first: %d", status)
	}
	watching := h.wide(h.dial("guest"))
	watching.shows("sagas")
	h.broken = true
	h.store.Before(func(int, engine.Batch) error { return errors.New("input/output error") })
	if _, errs, exit := h.run("ops1", "launch echo"); exit != 1 || !strings.Contains(errs, "input/output error") {
		t.Errorf("%q, %d", errs, exit)
	}
	if status := h.health(); status != http.StatusServiceUnavailable {
		t.Errorf("afterwards: %d", status)
	}
}

func (h *hosted) health() int {
	h.t.Helper()
	res, err := http.Get("http://" + h.metrics + "/healthz")
	if err != nil {
		h.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// launch lets somebody launch a saga and returns its short id. It waits for its end.
func (h *hosted) launch(name, kind string) string {
	h.t.Helper()
	if out, errs, exit := h.run(name, "launch "+kind); exit != 0 && exit != 3 {
		h.t.Fatalf("%q, %q, %d", out, errs, exit)
	}
	return h.newest().Short
}

func (h *hosted) newest() engine.Summary {
	h.t.Helper()
	p, err := h.engine.List(h.t.Context(), engine.Query{Limit: 1})
	if err != nil || len(p.Items) == 0 {
		h.t.Fatalf("no saga: %v", err)
	}
	return p.Items[0]
}

// figures is what a scrape gets.
func (h *hosted) figures() string {
	h.t.Helper()
	res, err := http.Get("http://" + h.metrics + "/metrics")
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}
