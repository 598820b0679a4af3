//go:build noetcd

package main

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/tui/cli"
)

func (wire) remote(_ context.Context, want cli.Want) (opened, error) {
	return opened{}, without(want.Store.Address)
}

func (wire) copyStore(_ context.Context, _, to cli.Store) (int, error) { return 0, without(to.Address) }

func (wire) checkStore(_ context.Context, at cli.Store) (cli.Verdict, error) {
	return cli.Verdict{}, without(at.Address)
}

func without(store string) error {
	return fmt.Errorf("%w: store %s: this build has no etcd: take one that was not built with the tag noetcd", engine.ErrInput, store)
}
