package digitalocean_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arcadia/steps/digitalocean"
)

// TestOwnerIsOneAccount asks for the account with the tokens of two members of one team, of two teams, and with tokens that may not
// read it.
func TestOwnerIsOneAccount(t *testing.T) {
	t.Parallel()
	accounts := map[string][3]string{ // user, team, name
		"ann": {"aaaa1111", "blueblue", "Blue"}, "bob": {"bbbb2222", "blueblue", "Blue"}, "eve": {"eeee3333", "redred", "Red"},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		a, ok := accounts[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		if !ok {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"id":"forbidden","message":"You are not authorized to perform this operation"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"account": map[string]any{
			"uuid": a[0], "name": a[0], "team": map[string]string{"uuid": a[1], "name": a[2]},
		}})
	}))
	t.Cleanup(srv.Close)
	for _, tt := range []struct{ reads, writes, team, wrong string }{
		{"ann", "", "Blue", ""},
		{"ann", "bob", "Blue", ""},
		{"ann", "nobody", "Blue", ""},
		{"ann", "eve", "", `provisioning token of "Red"`},
		{"nobody", "ann", "", "account:read"},
		{"nobody", "", "", "account:read"},
	} {
		c, err := digitalocean.New(digitalocean.Config{Token: tt.reads, ProvisioningToken: tt.writes, APIURL: srv.URL})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		a, err := c.Owner(t.Context())
		switch {
		case tt.wrong == "" && (err != nil || a.Team != tt.team || a.Host != "127.0.0.1"):
			t.Errorf("%s and %s: %+v, %v", tt.reads, tt.writes, a, err)
		case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
			t.Errorf("%s and %s: %v, want %s", tt.reads, tt.writes, err, tt.wrong)
		}
	}
}
