package digitalocean_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

func TestTheRemainingBudgetCanBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := dosim.New()
		c := client(t, sim)
		if b := c.Budget(); b.Remaining != -1 || b.Limit != 5000 || b.HourRemaining != 5000 || b.MinuteRemaining != 250 || b.MinuteLimit != 250 {
			t.Errorf("before any call: %+v", b)
		}
		if _, err := c.Droplets(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := c.Budget(); b.Limit != 5000 || b.Remaining != 4999 || b.Reset.IsZero() || b.MinuteLeft != 49 || b.MinuteRemaining != 249 || b.HourRemaining != 4999 {
			t.Errorf("after one call: %+v", b)
		}
		// Somebody else uses the same token: only the service knows.
		for range 3 {
			if _, err := client(t, sim).Droplets(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Domains(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := c.Budget(); b.MinuteRemaining != 248 || b.HourRemaining != 4995 || b.Remaining != 4995 {
			t.Errorf("beside another: %+v", b)
		}
		time.Sleep(62 * time.Second)
		if b := c.Budget(); b.MinuteRemaining != 250 || b.HourRemaining != 4995 {
			t.Errorf("a minute later: %+v", b)
		}
		time.Sleep(time.Hour + time.Minute)
		if b := c.Budget(); b.HourRemaining != 5000 {
			t.Errorf("an hour later: %+v", b)
		}
		text, err := json.Marshal(c.Budget())
		if err != nil || !strings.Contains(string(text), `"minute_remaining":250`) || !strings.Contains(string(text), `"hour_limit":5000`) {
			t.Errorf("%s %v", text, err)
		}
	})
}

func TestTheBudgetIsThatOfTheTokenWithLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim, list := world(t)
		c := client(t, sim, func(cfg *digitalocean.Config) { cfg.ProvisioningToken = "dop_v1_writer" })
		writes := 0
		for _, call := range list {
			if !call.write {
				continue
			}
			if err := call.do(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			writes++
		}
		if b := c.Budget(); b.HourRemaining != 5000-writes || b.MinuteRemaining != 250-writes {
			t.Errorf("after %d writes: %+v", writes, b)
		}
	})
}

func TestTheBudgetCanBeReadByManyWhileCallsAreMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, &ok{})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 20 {
					if b := c.Budget(); b.MinuteRemaining < 0 || b.MinuteRemaining > 250 || b.HourRemaining > 5000 {
						t.Errorf("%+v", b)
					}
					if _, err := c.Droplet(t.Context(), 1); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if b := c.Budget(); b.HourRemaining != 5000-160 {
			t.Errorf("after 160 calls: %+v", b)
		}
	})
}
