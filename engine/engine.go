package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Config says what an engine knows and how hard it works.
type Config struct {
	Steps   []Step
	Kinds   []Kind
	Workers int           // sagas that go forward at once; 0 means 8. Compensation is never held up by it
	Grace   time.Duration // how long a step may take to return after its context ended; 0 means 30 s
	Log     *slog.Logger  // nil: silence

	// Call is how long one call of the provider can last. Who begins to drive a store that several processes have open leaves a row
	// that is under way alone until every call of the driver before has ended. 0 means 30 s.
	Call time.Duration
	// Host is what this process announces where several have a store open: its name, its address, its version and its files.
	Host Host

	// Account says whose things the steps act on; see Account and Local. It is asked when it is needed first, and no more once
	// it has answered. Nil: they act on nobody's.
	Account func(ctx context.Context) (Account, error)

	// Policy is asked at every launch: what it says holds for that one. Its error forbids the launch. Nil: there is none.
	Policy func() (Policy, error)
	// Approvers lists who comes in now, with key and role; whoever has approved and is not among them any more does not count. Nil: it is
	// not known, and what needs an approval does not start.
	Approvers func() ([]Actor, error)
	// Tags are those ("tag:prod") of a thing that goes by the name of its lock ("droplet:482913"). Nil: nothing has any.
	Tags func(ctx context.Context, name string) ([]string, error)

	// Tell gives the documents that become durable with what has just happened to a saga: was is how it stood, zero for a new
	// one, is how it stands now. It is asked in every commit, so that it looks at the store only when there is something to tell;
	// its error refuses the commit. Nil: nobody is told.
	Tell func(ctx context.Context, was, is Summary, happened []Entry) ([]DocChange, error)
	// TellOf does so for a definition, when approvals are requested, granted or refused.
	TellOf func(ctx context.Context, of string, is Approval, happened EntryType) ([]DocChange, error)
}

// Defaults of Config and of the engine's habits.
const (
	defaultWorkers = 8
	defaultGrace   = 30 * time.Second
	shutdownGrace  = 5 * time.Second
)

// Engine drives sagas and answers questions about them. New starts nothing: without Run it only reads, and records what
// operators ask for. All methods are safe for concurrent use.
type Engine struct {
	store   Store
	steps   map[string]Step
	world   World // what of it never changes
	several bool  // the store is an Elector
	self    Host
	call    time.Duration
	kinds   []Kind
	grace   time.Duration
	log     *slog.Logger
	account func(ctx context.Context) (Account, error) // nil: the steps act on none
	tell    func(ctx context.Context, was, is Summary, happened []Entry) ([]DocChange, error)
	tellOf  func(ctx context.Context, of string, is Approval, happened EntryType) ([]DocChange, error)
	policy  func() (Policy, error)
	people  func() ([]Actor, error)
	tags    func(ctx context.Context, name string) ([]string, error)
	owner   owner
	hub     hub
	locks   lockTable
	ready   chan struct{} // closed when the first Run has taken up what was unfinished
	gate    gate
	trial   chan struct{} // one token: what is started again after a process death starts alone
	workers chan struct{} // one token per saga going forward; waiting senders are served in order

	freezing     sync.Mutex // guards the field below; held across the commit that begins or ends a freeze
	freezeLoaded bool       // whether a freeze lasts from before has been looked up

	queueing sync.Mutex // in a store that several have open: held from a ticket's drawing until it is durable
	syncing  sync.Mutex // held while the lock table is compared with the store; a leaf but for reads
	crowd    crowd      // who has the store open

	mu       sync.Mutex      // guards the fields below; never held during a commit or a step
	ctx      context.Context //nolint:containedctx // of the Run that is under way; nil when none is
	stop     context.CancelCauseFunc
	quit     context.CancelFunc // ends the Run that is under way on a store that several have open
	term     uint64             // the token of the term that lasts, 0 for none
	quiet    time.Time          // until then calls of the driver before may be under way
	live     map[ID]*run
	copiedAt Time        // of the newest freeze that says that the store is a copy
	parked   map[ID]bool // created without being started, by this process
	broken   error
	loaded   bool
	drives   sync.WaitGroup

	turned chan struct{} // closed and replaced when driving begins or ends

	readyOnce sync.Once
}

// New makes an engine over a store. It refuses two steps or two kinds of one name, and a kind whose step is missing
// or that both has a list and makes one.
func New(store Store, cfg Config) (*Engine, error) {
	e := &Engine{
		store: store, steps: map[string]Step{}, kinds: slices.Clone(cfg.Kinds), grace: cfg.Grace, log: cfg.Log, account: cfg.Account, tell: cfg.Tell, tellOf: cfg.TellOf,
		policy: cfg.Policy, people: cfg.Approvers, tags: cfg.Tags,
		live: map[ID]*run{}, parked: map[ID]bool{}, ready: make(chan struct{}), turned: make(chan struct{}), self: cfg.Host, call: cfg.Call,
	}
	_, e.several = ability[Elector](store)
	for _, s := range cfg.Steps {
		if _, twice := e.steps[s.Name()]; twice {
			return nil, fmt.Errorf("two steps are named %s", s.Name())
		}
		e.steps[s.Name()] = s
	}
	names := map[string]bool{}
	for _, k := range cfg.Kinds {
		if names[k.Name] {
			return nil, fmt.Errorf("two kinds are named %s", k.Name)
		}
		names[k.Name] = true
		if err := k.sound(e.steps); err != nil {
			return nil, err
		}
	}
	e.world = World{Knows: e.knows, Looks: e.verifies, Asks: e.asks}
	if e.grace <= 0 {
		e.grace = defaultGrace
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.call <= 0 {
		e.call = defaultCall
	}
	if cfg.Workers <= 0 {
		cfg.Workers = defaultWorkers
	}
	e.trial = make(chan struct{}, 1)
	e.workers = make(chan struct{}, cfg.Workers)
	return e, nil
}

// Run hosts the engine until ctx ends: it takes up every unfinished saga where its entries end, and drives what is
// launched meanwhile. Where several processes have the store open it does so whenever it is its turn, and follows what the others
// do. It returns nil after an orderly shutdown, in which nothing is compensated and every saga is at rest
// in the store, and the cause when the store has failed: then nothing more is done, and the next start reads the truth.
func (e *Engine) Run(ctx context.Context) error {
	if elector, ok := ability[Elector](e.store); ok {
		return e.stand(ctx, elector)
	}
	return e.lead(ctx, nil)
}

// lead drives until ctx or the term ends.
func (e *Engine) lead(ctx context.Context, term Term) error {
	if err := e.begin(ctx, term); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it began: nothing was started
		}
		return err
	}
	defer e.finish()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	e.drives.Go(func() { e.settle(e.ctx) })
	for first := true; ; first = false {
		e.takeUp()
		if first {
			e.readyOnce.Do(func() { close(e.ready) })
		}
		select {
		case <-e.ctx.Done():
			e.allBegun()
			e.drives.Wait()
			return e.Err()
		case <-tick.C:
			if e.gate.widen() {
				e.stir()
			}
		}
	}
}

// takeUp drives what nobody drives. Where others have the store open too, one that does not answer is asked again later.
func (e *Engine) takeUp() {
	err := e.same()
	if err == nil {
		err = e.sweep()
		if e.several {
			e.afterSweep(err)
			return
		}
	}
	if err != nil && e.ctx.Err() == nil {
		e.fail(err)
	}
}

// Ready is closed when Run has taken up every saga that was unfinished at its start: what is launched from then on gets a
// worker at once if one is free.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// begin opens the engine for driving. term is nil where nobody else can.
func (e *Engine) begin(ctx context.Context, term Term) error {
	e.queueing.Lock() // nobody stands in a queue of which the store does not know yet
	defer e.queueing.Unlock()
	if err := e.loadLocks(ctx); err != nil {
		return err
	}
	if err := e.loadFreeze(ctx); err != nil {
		return err
	}
	if _, err := e.Owner(ctx); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx != nil {
		return errors.New("run the engine: it is running already")
	}
	if e.broken != nil {
		return e.broken
	}
	inner, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() { stop(ErrShutdown) })
	e.ctx, e.stop = inner, func(cause error) { release(); stop(cause) }
	if term != nil {
		e.serve(term)
	}
	e.turnedLocked()
	return nil
}

// allBegun returns when whoever saw the engine run has begun to drive; from then on nobody does.
func (e *Engine) allBegun() {
	e.mu.Lock()
	defer e.mu.Unlock()
}

func (e *Engine) finish() {
	e.stop(ErrShutdown)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ctx, e.term = nil, 0
	e.turnedLocked()
	clear(e.live)
	e.gate.endThaw() // nobody is left here to hold back
}

// same stops an engine whose store is no longer the one that was opened.
func (e *Engine) same() error {
	s, ok := ability[interface{ Same() error }](e.store)
	if !ok {
		return nil
	}
	return s.Same()
}

// sweep takes up every saga that is not at rest and that nobody drives. What goes backward comes first.
func (e *Engine) sweep() error {
	if e.several {
		if err := e.syncLocks(e.ctx); err != nil {
			return err
		}
	}
	for _, st := range []Status{Compensating, Running, Pending} {
		q := Query{Statuses: []Status{st}, Oldest: true, Limit: 1000}
		for {
			p, err := e.store.List(e.ctx, q)
			if err != nil {
				return fmt.Errorf("look for unfinished sagas: %w", err)
			}
			for i := range p.Items {
				e.catchUp(&p.Items[i])
			}
			if !p.More {
				break
			}
			q.From = p.Items[len(p.Items)-1].ID
		}
	}
	return nil
}

// take drives a saga from its ledger, unless it is driven already or the engine is not running.
func (e *Engine) take(id ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.live[id]; r != nil {
		r.nudge()
		return
	}
	if e.ctx == nil || e.ctx.Err() != nil || e.parked[id] {
		return
	}
	r := newRun(e, id)
	r.term = e.term
	e.live[id] = r
	ctx := e.ctx
	e.drives.Go(func() { r.drive(ctx, nil) })
}

// release ends the driving of a saga at rest. It reports false when something has happened meanwhile: then drive on.
func (e *Engine) release(r *run) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-r.wake:
		return false
	default:
	}
	e.forget(r)
	return true
}

// drop ends the driving of a saga that cannot be driven.
func (e *Engine) drop(r *run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forget(r)
}

// forget ends the driving of a saga. When it was the last, a thaw has nobody left to hold back. Call with mu held.
func (e *Engine) forget(r *run) {
	delete(e.live, r.id)
	if len(e.live) == 0 && e.gate.endThaw() {
		e.hub.mark("")
	}
}

// wake nudges the drivers of the given sagas.
func (e *Engine) wake(ids []ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, id := range ids {
		if r := e.live[id]; r != nil {
			r.nudge()
		}
	}
}

// Kinds lists the kinds in the order they were declared.
func (e *Engine) Kinds() []Kind { return slices.Clone(e.kinds) }

// StepNames lists every step of this build in alphabetical order.
func (e *Engine) StepNames() []string { return slices.Sorted(maps.Keys(e.steps)) }

// Watch subscribes to changes. Close the feed when done.
func (e *Engine) Watch() *Feed { return e.hub.subscribe() }

func (e *Engine) knows(step string) bool { return e.steps[step] != nil }

// final is why the effect of a step cannot be taken back, empty when it can.
func (e *Engine) final(step string) string {
	if f, ok := e.steps[step].(Final); ok {
		return f.Final()
	}
	return ""
}

// leave ends an attempt's stay within the gate.
func (e *Engine) leave(s *stay) {
	if s.leave() {
		e.stir()
	}
}

func (e *Engine) asks(step string) bool {
	_, ok := e.steps[step].(Asker)
	return ok
}

func (e *Engine) verifies(step string) bool {
	_, ok := e.steps[step].(Verifier)
	return ok
}
