package cli

import (
	"context"
	"errors"
	"time"
)

// What whoever stays has to end in, once that was asked for: some time while the store is still open, and some more when it is free.
const (
	lastLook  = 500 * time.Millisecond
	lastWords = 2 * time.Second
)

// errStuck says that whoever stayed did not end.
var errStuck = errors.New("the terminal does not read: its last screen was given up; sagas go on at the next host")

// host drives sagas while stay runs and stops in order after it. When the engine stops by itself, stay's context ends and
// the engine's error is the answer. Record what is to be done before: what is recorded first is driven for certain.
//
// When ctx ends, the engine is first, the store next, and stay last: a terminal that does not read keeps no saga and no store.
func host(ctx context.Context, p *Place, stay func(ctx context.Context) error) error {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	driving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	over := make(chan error, 1)
	if p.Host == nil {
		over <- nil
	} else {
		go func() {
			over <- p.Host(driving)
			cut()
		}()
	}
	ended := make(chan error, 1)
	go func() { ended <- stay(ctx) }()
	var err error
	select {
	case err = <-ended:
		ended = nil
	case <-ctx.Done():
	}
	stop()
	broken := <-over
	if ended != nil {
		err = lastOf(ended, p.Close)
	}
	if broken != nil && !errors.Is(broken, context.Canceled) { // stopped before it had begun
		return broken
	}
	return err
}

// lastOf waits for the end of whoever stays, a while, and then a while longer when the store is free.
func lastOf(ended <-chan error, free func()) error {
	late := time.NewTimer(lastLook)
	defer late.Stop()
	select {
	case err := <-ended:
		return err
	case <-late.C:
	}
	free()
	late.Reset(lastWords)
	select {
	case err := <-ended:
		return err
	case <-late.C:
		return errStuck
	}
}
