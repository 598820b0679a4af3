package sshd_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
	"arcadia/tui"
	"arcadia/tui/input"
	"arcadia/tui/sshd"
)

// press is a load: sagas at work whose steps save, each save a durable commit and a mark in every feed.
type press struct {
	*engine.Session
	as      func(engine.Actor) *engine.Session
	mu      sync.Mutex
	durable map[engine.ID]time.Time // when a saga's last commit was
	saves   []time.Duration         // from the call to its return
	publish []time.Duration         // the part of it after the commit: every feed is told
}

// The load is a saga's step that saves every 20 ms, and so many of them that more than 5,000 marks a second are left: a
// saga ends after a hundred saves and the next one starts, so that no ledger grows beyond what there is.
const (
	atOnce    = 115
	saveEvery = 20 * time.Millisecond
	savesEach = 100
)

func newPress(t *testing.T) *press {
	t.Helper()
	p := &press{durable: map[engine.ID]time.Time{}}
	save := enginetest.Step("save", func(ctx context.Context, s *engine.State) error {
		tick := time.NewTicker(saveEvery)
		defer tick.Stop()
		for range savesEach {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
			begun := time.Now()
			if err := s.Save(ctx); err != nil {
				return err
			}
			p.note(s.Saga(), begun)
		}
		return nil
	}, func(context.Context, *engine.State) error { return nil })
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(dir, "arcadia.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	timed := enginetest.Wrap(store)
	timed.After(func(_ int, b engine.Batch) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.durable[b.ID] = time.Now()
		return nil
	})
	eng, stop := enginetest.Drive(t, timed, engine.Config{
		Steps: []engine.Step{save}, Kinds: []engine.Kind{{Name: "save", Steps: []string{"save"}}}, Workers: atOnce,
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	p.Session, p.as = eng.As(enginetest.Ops), eng.As
	return p
}

func (p *press) note(id engine.ID, begun time.Time) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saves, p.publish = append(p.saves, now.Sub(begun)), append(p.publish, now.Sub(p.durable[id]))
}

// run keeps the sagas coming until ctx ends.
func (p *press) run(ctx context.Context) {
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			for ctx.Err() == nil {
				sg, err := p.Start(ctx, engine.Launch{Kind: "save"})
				if err != nil || !p.rest(ctx, sg.ID) {
					return
				}
			}
		})
	}
	group.Wait()
}

func (p *press) rest(ctx context.Context, id engine.ID) bool {
	tick := time.NewTicker(saveEvery * savesEach / 20)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		if s, err := p.Summaries(ctx, id); err != nil || len(s) == 1 && s[0].Status.Terminal() {
			return err == nil
		}
	}
}

// said puts figures into words: how many, how many a second, and how long they took.
func (p *press) said(since time.Duration) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%d marks, %.0f/s, publish p50 %s p99 %s max %s; with the commit p50 %s p99 %s", len(p.publish), float64(len(p.publish))/since.Seconds(),
		percentile(p.publish, 50), percentile(p.publish, 99), percentile(p.publish, 100), percentile(p.saves, 50), percentile(p.saves, 99))
}

// restart forgets what was measured.
func (p *press) restart() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saves, p.publish = nil, nil
	return time.Now()
}

func (p *press) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.publish)
}

func percentile(all []time.Duration, n int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(all))
	return s[min(len(s)-1, len(s)*n/100)].Round(time.Microsecond)
}

// consoles shows the console itself; on a vt220 it is noisy.
func (p *press) consoles(c *sshd.Config) {
	c.Guard = func(_ *sshd.Session, in io.Reader) io.Reader { return input.NewGuard(in, input.HoldRemote) }
	c.Console = func(ctx context.Context, s *sshd.Session) error {
		app := tui.New(tui.Config{Backend: p.as(s.Actor()), Operator: s.Actor().Name, Env: "DEMO"})
		defer app.Close()
		if slices.Contains(s.Environ(), "TERM=vt220") {
			return s.Run(ctx, &noisy{App: app})
		}
		return s.Run(ctx, app)
	}
}

// noisy sends so much more than it draws that the window of a client which does not read is full within a second.
type noisy struct {
	*tui.App
	last time.Time
}

func (n *noisy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := n.App.Update(msg)
	if time.Since(n.last) < 25*time.Millisecond {
		return n, cmd
	}
	n.last = time.Now()
	return n, tea.Batch(tea.Raw(strings.Repeat(" ", 64<<10)), cmd)
}

// The bars are 5 ms for the 99th percentile of publishing and 5 s for the cut; times are logged, what is asserted is who is
// cut, who is not, and that who is not sees the end of it.
func TestTwentyStalledSessionsAreCutAndFiveHealthyOnesNotDisturbed(t *testing.T) {
	quiet(t)
	p := newPress(t)
	r := newRig(t, p.consoles, limits(sshd.Limits{PerOperator: 20, ConnectionsEach: 30}))
	var healthy []*screen
	for range 5 {
		s := r.console(r.dial("ops1"))
		s.shows("sagas")
		healthy = append(healthy, s)
	}
	for range 20 {
		r.stall(r.dial("guest"))
	}
	until(t, func() bool { return len(r.server.Sessions()) == 25 }, func() string { return "not all came in" })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var load sync.WaitGroup
	load.Go(func() { p.run(ctx) })
	in := time.Now()
	var keys []time.Duration
	for r.server.Totals().Cut < 20 {
		if time.Since(in) > 3*patience {
			t.Fatalf("%d of 20 stalled sessions cut", r.server.Totals().Cut)
		}
		s := healthy[len(keys)%len(healthy)]
		at := time.Now()
		s.keys("?")
		s.shows("─ Keys ")
		keys = append(keys, time.Since(at))
		s.keys("\x1b")
		until(t, func() bool { return !strings.Contains(s.text(), "─ Keys ") }, s.text)
	}
	t.Logf("cut %s after the load began; %s; a key on a healthy screen p50 %s max %s", time.Since(in).Round(time.Millisecond),
		p.said(time.Since(in)), percentile(keys, 50), percentile(keys, 100))
	until(t, func() bool { return len(r.server.Sessions()) == 5 }, func() string { return "a stalled session stays" })
	at := p.restart()
	until(t, func() bool { return p.count() > 5000 }, func() string { return "the load has ended" })
	t.Logf("with the healthy ones alone: %s", p.said(time.Since(at)))
	stop()
	load.Wait()
	newest, err := p.List(t.Context(), engine.Query{Limit: 1})
	if err != nil || p.count() < 5000 {
		t.Fatalf("%d marks, %v", p.count(), err)
	}
	for _, s := range healthy {
		until(t, func() bool {
			s.keys("g") // the cursor stays with its saga, whatever comes above it
			return strings.Contains(s.text(), newest.Items[0].Short)
		}, s.text)
	}
	if n := r.server.Totals().Cut; n != 20 {
		t.Errorf("%d cut", n)
	}
}
