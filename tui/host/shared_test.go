package host

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/storage/storagetest"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/sshd"
)

// board is one in memory. What passes goes with the name of who is gone.
type board struct {
	mu    sync.Mutex // guards words
	words map[string][]byte
}

func (b *board) Post(_ context.Context, name string, word []byte, _ bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.words[name] = word
	return nil
}

func (b *board) Posts(_ context.Context, prefix string) (map[string][]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := map[string][]byte{}
	for name, word := range b.words {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = word
		}
	}
	return out, nil
}

// onBoard is a host of that name.
func onBoard(t *testing.T, b *board, name string, crowd *engine.Crowd) *Host {
	t.Helper()
	e, err := engine.New(storagetest.NewMemory(), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	own := *crowd
	own.Self = name
	return &Host{
		Engine: e.As(engine.Actor{Name: "ops1", Role: engine.Operator}), Place: &cli.Place{}, Log: slog.New(slog.DiscardHandler),
		Shared: Shared{Board: b, Crowd: func() *engine.Crowd { return &own }, Members: func(context.Context) (engine.Cluster, error) { return engine.Cluster{}, nil }},
	}
}

// TestAnOperatorLandsWhereItWasOnWhicheverHost moves on one host, and comes back to another.
func TestAnOperatorLandsWhereItWasOnWhicheverHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, crowd := &board{words: map[string][]byte{}}, &engine.Crowd{Driver: "host-1"}
		first, second := onBoard(t, b, "host-1", crowd), onBoard(t, b, "host-2", crowd)
		ctx, stop := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() { first.share(ctx) })
		both.Go(func() { second.share(ctx) })
		want := tui.Spot{Screen: "schedules", Filter: "kind:echo", Saga: "01998f1e-0000-7000-8000-0000c41f08aa"}
		first.keep("ops1", want)
		time.Sleep(boardEvery + time.Millisecond)
		if got := second.spot(ctx, "ops1"); got != want {
			t.Errorf("it lands at %+v, want %+v", got, want)
		}
		want.Filter = "is back"
		second.keep("ops1", want)
		time.Sleep(boardEvery + time.Millisecond)
		if got := first.spot(ctx, "ops1"); got != want {
			t.Errorf("back on the first it lands at %+v, want %+v", got, want)
		}
		if got := second.spot(ctx, "ops2"); got != (tui.Spot{}) {
			t.Errorf("somebody else lands at %+v", got)
		}
		stop()
		both.Wait()
	})
}

// TestConsolesOnOtherHostsAreSeen looks from one host at who is on the other.
func TestConsolesOnOtherHostsAreSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, crowd := &board{words: map[string][]byte{}}, &engine.Crowd{Driver: "host-1"}
		first, second := onBoard(t, b, "host-1", crowd), onBoard(t, b, "host-2", crowd)
		ctx, stop := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() { first.share(ctx) })
		both.Go(func() { second.share(ctx) })
		near := first.here.Join(sshd.Presence{Operator: "ops1", What: sshd.Console})
		synctest.Wait()
		far := second.here.Join(sshd.Presence{Operator: "ops2", What: sshd.Console, Saga: "s"})
		time.Sleep(2*boardEvery + time.Millisecond)
		var cfg tui.Config
		first.company(&cfg, near)
		if all := cfg.Who(); len(all) != 1 || all[0] != (tui.Presence{Name: "ops2", Saga: "s", Host: "host-2"}) {
			t.Errorf("seen: %+v", all)
		}
		select {
		case <-cfg.WhoChanged:
		default:
			t.Error("nobody was told")
		}
		c, err := first.Cluster(ctx)
		if err != nil || len(c.People) != 2 || c.People[1].Host != "host-2" {
			t.Errorf("people: %+v, %v", c.People, err)
		}
		far.Leave()
		time.Sleep(2*boardEvery + time.Millisecond)
		if all := cfg.Who(); len(all) != 0 {
			t.Errorf("still seen: %+v", all)
		}
		stop()
		both.Wait()
	})
}

// TestWithoutADriverAHostIsNotHealthy asks as a supervisor and as Prometheus do.
func TestWithoutADriverAHostIsNotHealthy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		held, mute bool
		says       string
	}{{}, {held: true, says: "nobody drives"}, {held: true, mute: true, says: "the store does not answer"}} {
		h := onBoard(t, &board{}, "host-1", &engine.Crowd{Held: c.held, Mute: c.mute, Hosts: make([]engine.Host, 2)})
		srv, err := h.server(nil)
		if err != nil {
			t.Fatal(err)
		}
		door := httptest.NewServer(sshd.Metrics(h.sources(srv)))
		ask := func(path string) (int, string) {
			r, err := http.Get(door.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Body.Close() }()
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			return r.StatusCode, string(raw)
		}
		status, text := ask("/healthz")
		_, figures := ask("/metrics")
		want, figure := http.StatusOK, "arcadia_driverless 0"
		if c.held {
			want, figure = http.StatusServiceUnavailable, "arcadia_driverless 1"
		}
		if status != want || !strings.Contains(text, c.says) || !strings.Contains(figures, figure) || !strings.Contains(figures, "arcadia_hosts 2") {
			t.Errorf("%+v: %d %s", c, status, text)
		}
		door.Close()
	}
}
