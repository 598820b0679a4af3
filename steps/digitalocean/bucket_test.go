package digitalocean_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

// ok counts requests and answers each with a droplet.
type ok struct {
	mu sync.Mutex
	at []time.Time
}

func (o *ok) RoundTrip(r *http.Request) (*http.Response, error) {
	o.mu.Lock()
	o.at = append(o.at, time.Now())
	o.mu.Unlock()
	return says(200, `{"droplet":{"id":1,"name":"x"}}`)(r)
}

// since is how many requests there were after a moment.
func (o *ok) since(at time.Time) (n int) {
	for _, made := range o.at {
		if made.After(at) {
			n++
		}
	}
	return n
}

// most is the largest number of requests in any window.
func (o *ok) most(window time.Duration) int {
	most := 0
	for i := range o.at {
		n := 0
		for j := i; j < len(o.at) && o.at[j].Sub(o.at[i]) < window; j++ {
			n++
		}
		most = max(most, n)
	}
	return most
}

func TestNoMinuteAndNoHourHoldsMoreThanAllowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &ok{}
		c := client(t, o)
		end := time.Now().Add(3 * time.Hour)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				ctx := t.Context()
				for i := 0; time.Now().Before(end); i++ {
					call := ctx
					if i%3 == 0 {
						call = steps.Urgent(ctx)
					}
					if _, err := c.Droplet(call, 1); err != nil {
						if ce := classOf(t, err); ce.Class != steps.Retryable || ce.After == 0 {
							t.Errorf("%s: %v", ce.Class, err)
						}
						time.Sleep(time.Minute)
					}
				}
			})
		}
		all.Wait()
		if n := o.most(time.Minute); n > 250 || n < 60 {
			t.Errorf("%d requests in a minute", n)
		}
		if n := o.most(time.Hour); n > 5000 || n < 4500 {
			t.Errorf("%d requests in an hour", n)
		}
	})
}

func TestCompensationHasAShareOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, &ok{}, func(cfg *digitalocean.Config) { cfg.PerMinute, cfg.PerHour = 60, 100000 })
		for range 12 {
			go func() {
				for range 100 {
					if _, err := c.Droplet(t.Context(), 1); err != nil {
						return
					}
				}
			}()
		}
		time.Sleep(10 * time.Minute)
		for range 5 {
			began := time.Now()
			if _, err := c.Droplet(steps.Urgent(t.Context()), 1); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("a compensation waited %s behind ordinary calls", took)
			}
			time.Sleep(15 * time.Second)
		}
		time.Sleep(time.Hour)
	})
}

func TestNobodyAsksWhileTheServiceWantsToBeLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := dosim.New()
		c := client(t, sim)
		sim.Inject(dosim.Fault{Kind: dosim.FaultBurst, RetryAfter: 40 * time.Second, Count: 1})
		began := time.Now()
		if err := c.DeleteRecord(t.Context(), "example.com", 1); classOf(t, err).Class != steps.Retryable || classOf(t, err).After != 40*time.Second {
			t.Fatalf("%v", err)
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := c.RecordsAt(t.Context(), "example.com", "www"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, q := range sim.Requests()[1:] {
			if d := q.At.Sub(began); d < 40*time.Second {
				t.Errorf("a request %s after the refusal", d)
			}
		}
		if b := c.Budget(); b.PausedUntil.Sub(began) != 40*time.Second {
			t.Errorf("budget %+v", b)
		}
	})
}

func TestALongWaitIsTheCallersToKnow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := dosim.New()
		c := client(t, sim)
		sim.Inject(dosim.Fault{Kind: dosim.FaultHourly, RetryAfter: 20 * time.Minute, Count: 1})
		for range 2 { // the refused call, and the one that is not even sent
			began := time.Now()
			_, err := c.RecordsAt(t.Context(), "example.com", "www")
			if ce := classOf(t, err); ce.Class != steps.Retryable || ce.After < 19*time.Minute || time.Since(began) > time.Minute {
				t.Errorf("%v after %s", err, time.Since(began))
			}
		}
		if n := len(sim.Requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
		time.Sleep(20 * time.Minute)
		if _, err := c.RecordsAt(t.Context(), "example.com", "www"); err != nil {
			t.Error(err)
		}
	})
}
