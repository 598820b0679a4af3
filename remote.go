//go:build !noetcd

package main

import (
	"context"

	"arcadia/storage/etcd"
	"arcadia/tui/cli"
)

// remote opens a store in etcd. What is left out of a build with the tag noetcd is this file and all that it knows.
func (w wire) remote(ctx context.Context, want cli.Want) (opened, error) {
	c, err := w.etcd(want.Store)
	if err != nil {
		return opened{}, err
	}
	c.ReadOnly = want.Access != cli.Act
	s, err := etcd.Open(ctx, c)
	if err != nil {
		return opened{}, err
	}
	return opened{store: s, where: s.Address(), close: s.Close, away: func() error { return nil }}, nil
}

func (w wire) etcd(at cli.Store) (etcd.Config, error) {
	c, err := etcd.Parse(at.Address)
	c.Password, c.CA, c.Cert, c.Key = w.env("ARCADIA_STORE_PASSWORD"), at.CA, at.Cert, at.Key
	return c, err
}
