package main

import (
	"context"
	"sync"
)

// beside drives the engine with the demonstration beside it, and waits for both.
func beside(play func(context.Context), drive func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() { play(ctx) })
		err := drive(ctx)
		stop()
		group.Wait()
		return err
	}
}
