package main

import (
	"context"
	"errors"

	"arcadia/steps/demo"
	"arcadia/steps/digitalocean"
	"arcadia/storage/open"
)

// past gives the demonstration its day of history.
func (w wire) past(ctx context.Context, into demo.Ledger) error {
	client, err := digitalocean.New(digitalocean.Config{Token: "demo-past", Transport: w.account.Past(), PerMinute: 1 << 20, PerHour: 1 << 20})
	if err != nil {
		return err
	}
	defer client.Close()
	scratch, err := open.File("", w.means("arcadia demo"), 0, false)
	if err != nil {
		return err
	}
	return errors.Join(demo.History{Account: w.account, Cloud: client, Scratch: scratch, Owner: client.Owner}.Write(ctx, into), scratch.Close())
}
