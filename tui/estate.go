package tui

import (
	"context"

	"arcadia/engine/estate"
)

// Estates reads an account in one go, for the screens of droplets, snapshots and the network.
type Estates interface {
	// Estate reads the account. What cannot be read is Missing; an error means that nothing could be.
	Estate(ctx context.Context) (estate.Estate, error)
}

// readEstate reads an account and makes its texts safe to show.
func readEstate(ctx context.Context, from Estates) (estate.Estate, error) {
	e, err := from.Estate(ctx)
	e.Clean()
	return e, err
}
