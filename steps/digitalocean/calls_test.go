package digitalocean_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"arcadia/steps/digitalocean"
)

func TestRequestsAreCountedByKindAndOutcome(t *testing.T) {
	t.Parallel()
	next := says(http.StatusOK, `{"snapshot":{"id":"7"}}`)
	c := client(t, tripper(func(r *http.Request) (*http.Response, error) { return next(r) }))
	for _, then := range []tripper{
		next, says(http.StatusNotFound, `{}`), says(http.StatusForbidden, `{}`),
		func(*http.Request) (*http.Response, error) { return nil, errors.New("unplugged") },
		says(http.StatusServiceUnavailable, `{}`), says(http.StatusTooManyRequests, `{}`),
	} {
		next = then
		_ = c.DeleteSnapshot(t.Context(), 7) // a write: it is sent once, whatever comes of it
	}
	want := []digitalocean.CallCount{
		{Kind: "DELETE snapshots", Outcome: "2xx", Count: 1},
		{Kind: "DELETE snapshots", Outcome: "429", Count: 1},
		{Kind: "DELETE snapshots", Outcome: "4xx", Count: 2},
		{Kind: "DELETE snapshots", Outcome: "5xx", Count: 1},
		{Kind: "DELETE snapshots", Outcome: "none", Count: 1},
	}
	if got := c.Calls(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
