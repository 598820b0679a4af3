package crashtest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// stage is a world with one process at a time, for tests that tell one story. Set it up in a bubble.
type stage struct {
	t     *testing.T
	world *world
	m     *machine
	acks  *acks
	p     *process
}

func newStage(t *testing.T, dir string, s *scenario, extra []engine.Step, opts ...dosim.Option) *stage {
	t.Helper()
	st := &stage{t: t, world: newWorld(s, opts...), acks: newAcks()}
	st.m = &machine{path: filepath.Join(dir, "arcadia.db"), noted: st.acks.note, next: st.world.sim, extra: extra}
	st.start(0)
	t.Cleanup(st.strike)
	return st
}

// start starts a process that dies at the given point; 0: it lives.
func (st *stage) start(fatal int) {
	st.t.Helper()
	p, err := st.m.start(newLife(fatal), nil)
	if err != nil {
		st.t.Fatal(err)
	}
	st.p = p
}

// strike ends the last process and looks through the store.
func (st *stage) strike() {
	st.p.stop()
	for _, w := range look(st.acks, st.p.store, "at the end") {
		st.t.Error(w)
	}
	if err := st.p.end(); err != nil {
		st.t.Error(err)
	}
}

func (st *stage) launch(l engine.Launch) engine.ID {
	st.t.Helper()
	sg, err := st.p.ops.Start(context.Background(), l)
	if err != nil {
		st.t.Fatal(err)
	}
	return sg.ID
}

func (st *stage) saga(id engine.ID) *engine.Saga {
	st.t.Helper()
	sg, err := st.p.ops.Saga(context.Background(), id)
	if err != nil {
		st.t.Fatal(err)
	}
	return sg
}

// until waits for a state of the saga, or for the process to die, which gives nil.
func (st *stage) until(id engine.ID, what string, ok func(*engine.Saga) bool) *engine.Saga {
	st.t.Helper()
	sg := &engine.Saga{}
	for end := time.Now().Add(2 * patience); ; time.Sleep(time.Second) {
		if _, dead := st.p.life.points(); dead {
			return nil
		}
		if err := catchUp(context.Background(), st.p.ops, id, sg); err != nil {
			st.t.Fatal(err)
		}
		if ok(sg) {
			return sg
		}
		if time.Now().After(end) {
			st.t.Fatalf("never %s: it is %s, waiting on %+v: %s%s", what, sg.Status, sg.Waiting, rows(sg), st.world.story())
		}
	}
}

// rest waits for the end and demands which.
func (st *stage) rest(id engine.ID, want engine.Status) *engine.Saga {
	st.t.Helper()
	sg := st.until(id, "at rest", func(s *engine.Saga) bool { return s.Status.Terminal() })
	if sg != nil && sg.Status != want {
		st.t.Fatalf("it is %s, want %s: %s%s", sg.Status, want, rows(sg), st.world.story())
	}
	return sg
}

// nothing demands that the world is what it was before, now and an hour later.
func (st *stage) nothing(s *scenario) {
	st.t.Helper()
	for range 2 {
		for _, w := range append(st.world.zoneShould(s, s.before), st.world.snapshotsShould()...) {
			st.t.Errorf("%s%s", w, st.world.story())
		}
		time.Sleep(afterwards)
	}
}
