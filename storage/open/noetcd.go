//go:build noetcd

package open

import (
	"context"
	"fmt"

	"arcadia/engine"
)

// Remote is not in this build.
func Remote(_ context.Context, at Address, _ Means) (*Store, error) { return nil, without(at) }

// CheckRemote is not in this build.
func CheckRemote(_ context.Context, at Address, _ Means) (Report, error) {
	return Report{}, without(at)
}

// Copy is not in this build.
func Copy(_ context.Context, _, to Address, _ Means) (int, error) { return 0, without(to) }

func without(at Address) error {
	return fmt.Errorf("%w: store %s: this build has no etcd: take one that was not built with the tag noetcd", engine.ErrInput, at.Address)
}
