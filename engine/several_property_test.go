package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// longestCall is how long one call of the provider can last in these histories.
const longestCall = 4 * time.Second

// abroad is guarded for a provider that is far away: each step makes several calls, none of which is cut off when the step's
// context ends, and what a call does shows at its end. A step looks before it makes its thing.
type abroad struct {
	guarded
	world *enginetest.World
	fence func(context.Context) error
}

func (a abroad) call(ctx context.Context, s *engine.State, effect func()) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := a.fence(ctx); err != nil {
		return err
	}
	ms, err := strconv.Atoi(s.Input("takes"))
	if err != nil {
		return err
	}
	defer a.rooms.enter(s.Saga(), strings.Fields(s.Input("locks")))()
	time.Sleep(time.Duration(ms) * time.Millisecond)
	effect()
	return nil
}

func thing(id engine.ID, idx int) string { return fmt.Sprintf("%s/%d", id.Short(), idx) }

// Execute makes the thing, unless it fails before.
func (a abroad) Execute(ctx context.Context, s *engine.State) error {
	name, there := thing(s.Saga(), s.Idx()), false
	if s.Input("fate") == "fails" {
		return engine.Reason("fate")
	}
	s.Put("thing", name)
	if err := s.Save(ctx); err != nil {
		return err
	}
	if err := a.call(ctx, s, func() { there = a.world.Has(name) }); err != nil {
		return err
	}
	if !there {
		if err := a.call(ctx, s, func() { a.world.Create(name) }); err != nil {
			return err
		}
	}
	if s.Input("fate") == "fails dirty" {
		return engine.Reason("fate")
	}
	return nil
}

// Compensate takes the thing away. A stuck one does not.
func (a abroad) Compensate(ctx context.Context, s *engine.State) error {
	if s.Input("fate") == "stuck" && !a.rooms.isMended() {
		return &engine.Conflict{Subject: "the room"}
	}
	return a.call(ctx, s, func() { a.world.Delete(thing(s.Saga(), s.Idx())) })
}

// crew is a vault whose store several processes have open, with all that befalls them.
type crew struct {
	*vault
	memory   *storagetest.Memory
	world    *enginetest.World
	fence    func(context.Context) error
	rig      func(engine.Store) engine.Store
	members  []*member
	late     *rand.Rand // how late each end of a term is heard of; guarded by ledger.mu, as deposals
	deposals int
}

// member is one process: its way to the store, and how it ends.
type member struct {
	engine.Store // passes on in the order in which it becomes durable
	shared       storagetest.Shared
	crew         *crew
	in           int // appends until its term ends; 0: it does not
	after        bool

	s   *engine.Session
	end func() error
}

// Unwrap is the store as the process has it open.
func (m *member) Unwrap() engine.Store { return m.shared }

// Append ends the term of whoever drives when its time has come.
func (m *member) Append(ctx context.Context, b engine.Batch) error {
	due, after := m.crew.due(m)
	if due && !after {
		m.crew.memory.Depose(m.crew.delay())
	}
	err := m.Store.Append(ctx, b)
	if due && after {
		m.crew.memory.Depose(m.crew.delay())
	}
	return err
}

func (c *crew) due(m *member) (now, after bool) {
	c.ledger.mu.Lock()
	defer c.ledger.mu.Unlock()
	if m.in == 0 {
		return false, false
	}
	m.in--
	return m.in == 0, m.after
}

// delay is how long it takes until a process hears that its term has ended.
func (c *crew) delay() time.Duration {
	c.ledger.mu.Lock()
	defer c.ledger.mu.Unlock()
	c.deposals++
	return time.Duration(c.late.IntN(20000)) * time.Millisecond
}

func newCrew(seed uint64, n int) *crew {
	c := &crew{vault: newVault(seed), memory: storagetest.NewMemory(), world: enginetest.NewWorld(), fence: engine.Fenced, late: rand.New(rand.NewPCG(seed, 1))}
	c.store, c.ledger = c.memory, &journal{Store: c.memory, model: c.model}
	c.members = make([]*member, n)
	c.die = func(k int, after bool) error {
		c.ledger.mu.Lock()
		defer c.ledger.mu.Unlock()
		m := c.members[c.rng.IntN(len(c.members))]
		m.in, m.after = k, after
		return nil
	}
	c.stop = func() error {
		var errs []error
		for _, m := range c.members {
			errs = append(errs, m.end())
		}
		return errors.Join(errs...)
	}
	return c
}

// join starts the process of a place.
func (c *crew) join(at int) error {
	m := &member{Store: c.ledger, shared: c.memory.Share(), crew: c}
	store := engine.Store(m)
	if c.rig != nil {
		store = c.rig(m)
	}
	e, err := engine.New(store, engine.Config{
		Steps: []engine.Step{abroad{guarded{c.rooms}, c.world, c.fence}}, Kinds: []engine.Kind{enginetest.Kind}, Workers: 1 + c.rng.IntN(5),
		Call: longestCall, Host: engine.Host{Name: "host" + strconv.Itoa(at)},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- e.Run(ctx) }()
	ended := false
	m.s, m.end = e.As(enginetest.Ops), func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return <-over
	}
	c.members[at] = m
	return nil
}

// befall lets one random thing happen.
func (c *crew) befall() error {
	at := c.rng.IntN(len(c.members))
	switch n := c.rng.IntN(20); {
	case n < 2:
		c.note("the term ends")
		c.memory.Depose(c.delay())
	case n < 3:
		c.note("host%d is started again", at)
		if err := c.members[at].end(); err != nil {
			return err
		}
		return c.join(at)
	default:
		c.s = c.members[at].s
		c.note("host%d:", at)
		return c.event()
	}
	return nil
}

// live lives through the history and returns what is wrong.
func (c *crew) live() []string {
	for at := range c.members {
		if err := c.join(at); err != nil {
			return []string{err.Error()}
		}
	}
	synctest.Wait()
	var err error
	for range 12 + c.rng.IntN(24) {
		if err == nil {
			err = c.befall()
		}
	}
	if err == nil && c.rig == nil { // a store that is wrong brings nothing to rest
		c.s = c.members[0].s
		err = c.rest()
	}
	if ends := c.stop(); err == nil {
		err = ends
	}
	wrong := c.wrongs(err)
	if len(wrong) > 0 {
		return wrong
	}
	return c.left(context.Background())
}

// left compares what is there with what the ledgers say.
func (c *crew) left(ctx context.Context) (wrong []string) {
	things := c.world.Things()
	for _, head := range c.all(ctx) {
		entries, err := c.store.Entries(ctx, head.ID, 0)
		if err != nil {
			return []string{err.Error()}
		}
		s, err := engine.Fold(entries)
		if err != nil {
			return []string{err.Error()}
		}
		for i := range s.Rows {
			have, most, least := things[thing(s.ID, i)], 0, 0
			switch s.Rows[i].Status {
			case engine.RowCompleted:
				most = 1
				if s.Rows[i].Dirty { // it was not skipped
					least = 1
				}
			case engine.RowResolved:
				most = 1
			default:
			}
			if have > most || have < least {
				wrong = append(wrong, fmt.Sprintf("saga %s is %s and its row %d %s, and its thing is there %d times", s.Short, s.Status, i, s.Rows[i].Status, have))
			}
		}
	}
	return wrong
}

// histories is how many a test lives through: few, or ten thousand where everything is to be gone through, or as many as ARCADIA_HOSTS
// says, from ARCADIA_SEED on.
func histories(t *testing.T, few uint64) (first, last uint64) {
	t.Helper()
	first, n := uint64(1), few
	if os.Getenv("ARCADIA_TORTURE") == "1" {
		n = 10_000
	}
	for name, into := range map[string]*uint64{"ARCADIA_HOSTS": &n, "ARCADIA_SEED": &first} {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		v, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		*into = v
	}
	return first, first + n
}

func TestSagasOfSeveralHostsEndAsInOneProcess(t *testing.T) {
	t.Parallel()
	first, last := histories(t, 40)
	sagas, waited, deposals := 0, 0, 0
	for seed := first; seed < last; seed++ {
		c := newCrew(seed, 2+int(seed%2))
		var wrong []string
		synctest.Test(t, func(*testing.T) { wrong = c.live() })
		sagas, waited, deposals = sagas+len(c.model.sagas), waited+c.model.waited, deposals+c.deposals
		if len(wrong) > 0 {
			t.Fatalf("ARCADIA_SEED=%d ARCADIA_HOSTS=1 repeats it:\n  %s\n    %s", seed, strings.Join(wrong, "\n  "), strings.Join(c.log, "\n    "))
		}
	}
	t.Logf("figure | random histories of two and three hosts | %d histories, %d sagas, %d of them waited for a lock, %d terms lost | 0 wrong", last-first, sagas, waited, deposals)
	if first == 1 && deposals < int(last-first) {
		t.Errorf("only %d terms were lost: this proves too little", deposals)
	}
}

// unfenced is a store that takes what a driver writes after its term, and nothing more once that has done harm, or has gone on for
// long: two who drive answer each other without end.
type unfenced struct {
	engine.Store
	crew *crew
	n    *atomic.Int64
}

// Unwrap is the store behind it.
func (u unfenced) Unwrap() engine.Store { return u.Store }

func (u unfenced) Append(ctx context.Context, b engine.Batch) error {
	b.Term = 0
	if u.n.Add(1) > 300 || u.crew.harmed() {
		return errDead
	}
	return u.Store.Append(ctx, b)
}

// harmed reports whether something is wrong already.
func (c *crew) harmed() bool {
	c.ledger.mu.Lock()
	defer c.ledger.mu.Unlock()
	c.rooms.mu.Lock()
	defer c.rooms.mu.Unlock()
	return len(c.model.wrong)+len(c.rooms.wrong) > 0
}

func TestSeveralHostsWithoutAFenceAreFoundWrong(t *testing.T) {
	t.Parallel()
	found := 0
	for seed := uint64(1); seed <= 20; seed++ {
		c := newCrew(seed, 2)
		n := new(atomic.Int64)
		c.rig = func(s engine.Store) engine.Store { return unfenced{s, c, n} }
		c.fence = func(context.Context) error { return nil }
		synctest.Test(t, func(*testing.T) {
			_ = c.live()
			if c.harmed() {
				found++
			}
		})
	}
	if found == 0 {
		t.Error("hosts whose store lets everybody write were found right in 20 histories: the test proves nothing")
	}
	t.Logf("figure | control: hosts without a fence | 20 histories | found wrong in %d", found)
}
