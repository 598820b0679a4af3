package digitalocean_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/steps"
	"arcadia/steps/digitalocean"
)

// TestAHostThatFollowsHasATenthOfTheBudget lets two hosts ask as often as they may, and the one that follows take over.
func TestAHostThatFollowsHasATenthOfTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var drives atomic.Bool
		mine, theirs := &ok{}, &ok{}
		follows, other := client(t, mine), client(t, theirs)
		follows.Divide(func() digitalocean.Share { return digitalocean.Share{Drives: drives.Load(), Others: 1} })
		other.Divide(func() digitalocean.Share { return digitalocean.Share{Drives: !drives.Load(), Others: 1} })
		end := time.Now().Add(2 * time.Hour)
		var all sync.WaitGroup
		for _, c := range []*digitalocean.Client{follows, other} {
			for range 8 {
				all.Go(func() {
					for time.Now().Before(end) {
						if _, err := c.Droplet(t.Context(), 1); err != nil {
							time.Sleep(time.Minute)
						}
					}
				})
			}
		}
		time.Sleep(time.Hour)
		mine.mu.Lock()
		theirs.mu.Lock()
		few, many := mine.most(time.Hour), theirs.most(time.Hour)
		if few > 500 || few < 400 || many > 4500 || many < 3700 {
			t.Errorf("who follows has made %d requests in an hour, who drives %d", few, many)
		}
		theirs.mu.Unlock()
		mine.mu.Unlock()
		drives.Store(true)
		all.Wait()
		if n := mine.since(end.Add(-30 * time.Minute)); n < 1500 {
			t.Errorf("who took over has made %d requests in half an hour", n)
		}
	})
}

// TestWhatTheServiceSaysIsLeftIsKeptForWhoDrives has an account whose hour is nearly used up by somebody else.
func TestWhatTheServiceSaysIsLeftIsKeptForWhoDrives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var drives atomic.Bool
		asked, left := 0, says(200, `{"droplet":{"id":1,"name":"x"}}`, "ratelimit-limit", "5000", "ratelimit-remaining", "499")
		c := client(t, tripper(func(r *http.Request) (*http.Response, error) { asked++; return left(r) }))
		c.Divide(func() digitalocean.Share { return digitalocean.Share{Drives: drives.Load(), Others: 1} })
		if _, err := c.Droplet(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		_, err := c.Droplet(t.Context(), 1)
		if ce := classOf(t, err); ce.Class != steps.Retryable || ce.After <= 0 || ce.After > time.Minute || !strings.Contains(err.Error(), "kept for the host that drives") {
			t.Errorf("%v", err)
		}
		drives.Store(true)
		if _, err := c.Droplet(t.Context(), 1); err != nil || asked != 2 {
			t.Errorf("who drives: %v, %d requests", err, asked)
		}
		drives.Store(false)
		time.Sleep(time.Minute)
		if _, err := c.Droplet(t.Context(), 1); err != nil {
			t.Errorf("a minute later: %v", err)
		}
	})
}
