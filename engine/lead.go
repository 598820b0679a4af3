package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// errUnfit says that another process can drive what this one cannot.
var errUnfit = errors.New("another process goes first")

// defaultCall is how long one call of the provider can last when nobody says.
const defaultCall = 30 * time.Second

// standAgain is how long a process waits after a turn before it stands again.
const standAgain = time.Second

// stand runs the engine on a store that several have open: it follows what others do, and drives for as long as it is its turn.
func (e *Engine) stand(ctx context.Context, elector Elector) error {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	e.mu.Lock()
	busy, broken := e.quit != nil, e.broken
	if !busy {
		e.quit = quit
	}
	e.mu.Unlock()
	switch {
	case busy:
		return errors.New("run the engine: it is running already")
	case broken != nil:
		return broken
	}
	defer e.retire()
	e.attend(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { e.follow(ctx) })
	beside.Go(func() { e.introduce(ctx) })
	e.readyOnce.Do(func() { close(e.ready) })
	for why := ""; ctx.Err() == nil; sleep(ctx, standAgain) {
		switch err := e.turn(ctx, elector); {
		case err == nil:
			why = ""
		case err.Error() != why: // it may stay so for days
			why = err.Error()
			e.log.Warn("it cannot drive now", "error", err)
		}
	}
	return e.Err()
}

// retire lets the engine be run again.
func (e *Engine) retire() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.quit = nil
}

// turn waits until it is this process's turn to drive, and drives until it no longer is.
func (e *Engine) turn(ctx context.Context, elector Elector) error {
	if err := e.fit(ctx); err != nil {
		return err
	}
	term, err := elector.Lead(ctx)
	if err != nil || ctx.Err() != nil {
		if term != nil {
			term.Resign()
		}
		return err
	}
	defer term.Resign()
	if err := e.fit(ctx); err != nil { // much may have been launched meanwhile
		return err
	}
	e.log.Info("this process drives")
	defer e.log.Info("this process follows")
	return e.lead(ctx, term)
}

// fit refuses to drive when an unfinished saga has a step that is not in this build, while a process is there whose build has it; and
// when the steps here do not act on the account of the store, while those of another process do.
func (e *Engine) fit(ctx context.Context) error {
	roster, ok := ability[Roster](e.store)
	if !ok {
		return nil
	}
	lacks, err := e.lacks(ctx)
	account, why := e.estranged()
	if err != nil || len(lacks) == 0 && why == "" {
		return err
	}
	hosts, err := roster.Hosts(ctx)
	if err != nil {
		return fmt.Errorf("look who is there: %w", err)
	}
	for _, h := range hosts {
		if why != "" && h.Name != e.self.Name && h.Account == account {
			return fmt.Errorf("%w: host %s acts on the account of the store; %s", errUnfit, h.Name, why)
		}
		for _, step := range lacks {
			if h.Name != e.self.Name && slices.Contains(h.Steps, step) {
				return fmt.Errorf("%w: host %s has step %s, which this build does not have", errUnfit, h.Name, step)
			}
		}
	}
	return nil
}

// afterSweep is what a driver does after each sweep where others could drive in its place: it says when a look has failed, which is
// repeated, and makes way for a process whose build has more of the steps that are needed.
func (e *Engine) afterSweep(swept error) {
	err := swept
	if err == nil {
		err = e.makeWay(e.ctx)
	}
	if err != nil && e.ctx.Err() == nil {
		e.log.Warn("unfinished sagas are looked for again in a while", "error", err)
	}
}

// makeWay ends this process's term when another should drive.
func (e *Engine) makeWay(ctx context.Context) error {
	err := e.fit(ctx)
	if !errors.Is(err, errUnfit) {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.term != 0 {
		e.log.Info("this process makes way", "why", err)
		e.stop(ErrShutdown)
	}
	return nil
}

// lacks are the steps of unfinished sagas that this build does not have.
func (e *Engine) lacks(ctx context.Context) ([]string, error) {
	var lacks []string
	q := Query{Statuses: []Status{Compensating, Running, Pending}, Oldest: true, Limit: 1000}
	for {
		p, err := e.store.List(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("look for unfinished sagas: %w", err)
		}
		for i := range p.Items {
			for _, step := range p.Items[i].StepNames {
				if !e.knows(step) && !slices.Contains(lacks, step) {
					lacks = append(lacks, step)
				}
			}
		}
		if !p.More {
			return lacks, nil
		}
		q.From = p.Items[len(p.Items)-1].ID
	}
}

// tenure is a term as what is done in it sees it.
type tenure struct {
	term Term
	end  func()
}

// tenureKey is where a context keeps its tenure.
type tenureKey struct{}

// Fenced refuses a call of the provider, with ErrDeposed, when this process can no longer be sure that it drives. Whoever calls the
// provider asks it right before each call, with the context that the engine has given: a process that was stopped for a while
// and wakes up in the middle of a step so does nothing that its successor does not know of. Where only one process can have the store
// open, and in a read-only process, nothing is refused.
func Fenced(ctx context.Context) error {
	t, ok := ctx.Value(tenureKey{}).(*tenure)
	if !ok || t.term.Lasts() {
		return nil
	}
	t.end()
	return fmt.Errorf("call the provider: the store has not been heard for too long: %w", ErrDeposed)
}

// serve makes the engine drive in a term. Call with mu held, when e.ctx is new.
func (e *Engine) serve(term Term) {
	token := term.Token()
	end := func() { e.deposed(token) }
	ctx := context.WithValue(e.ctx, tenureKey{}, &tenure{term: term, end: end})
	e.ctx, e.term = ctx, token
	e.quiet = time.Now().Add(e.call)
	e.drives.Go(func() {
		select {
		case <-term.Done():
			end()
		case <-ctx.Done():
		}
	})
}

// deposed ends what is done in a term that has ended: attempts end as in a shutdown, and nothing of them is recorded. A batch of it that
// is under way is refused by the store.
func (e *Engine) deposed(token uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if token == 0 || token != e.term {
		return
	}
	e.term = 0
	e.stop(ErrDeposed)
}

// Drives reports whether this process drives now.
func (e *Engine) Drives() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx != nil && e.ctx.Err() == nil
}

// WhileDriving runs f whenever this process drives, with a context that ends when it no longer does, until ctx ends. It returns early
// when f has returned on its own.
func (e *Engine) WhileDriving(ctx context.Context, f func(context.Context)) {
	for ctx.Err() == nil {
		e.mu.Lock()
		driving, turned := e.ctx, e.turned
		e.mu.Unlock()
		if driving == nil || driving.Err() != nil {
			select {
			case <-turned:
			case <-ctx.Done():
			}
			continue
		}
		term, stop := context.WithCancelCause(ctx)
		release := context.AfterFunc(driving, func() { stop(context.Cause(driving)) })
		f(term)
		over := term.Err() != nil
		release()
		stop(nil)
		if !over {
			return
		}
	}
}

// turnedLocked says that driving has begun or ended. Call with mu held.
func (e *Engine) turnedLocked() {
	close(e.turned)
	e.turned = make(chan struct{})
}

// quietUntil is until when calls of a driver before may be under way, zero when there was none.
func (e *Engine) quietUntil() time.Time {
	if !e.several {
		return time.Time{}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.quiet
}

// sleep waits so long, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
