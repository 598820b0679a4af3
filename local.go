//go:build noetcd

package main

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/tui/cli"
)

func (wire) remote(_ context.Context, want cli.Want) (opened, error) {
	return opened{}, fmt.Errorf("%w: store %s: this build has no etcd: take one without the tag noetcd, or leave --store out", engine.ErrInput, want.Store.Address)
}
