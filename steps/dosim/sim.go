package dosim

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Sim is a simulated account. Make one with [New]; it is safe for concurrent use, and
// has nothing to close.
type Sim struct {
	set    settings
	routes []route

	mu        sync.Mutex // guards all that follows; never held while waiting or writing to a client
	rng       *rand.Rand
	serial    serials
	zones     []*zone
	droplets  []*droplet
	images    []*image
	actions   []*action
	tags      []*tag
	reserved  []*reservedIP
	keys      []sshKey
	volumes   []*volume
	firewalls []*firewall
	projects  []*project
	assigned  map[string]assignment // by URN
	copies    []*volumeSnapshot
	born      time.Time
	agenda    agenda
	faults    faultBook
	limits    limiter
	log       requestLog
}

// New makes a simulated account: by default the seeded world on the system's clock,
// with the service's own rate limits. It starts nothing.
func New(opts ...Option) *Sim {
	set := defaults()
	for _, opt := range opts {
		opt(&set)
	}
	s := &Sim{
		set:    set,
		routes: routes(),
		//nolint:gosec // a made-up world that must be the same for the same seed, not a secret
		rng:    rand.New(rand.NewPCG(uint64(set.seed), 0x6172636164696121)),
		serial: firstSerials(),
		limits: limiter{perMinute: set.perMinute, perHour: set.perHour},
	}
	s.born = second(set.now()).Add(-400 * 24 * time.Hour)
	s.assigned = map[string]assignment{}
	s.projects = []*project{s.firstProject()}
	s.images = s.baseImages()
	s.keys = s.seedKeys()
	if !set.empty {
		s.seedWorld()
	}
	return s
}

// serials are the last ids given out. They start where the service's own ids are today:
// actions lie beyond 2^31, which catches a client that keeps them in 32 bits.
type serials struct {
	record, droplet, image, action, key int64
}

func firstSerials() serials {
	return serials{record: 1_783_000_000, droplet: 500_000_000, image: 200_000_000, action: 3_408_000_000, key: 52_001_000}
}

// take gives the next id after *last: always larger, never predictable by adding one.
func (s *Sim) take(last *int64) int64 {
	*last += 1 + s.rng.Int64N(40)
	return *last
}

// skip draws n numbers and drops them, so that what a seed makes up stays what it was when more was made up before it.
func (s *Sim) skip(n int) {
	for range n {
		s.rng.Uint64()
	}
}

// uuid gives a version 4 UUID drawn from the seed.
func (s *Sim) uuid() string {
	hi, lo := s.rng.Uint64(), s.rng.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}

// derived gives a version 4 UUID that depends on the seed and on what it is for, and on nothing that happened before.
func (s *Sim) derived(parts ...string) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(s.set.seed, parts)))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// settle brings the world to the present moment and gives that moment.
// The caller holds mu.
func (s *Sim) settle() time.Time {
	now := s.set.now()
	s.agenda.run(now)
	return now
}

// second is a time as the service keeps it.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// stamp is a time as the service writes it: UTC, whole seconds, Z.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
