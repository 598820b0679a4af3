package dosim

import (
	"strings"
	"time"
)

// Option sets one property of a [Sim] at its making.
type Option func(*settings)

// settings are what the options decide; fixed once New has returned.
type settings struct {
	seed         int64
	empty        bool
	now          func() time.Time
	actionTime   time.Duration
	actionTimeGB time.Duration
	latency      time.Duration
	deleteWindow time.Duration
	publicURL    string
	perMinute    int
	perHour      int
	scopes       map[string]map[string]bool
	public       bool
}

func defaults() settings {
	return settings{
		seed:       1,
		now:        time.Now,
		actionTime: 6 * time.Second,
		perMinute:  250,
		perHour:    5000,
		scopes:     map[string]map[string]bool{},
	}
}

// WithSeed sets what everything made up (ids, sizes, addresses, request ids) derives
// from. Two Sims with one seed and one clock give identical answers to the same
// requests in the same order. The default is 1.
func WithSeed(n int64) Option { return func(s *settings) { s.seed = n } }

// WithEmptyWorld leaves out the seeded zones, droplets, snapshots, tags and reserved
// IPs. The public images, the regions, the sizes and one SSH key remain.
func WithEmptyWorld() Option { return func(s *settings) { s.empty = true } }

// WithPublic lets the control be asked under any name, for a simulator that other machines can reach. Without it the
// Host header must name this machine as only itself does.
func WithPublic() Option { return func(s *settings) { s.public = true } }

// WithClock sets the clock; the default is [time.Now], which inside testing/synctest is
// the fake one. Waits for latency use real timers of the time package in any case.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// WithActionTime sets how long a snapshot of a droplet takes; other actions take a fixed
// share of it (see the table beside the actions). The default is 6 s. With 0 an action is
// complete by the first look at it.
func WithActionTime(d time.Duration) Option { return func(s *settings) { s.actionTime = d } }

// WithActionTimePerGB adds, to actions that carry a disk, so much for each GiB of it (the provider says 1 to 3 minutes for
// each used GiB of a snapshot). The default is 0.
func WithActionTimePerGB(d time.Duration) Option {
	return func(s *settings) { s.actionTimeGB = d }
}

// WithLatency makes each request wait this long before it is looked at. The wait ends
// early, with nothing applied, when the request's context ends.
func WithLatency(d time.Duration) Option { return func(s *settings) { s.latency = d } }

// WithDeleteWindow sets how long a deleted droplet can still be read (the service needs
// about 11 s; default 0).
func WithDeleteWindow(d time.Duration) Option { return func(s *settings) { s.deleteWindow = d } }

// WithPublicURL sets the scheme and host that links in answers begin with; the default is those of the request.
func WithPublicURL(url string) Option {
	return func(s *settings) { s.publicURL = strings.TrimRight(url, "/") }
}

// WithRateLimit sets how many requests a token may make in any 60 s and in any hour;
// 0 lifts that limit. The default is the service's 250 and 5000. The rate-limit headers
// are sent in every case. Refused requests are not counted.
func WithRateLimit(perMinute, perHour int) Option {
	return func(s *settings) { s.perMinute, s.perHour = perMinute, perHour }
}

// WithScopes gives a token exactly these scopes ("domain:read", "droplet:update" ...).
// What needs another scope is answered with 403. Tokens never named have every scope.
func WithScopes(token string, scopes ...string) Option {
	return func(s *settings) {
		held := make(map[string]bool, len(scopes))
		for _, scope := range scopes {
			held[scope] = true
		}
		s.scopes[token] = held
	}
}
