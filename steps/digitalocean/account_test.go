package digitalocean_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/steps"
	"arcadia/steps/dosim"
)

// said answers every request with one body.
type said string

func (s said) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewBufferString(string(s))), Request: req,
	}, nil
}

func TestAnAccountIsNamedByItsTeamElseByItselfElseByItsAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { named(t) })
}

func named(t *testing.T) {
	if got, err := client(t, dosim.New()).Account(t.Context()); got != "My Team" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	for body, want := range map[string]string{
		`{"account":{"email":"a@example.com","name":"Ann","team":{"name":"Ops"}}}`: "Ops",
		`{"account":{"email":"a@example.com","name":"Ann"}}`:                       "Ann",
		`{"account":{"email":"a@example.com","name":"","team":{}}}`:                "a@example.com",
		`{"account":{"email":"a@example.com","name":"\u001b[31mred"}}`:             "␛[31mred",
	} {
		if got, err := client(t, said(body)).Account(t.Context()); got != want || err != nil {
			t.Errorf("%s: %q %v", body, got, err)
		}
	}
	for _, body := range []string{`{"account":{}}`, `{}`, `[]`} {
		if got, err := client(t, said(body)).Account(t.Context()); got != "" || err == nil {
			t.Errorf("%s: %q %v", body, got, err)
		}
	}
	sim := dosim.New(dosim.WithScopes(canary, "domain:read"))
	if _, err := client(t, sim).Account(t.Context()); steps.ClassOf(err) != steps.Permanent || !strings.Contains(err.Error(), "account:read") {
		t.Errorf("%v", err)
	}
}
