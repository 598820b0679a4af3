package digitalocean_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

func TestARefusalIsRememberedForItsTokenAndItsKindOfRequestOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := dosim.New(dosim.WithScopes("dop_v1_writer", "domain:read", "domain:create"))
		c := client(t, sim, func(cfg *digitalocean.Config) { cfg.ProvisioningToken = "dop_v1_writer" })
		abilities := []steps.Ability{
			steps.TakeSnapshots, steps.FollowActions, steps.ReadSnapshots, steps.DeleteSnapshots, steps.CreateRecords, steps.UpdateRecords, steps.DeleteRecords,
		}
		denied := func(want ...steps.Ability) {
			t.Helper()
			var got []steps.Ability
			for _, a := range abilities {
				if c.Denied(a) != nil {
					got = append(got, a)
				}
			}
			if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("denied %v, want %v", got, want)
			}
		}
		denied()
		var live steps.Record
		for _, r := range sim.Zone("example.com") {
			if r.Name == "web-01" {
				live = steps.Record{ID: r.ID, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL}
			}
		}
		err := c.DeleteRecord(t.Context(), "example.com", live.ID)
		if ce := classOf(t, err); ce.Class != steps.Permanent || !strings.Contains(ce.Text, "the token lacks domain:delete for this") {
			t.Errorf("%v", err)
		}
		denied(steps.DeleteRecords)
		time.Sleep(time.Minute)
		if ce := classOf(t, c.Denied(steps.DeleteRecords)); ce.Status != 403 ||
			ce.Text != "the provisioning token may not delete DNS records: DigitalOcean refused it 1m0s ago: add domain:delete to the token, or wait 4m0s and try again" {
			t.Errorf("%v", ce)
		}
		if _, err := c.CreateRecord(t.Context(), "example.com", steps.Record{Type: "TXT", Name: "n", Data: "x", TTL: 60}); err != nil {
			t.Error(err)
		}
		if _, err := c.RecordsAt(t.Context(), "example.com", "n"); err != nil {
			t.Error(err)
		}
		denied(steps.DeleteRecords)
		time.Sleep(4 * time.Minute)
		denied()
	})
}

// An answer of another kind says nothing about scopes.
func TestOnlyARefusalCountsAsOne(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{401: false, 403: true, 404: false, 422: false, 429: false, 500: false} {
		c := client(t, says(status, `{"id":"x","message":"y"}`))
		if err := c.DeleteSnapshot(t.Context(), 1); err == nil {
			t.Fatalf("%d is no error", status)
		}
		if got := c.Denied(steps.DeleteSnapshots) != nil; got != want {
			t.Errorf("after %d: denied %v", status, got)
		}
	}
}
