package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// people are those who come in, and the world that plans are made of.
type people struct {
	mu    sync.Mutex // guards the fields below
	in    []engine.Actor
	world string
	down  bool
}

func (p *people) list() ([]engine.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.in), nil
}

func (p *people) becomes(world string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.world = world
}

// leaves takes everybody of a name out of the operators file.
func (p *people) leaves(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in = slices.DeleteFunc(p.in, func(a engine.Actor) bool { return a.Name == name })
}

func person(name string) engine.Actor {
	return engine.Actor{Name: name, Role: "operator,approver", Key: "SHA256:" + name}
}

func team(names ...string) *people {
	p := &people{world: "as it was"}
	for _, n := range names {
		p.in = append(p.in, person(n))
	}
	return p
}

// change is a step of which the plan says how the world is; it takes a lock.
type change struct {
	name string
	p    *people
	ran  func(world string)
}

func (c change) Name() string { return c.name }

func (c change) Locks(context.Context, engine.Inputs) ([]string, error) {
	return []string{"droplet:1"}, nil
}

func (c change) Plan(context.Context, engine.Inputs) (engine.Change, error) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.p.down {
		return engine.Change{}, errors.New("the provider does not answer")
	}
	return engine.Change{Action: engine.ActUpdate, Subject: c.p.world, Undo: "puts it back"}, nil
}

func (c change) Execute(context.Context, *engine.State) error {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.ran != nil {
		c.ran(c.p.world)
	}
	return nil
}

func (c change) Compensate(context.Context, *engine.State) error { return nil }

// asks is a step before which people have to agree.
type asks struct{ engine.Demand }

func (asks) Name() string                                 { return "ask" }
func (asks) Execute(context.Context, *engine.State) error { return nil }
func (a asks) Asks(engine.Inputs) (engine.Demand, error)  { return a.Demand, nil }
func (asks) Local()                                       {}

func demand(need int, from ...string) engine.Demand {
	return engine.Demand{Need: need, From: from, Within: engine.Span(24 * time.Hour)}
}

// governed is an engine whose launches need approvals.
func governed(t *testing.T, store engine.Store, p *people, d engine.Demand) (*engine.Engine, func() error) {
	t.Helper()
	return enginetest.Drive(t, store, engine.Config{
		Steps:     []engine.Step{change{name: "change", p: p}, asks{d}, change{name: "then", p: p}, enginetest.Echo()},
		Approvers: p.list,
		Policy: func() (engine.Policy, error) {
			return engine.Policy{Approvals: []engine.ApprovalRule{{When: engine.When{Step: "change"}, Demand: d}}, BreakGlass: engine.Span(10 * time.Minute)}, nil
		},
	})
}
