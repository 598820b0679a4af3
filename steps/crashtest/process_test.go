package crashtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/storage/bolt"
)

// process is one run of an engine over a ledger's file and a way to the provider: all that a crash ends.
type process struct {
	life   *life
	store  *bolt.Store
	ops    *engine.Session
	cancel context.CancelFunc
	over   chan error

	stopped bool
	result  error // of the engine, when it has stopped
}

// machine is what processes are started from, one after the other.
type machine struct {
	path  string
	noted func(engine.Batch) error  // told of what was acknowledged
	froze func(engine.Freeze) error // likewise; may be nil
	next  http.RoundTripper         // to the provider
	url   string                    // of the provider; empty for the service's own
	rest  time.Duration             // see wire
	late  time.Duration             // see wire
	rig   rig
	trail func(string)
	extra []engine.Step // beside the shipped ones
	log   *slog.Logger

	before func(*bolt.Store) // looks at the store before the engine runs; may be nil
}

// token is what must be found nowhere.
const token = "dop_v1_5ecre7"

// rig is what is wrong on purpose with a process. The zero rig is the shipped thing.
type rig struct {
	store func(engine.Store) engine.Store
	wire  func(http.RoundTripper) http.RoundTripper
	steps func(steps.Cloud, []engine.Step) []engine.Step
}

// start starts a process. Its engine runs when start returns, unless it has died already.
func (m *machine) start(l *life, s *stroke) (*process, error) {
	store, err := bolt.Open(m.path)
	if err != nil {
		return nil, err
	}
	if m.before != nil {
		m.before(store)
	}
	p := &process{life: l, store: store, over: make(chan error, 1)}
	inner := engine.Store(store)
	if m.rig.store != nil {
		inner = m.rig.store(inner)
	}
	e, err := m.engine(ledger(inner, l, m.noted, m.froze), &wire{life: l, next: m.next, stroke: s, rest: m.rest, late: m.late})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	if l.die == nil {
		l.die = cancel // what the process still tries after that reaches nobody
	}
	l.trail = m.trail
	if s != nil {
		s.then(nil)
	}
	p.ops = e.As(engine.Actor{Name: "ops1", Role: engine.Operator})
	go func() { p.over <- e.Run(ctx) }()
	select {
	case <-e.Ready():
	case <-l.gone:
	case err := <-p.over:
		if _, dead := l.points(); dead {
			p.over <- err
			break
		}
		return nil, errors.Join(fmt.Errorf("the engine does not run: %w", err), store.Close())
	}
	return p, nil
}

func (m *machine) engine(store engine.Store, rt http.RoundTripper) (*engine.Engine, error) {
	if m.rig.wire != nil {
		rt = m.rig.wire(rt)
	}
	cloud, err := digitalocean.New(digitalocean.Config{
		Token: token, APIURL: m.url, Transport: rt, PerMinute: 1_000_000, PerHour: 100_000_000,
	})
	if err != nil {
		return nil, err
	}
	list, kinds := steps.Catalog(cloud, store, good{})
	kinds = append(kinds, failing(kinds)...)
	if m.rig.steps != nil {
		list = m.rig.steps(cloud, list)
	}
	return engine.New(store, engine.Config{Steps: enginetest.Late(append(list, m.extra...)), Kinds: kinds, Log: m.log})
}

// stop ends the engine, in an orderly way if it lives. Nothing runs when it returns; the store is still open.
func (p *process) stop() {
	p.cancel()
	if !p.stopped {
		p.stopped, p.result = true, <-p.over
	}
}

// end ends the process. One that has not died must end in an orderly way.
func (p *process) end() error {
	p.stop()
	if _, dead := p.life.points(); dead {
		return p.store.Close()
	}
	return errors.Join(p.result, p.store.Close())
}
