package sshd_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/tui/sshd"
)

func get(t *testing.T, h http.Handler, host, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://"+host+path, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestMetricsShowWhatTheSourcesSay(t *testing.T) {
	t.Parallel()
	h := sshd.Metrics(sshd.Sources{
		Sagas: func(context.Context) ([]sshd.SagaCount, error) {
			return []sshd.SagaCount{{Kind: "echo", Status: engine.Running, Count: 3}, {Status: engine.Failed, Count: 1}}, nil
		},
		Sessions: func() []sshd.Presence {
			return []sshd.Presence{{Role: engine.Viewer}, {Role: engine.Operator, Local: true}}
		},
		Totals: func() sshd.Totals { return sshd.Totals{Logins: 7, Refused: 2, Cut: 1} },
		Budget: func() sshd.Budget { return sshd.Budget{Limit: 5000, Remaining: 4321} },
		Calls:  func() []sshd.CallCount { return []sshd.CallCount{{Kind: "GET droplets", Outcome: "2xx", Count: 12}} },
		Freeze: func() sshd.Freeze { return sshd.Freeze{On: true, By: sshd.FrozenByEngine, InFlight: 3} },
		Nights: func(context.Context) (sshd.Nights, error) {
			return sshd.Nights{Waiting: 2, Undelivered: 1, Schedules: []sshd.Timed{{
				Name: "nightly-web", Next: time.Unix(1800000000, 0), Outcomes: map[string]int{"fired": 13, "missed": 1}, Missed: true,
			}}}, nil
		},
		Commits: func() sshd.Commits { return sshd.Commits{Commits: 10, Entries: 40, Took: 1500 * time.Millisecond} },
		Version: "v1",
	})
	code, text := get(t, h, "127.0.0.1:9464", "/metrics")
	for _, want := range []string{
		`arcadia_sagas{kind="echo",status="running"} 3`,
		`arcadia_sagas{kind="",status="failed"} 1`,
		`arcadia_sessions{role="viewer",way="ssh"} 1`,
		`arcadia_sessions{role="operator",way="local"} 1`,
		`arcadia_sessions{role="operator",way="ssh"} 0`,
		"arcadia_logins_total 7", "arcadia_refused_total 2", "arcadia_cut_total 1",
		"arcadia_api_requests_left 4321", "arcadia_api_requests_limit 5000",
		`arcadia_schedule_outcomes{outcome="fired",schedule="nightly-web"} 13`, `arcadia_schedule_outcomes{outcome="missed",schedule="nightly-web"} 1`,
		`arcadia_schedule_next_timestamp_seconds{schedule="nightly-web"} 1.8e+09`, `arcadia_schedule_missed{schedule="nightly-web"} 1`,
		`arcadia_schedule_paused{schedule="nightly-web"} 0`, `arcadia_deliveries{state="waiting"} 2`, `arcadia_deliveries{state="undelivered"} 1`,
		"arcadia_commits_total 10", "arcadia_entries_total 40", "arcadia_commit_seconds_total 1.5",
		`arcadia_api_requests_total{outcome="2xx",request="GET droplets"} 12`,
		`arcadia_frozen{by="engine"} 1`, `arcadia_frozen{by="operator"} 0`, "arcadia_frozen_in_flight 3", "arcadia_thawing_width 0",
		`arcadia_build_info{version="v1"} 1`, "go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if code != http.StatusOK || t.Failed() {
		t.Errorf("%d:\n%s", code, text)
	}
}

func TestASourceThatFailsDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	h := sshd.Metrics(sshd.Sources{
		Sagas:  func(context.Context) ([]sshd.SagaCount, error) { return nil, errors.New("the store is closed") },
		Totals: func() sshd.Totals { return sshd.Totals{Logins: 7} },
		Budget: func() sshd.Budget { return sshd.Budget{Remaining: -1} },
	})
	_, text := get(t, h, "localhost:1", "/metrics")
	if !strings.Contains(text, "arcadia_logins_total 7") || strings.Contains(text, "arcadia_api_requests_left") || strings.Contains(text, "arcadia_sagas{") {
		t.Error(text)
	}
}

func TestHealthSaysWhatTheHostSays(t *testing.T) {
	t.Parallel()
	var err error
	h := sshd.Metrics(sshd.Sources{Health: func(context.Context) error { return err }})
	if code, text := get(t, h, "[::1]:9464", "/healthz"); code != http.StatusOK || text != "ok\n" {
		t.Errorf("%d, %q", code, text)
	}
	err = errors.New("the ledger cannot be written")
	if code, text := get(t, h, "[::1]:9464", "/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "ledger") {
		t.Errorf("%d, %q", code, text)
	}
}

func TestMetricsAreForThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:9464", "example.com:80", "localhost:0"} {
		if ln, err := sshd.ListenMetrics(addr); err == nil {
			_ = ln.Close()
			t.Errorf("listens on %s", addr)
		}
	}
	h := sshd.Metrics(sshd.Sources{})
	if code, _ := get(t, h, "evil.example:9464", "/metrics"); code != http.StatusForbidden {
		t.Errorf("a foreign name got %d", code)
	}
}

func TestServeMetricsEndsWithItsContext(t *testing.T) {
	quiet(t)
	ln, err := sshd.ListenMetrics("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sshd.ServeMetrics(ctx, ln, sshd.Sources{}, slog.New(slog.DiscardHandler)) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + ln.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(res.Body); string(text) != "ok\n" {
		t.Errorf("%q", text)
	}
	_ = res.Body.Close()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
