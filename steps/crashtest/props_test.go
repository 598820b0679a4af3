package crashtest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// props are the steps that plays put beside those of a scenario, what an operator can do about them, and what it has done.
// They outlive every process, as the world does.
type props struct {
	mu     sync.Mutex // guards the fields below
	mended map[int]bool
	lies   map[int]bool // litter, by row
	frozen bool         // a freeze was acknowledged, and its end was not asked for
	wrong  []string     // what became durable and must not have
	looks  int          // at what cannot be looked at at first
}

// freeze notes that a freeze was acknowledged, or that its end is asked for.
func (p *props) freeze(frozen bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = frozen
}

func (p *props) isFrozen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.frozen
}

// watch looks at what has become durable: nothing may start while everything is frozen.
func (p *props) watch(b engine.Batch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range b.Entries {
		if p.frozen && (e.Type == engine.EntryStepStarted || e.Type == engine.EntryCompensating) {
			p.wrong = append(p.wrong, fmt.Sprintf("entry %d %s of row %d, although everything is frozen", e.Seq, e.Type, e.Idx))
		}
	}
}

func (p *props) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrong
}

func newProps() *props { return &props{mended: map[int]bool{}, lies: map[int]bool{}} }

// mend makes whatever is wrong with a row right, and sweeps its litter.
func (p *props) mend(idx int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mended[idx] = true
	delete(p.lies, idx)
}

func (p *props) right(idx int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mended[idx]
}

func (p *props) litter(idx int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lies[idx]
}

// dark reports whether it is too early to see anything.
func (p *props) dark() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	return p.looks < 3
}

func (p *props) drop(idx int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lies[idx] = true
}

// steps are a step that fails until it is mended, one that cannot be undone until then, one whose undo leaves something
// behind without noticing, and one whose undo cannot be looked at before the third time.
func (p *props) steps() []engine.Step {
	nothing := func(context.Context, *engine.State) error { return nil }
	intent := func(ctx context.Context, s *engine.State) error {
		s.Put("intent", s.Idx())
		return s.Save(ctx)
	}
	return []engine.Step{
		enginetest.Step("falters", func(ctx context.Context, s *engine.State) error {
			if err := intent(ctx, s); err != nil || p.right(s.Idx()) {
				return err
			}
			return errors.New("it falters")
		}, nothing),
		enginetest.Step("sticks", intent, func(_ context.Context, s *engine.State) error {
			if p.right(s.Idx()) {
				return nil
			}
			return &engine.Conflict{Subject: "a prop", Prior: "loose", Written: "loose", Live: "stuck"}
		}),
		looked{enginetest.Step("litters", func(ctx context.Context, s *engine.State) error {
			if err := intent(ctx, s); err != nil {
				return err
			}
			p.drop(s.Idx())
			return nil
		}, nothing), func(s *engine.State) ([]string, error) {
			if p.litter(s.Idx()) {
				return []string{"litter"}, nil
			}
			return nil, nil
		}},
		looked{enginetest.Step("hides", intent, nothing), func(*engine.State) ([]string, error) {
			if p.dark() {
				return nil, errors.New("it is dark")
			}
			return nil, nil
		}},
	}
}

// looked is a step with a Verify.
type looked struct {
	engine.Step
	verify func(s *engine.State) ([]string, error)
}

// Compensate is that of the step.
func (l looked) Compensate(ctx context.Context, s *engine.State) error {
	c, ok := l.Step.(engine.Compensator)
	if !ok {
		return errors.New("the prop has no undo")
	}
	return c.Compensate(ctx, s)
}

// Verify says what is still there.
func (l looked) Verify(_ context.Context, s *engine.State) ([]string, error) { return l.verify(s) }
