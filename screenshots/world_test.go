package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/storage/bolt"
	"arcadia/tui"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// opening is when the console of the pictures is opened, on the clock of the bubble that a scene plays in.
var opening = time.Date(2026, 11, 23, 14, 3, 20, 0, time.UTC)

// How the simulator behaves: slow enough to watch.
const (
	latency    = 120 * time.Millisecond
	actionTime = 9 * time.Second
)

// world is everything that the program is made of, in a bubble whose time is simulated: the console, the engine, the store
// in a file, the client of the provider, and the provider itself. What happens in it happens at the same time each time.
type world struct {
	t     *testing.T
	cloud *digitalocean.Client
	eng   *engine.Engine
	drift *steps.Patrol
	inv   steps.Inventory
}

func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	cloud, err := digitalocean.New(digitalocean.Config{
		Token: "demo", UserAgent: "arcadia", Log: log, Transport: dosim.New(dosim.WithLatency(latency), dosim.WithActionTime(actionTime)),
	})
	if err != nil {
		t.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(t.TempDir(), "arcadia.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		cloud.Close()
	})
	catalog, kinds := steps.Catalog(cloud, store, nil)
	eng, _ := enginetest.Drive(t, store, engine.Config{Steps: catalog, Kinds: kinds, Log: log})
	w := &world{t: t, cloud: cloud, eng: eng, inv: steps.NewInventory(cloud, store)}
	w.drift = steps.NewPatrol(w.inv, eng.Resources, func() int { return cloud.Budget().HourRemaining })
	return w
}

// until lets time pass up to so long before the opening.
func (w *world) until(before time.Duration) { time.Sleep(time.Until(opening.Add(-before))) }

// done launches a saga as somebody and waits until it is at rest.
func (w *world) done(who string, want engine.Status, l engine.Launch) engine.ID {
	w.t.Helper()
	s, err := w.eng.As(engine.Actor{Name: who, Role: engine.Operator}).Start(w.t.Context(), l)
	if err != nil {
		w.t.Fatal(err)
	}
	w.rest(s.ID, want)
	return s.ID
}

func (w *world) rest(id engine.ID, want engine.Status) {
	w.t.Helper()
	for range 1000 {
		time.Sleep(100 * time.Millisecond)
		all, err := w.eng.Summaries(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if all[0].Status.Terminal() {
			if all[0].Status != want {
				w.t.Fatalf("%s is %s, want %s", all[0].Kind, all[0].Status, want)
			}
			return
		}
	}
	w.t.Fatalf("%s does not end", id.Short())
}

func fields(kind, name, data string) engine.Inputs {
	return engine.Inputs{"dns_domain": "example.com", "dns_record_type": kind, "dns_record_name": name, "dns_record_data": data}
}

// elsewhere changes a record as somebody who does not use arcadia.
func (w *world) elsewhere(name, data string) {
	w.t.Helper()
	at, err := w.cloud.RecordsAt(w.t.Context(), "example.com", name)
	if err == nil && len(at) > 0 {
		at[0].Data = data
		_, err = w.cloud.UpdateRecord(w.t.Context(), "example.com", at[0])
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// address is that of a droplet.
func (w *world) address(name string) string {
	w.t.Helper()
	all, err := w.cloud.Droplets(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range all {
		if d.Name == name {
			return d.IPv4
		}
	}
	w.t.Fatalf("no droplet is called %s", name)
	return ""
}

// history is what the pictures' operators have done so far today.
func (w *world) history() {
	upsert := func(kind, name, data string) engine.Launch {
		return engine.Launch{Kind: "upsert_dns_record", Inputs: fields(kind, name, data)}
	}
	w.until(5 * time.Hour)
	w.done("ops1", engine.Completed, upsert("TXT", "_note", "hello"))
	w.until(4 * time.Hour)
	w.done("ops3", engine.Completed, upsert("A", "login", w.address("web-01")))
	w.until(3*time.Hour + 10*time.Minute)
	w.done("ops2", engine.Completed, upsert("A", "app", "203.0.113.20"))
	w.until(2 * time.Hour)
	w.done("ops1", engine.RolledBack, engine.Launch{Kind: "adhoc", Steps: []string{"upsert_dns_record", "fail"}, Inputs: fields("TXT", "_trial", "one")})
	w.until(50 * time.Minute)
	shop := w.done("ops2", engine.Completed, upsert("A", "shop", "203.0.113.20"))
	w.until(31 * time.Minute)
	w.done("ops1", engine.Completed, engine.Launch{Kind: "snapshot_then_dns", Inputs: join(fields("TXT", "_backup", "db-01"), "droplet_id", "500000092")})
	w.until(9 * time.Minute)
	w.elsewhere("shop", "198.51.100.7")
	if err := w.eng.As(engine.Actor{Name: "ops2", Role: engine.Operator}).Rollback(w.t.Context(), shop, engine.Request{Reason: "the shop moves next week"}); err != nil {
		w.t.Fatal(err)
	}
	w.rest(shop, engine.Failed)
	w.elsewhere("app", "198.51.100.9")
	if err := w.drift.Check(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func join(in engine.Inputs, name, value string) engine.Inputs {
	in[name] = value
	return in
}

// config is that of the console.
func (w *world) config() tui.Config {
	return tui.Config{
		Backend: reader{w.eng.As(engine.Actor{Name: cast, Role: engine.Operator})}, Operator: cast, Env: "DEMO", Location: time.UTC,
		Inventory: w.inv, Budget: func() int { return w.cloud.Budget().HourRemaining }, Drifts: w.drift, Orphans: w.inv.Orphans,
	}
}

// reader lets what happens at one time be over before the console reads it, so that it sees the same each time.
type reader struct{ *engine.Session }

const reading = 7 * time.Millisecond

func (r reader) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	time.Sleep(reading)
	return r.Session.Summaries(ctx, ids...)
}

func (r reader) Saga(ctx context.Context, id engine.ID) (*engine.Saga, error) {
	time.Sleep(reading)
	return r.Session.Saga(ctx, id)
}

func (r reader) Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error) {
	time.Sleep(reading)
	return r.Session.Entries(ctx, id, after)
}

// wire is both directions between a console and its screen.
type wire struct {
	*io.PipeReader
	*io.PipeWriter
}

func (l wire) Close() error { return errors.Join(l.PipeReader.Close(), l.PipeWriter.Close()) }

// open shows the console on an emulated screen.
func (w *world) open(s size, th theme) *terminal {
	typed, in := io.Pipe()
	out, printed := io.Pipe()
	ctx, kill := context.WithCancel(w.t.Context())
	var ended error
	var running sync.WaitGroup
	running.Go(func() {
		ended = tui.Run(ctx, w.config(), typed, lines{printed},
			tea.WithoutSignalHandler(), tea.WithWindowSize(s.cols, s.rows), tea.WithColorProfile(colorprofile.TrueColor),
			tea.WithEnvironment([]string{"TERM=xterm-256color", "COLORTERM=truecolor"}))
		_ = printed.Close()
		_ = typed.Close()
	})
	return front(s, th, wire{out, in}, kill, func() error {
		running.Wait()
		if ended != nil {
			return fmt.Errorf("the console: %w", ended)
		}
		return nil
	})
}

// lines ends lines as a terminal's driver does.
type lines struct{ to io.Writer }

func (l lines) Write(p []byte) (int, error) {
	_, err := l.to.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}
