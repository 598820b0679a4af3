package demo

import (
	"net/http"
	"time"

	"arcadia/steps/dosim"
)

// How the account behaves: slow enough to watch.
const (
	latency = 120 * time.Millisecond
	action  = 9 * time.Second
)

// Account is a simulated account that has a past.
type Account struct {
	clock clock
	sim   *dosim.Sim
}

// NewAccount makes one in which nothing has gone on yet.
func NewAccount() *Account {
	a := &Account{}
	a.sim = dosim.New(dosim.WithActionTime(action), dosim.WithClock(a.clock.now))
	return a
}

// RoundTrip answers a request as the provider does, after a moment.
func (a *Account) RoundTrip(r *http.Request) (*http.Response, error) {
	t := time.NewTimer(latency)
	defer t.Stop()
	select {
	case <-t.C:
		return a.sim.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// past is the way to the account for its past: nobody waits there. Its clock runs ahead instead.
type past struct{ of *Account }

func (p past) RoundTrip(r *http.Request) (*http.Response, error) {
	p.of.clock.pass(latency)
	return p.of.sim.RoundTrip(r)
}
