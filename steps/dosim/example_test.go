package dosim_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"

	"arcadia/steps/dosim"
)

// A client that calls the Sim inside the process, and a fault that loses one answer.
func Example() {
	sim := dosim.New(dosim.WithEmptyWorld())
	sim.AddDomain("example.com")
	client, err := godo.New(&http.Client{Transport: &oauth2.Transport{
		Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "any"}),
		Base:   sim,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	sim.Inject(dosim.Fault{Kind: dosim.FaultResetAfter, Method: "POST", Path: "/v2/domains/*/records", Count: 1})
	for range 2 { // a blind retry
		_, _, err := client.Domains.CreateRecord(context.Background(), "example.com",
			&godo.DomainRecordEditRequest{Type: "TXT", Name: "t", Data: "once"})
		fmt.Println("error:", err != nil)
	}
	for _, r := range sim.Zone("example.com") {
		if r.Type == "TXT" {
			fmt.Println(r.Name, r.Data)
		}
	}
	// Output:
	// error: true
	// error: false
	// t once
	// t once
}
