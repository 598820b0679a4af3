package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/probe"
	"arcadia/storage/etcd"
)

// hostEnv has the orders of a process that is one host and nothing else.
const hostEnv = "ARCADIA_TEST_HOST"

// How the hosts of a trial are set up: a take-over is to take seconds.
const (
	trialLease = 2 * time.Second
	trialCall  = 700 * time.Millisecond
)

// orders are what a host is told.
type orders struct {
	Name, API, Diary string
	Log              string // a file
	Store            string // its address
	Unfenced         bool   // the control: it writes and calls whatever its term
}

// asHost runs a host until its input ends, or it is killed.
func asHost(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	conf, err := etcd.Parse(o.Store)
	if err != nil {
		return err
	}
	conf.Lease = trialLease
	store, err := etcd.Open(ctx, conf)
	if err != nil {
		return err
	}
	diary, err := os.OpenFile(o.Diary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var wrapped engine.Store = &written{Store: store, diary: diary}
	if o.Unfenced {
		wrapped = unfenced{wrapped, store}
	}
	log, err := os.OpenFile(o.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	e, err := trialEngine(wrapped, o.API, o.Name, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return e.Run(ctx)
}

// trialEngine is an engine with the real steps on a simulated account.
func trialEngine(store engine.Store, api, name string, log *slog.Logger) (*engine.Engine, error) {
	client, err := digitalocean.New(digitalocean.Config{Token: "demo", APIURL: api, UserAgent: name, Timeout: trialCall, PerMinute: 1 << 20, PerHour: 1 << 30})
	if err != nil {
		return nil, err
	}
	catalog, kinds := steps.Catalog(client, store, probe.Net{})
	return engine.New(store, engine.Config{Steps: catalog, Kinds: kinds, Account: client.Owner, Host: engine.Host{Name: name}, Call: trialCall, Log: log})
}

// written is a store that notes in a file what it has accepted in a term.
type written struct {
	engine.Store
	mu    sync.Mutex // guards the order of diary
	diary *os.File
}

// Unwrap is the store behind it.
func (w *written) Unwrap() engine.Store { return w.Store }

func (w *written) Append(ctx context.Context, b engine.Batch) error {
	err := w.Store.Append(ctx, b)
	if err == nil && b.Term != 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		_, err = fmt.Fprintf(w.diary, "%s %d %d\n", b.ID, b.Summary.Seq, b.Term)
	}
	return err
}

// unfenced is a store that takes what is written after a term, and whose terms end for nobody who has had one.
type unfenced struct {
	engine.Store
	elector engine.Elector
}

// Unwrap is the store behind it.
func (u unfenced) Unwrap() engine.Store { return u.Store }

func (u unfenced) Append(ctx context.Context, b engine.Batch) error {
	b.Term = 0
	return u.Store.Append(ctx, b)
}

func (u unfenced) Lead(ctx context.Context) (engine.Term, error) {
	t, err := u.elector.Lead(ctx)
	if err != nil {
		return nil, err
	}
	return endless{t}, nil
}

type endless struct{ engine.Term }

func (endless) Lasts() bool           { return true }
func (endless) Done() <-chan struct{} { return nil }

// note is one line of a diary.
type note struct {
	id   engine.ID
	seq  uint64
	term uint64
}

func readDiary(file string) (all []note, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		var n note
		if _, err := fmt.Sscanf(line, "%s %d %d\n", &n.id, &n.seq, &n.term); err != nil {
			continue // the line at which it was killed
		}
		all = append(all, n)
	}
	return all, nil
}
