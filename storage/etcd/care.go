package etcd

import (
	"cmp"
	"context"
	"maps"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// How the store is kept from filling up: the process that drives gives up old revisions and archives old sagas, and launches are
// refused in time, so that etcd's own alarm is never reached.
// With Config.Care at its 30 s: every 5 min revisions that are older than 10 min are given up. From ArchiveAt on every minute those that are
// older than 3 min, since what was archived makes room only then.
const (
	careEvery = 30 * time.Second
	compactTo = 20 // rounds of care
	compactIn = 10
	hurriedTo = 6
	hurriedIn = 2
)

// Percent of the quota at which something is done.
const (
	archiveTo = 50 // so much is left in use
	ArchiveAt = 60 // sagas at rest are archived and removed, the oldest first
	PersonAt  = 75 // a person is told
	StopAt    = 85 // nothing new is launched; what is under way goes on, and so does its compensation
)

// archiveAges are how long ago sagas must have ended to be archived without being asked, tried in this order until there is room.
var archiveAges = []time.Duration{90 * 24 * time.Hour, 30 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour, time.Hour, 10 * time.Minute}

// moment is a revision and when it was the newest.
type moment struct {
	at  time.Time
	rev int64
}

// care looks at the quota, and gives up old revisions and the keys of launches long ago, until the store is closed.
func (s *Store) care() {
	var seen []moment
	var compacted time.Time
	every := cmp.Or(s.config.Care, careEvery)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.open.Done():
			return
		case now := <-tick.C:
			s.measure()
			rev, err := s.revision(s.open)
			if err != nil {
				continue
			}
			seen = append(seen, moment{now, rev})
			keep, wait := compactTo*every, compactIn*every
			if s.Full() >= ArchiveAt {
				keep, wait = hurriedTo*every, hurriedIn*every
			}
			seen = lately(seen, now.Add(-compactTo*every))
			old := upTo(seen, now.Add(-keep))
			if old == 0 || !s.drives.Load() || now.Sub(compacted) < wait {
				continue
			}
			compacted = now
			due := s.due() // of what is given up now it was not seen yet that it has gone
			s.compact(old)
			_ = s.expire(s.open, now) // or in the next round
			s.gone.forget(old)
			if due > 0 && s.archiving.CompareAndSwap(false, true) { // how full the store is must be seen meanwhile
				s.owned.Go(func() {
					defer s.archiving.Store(false)
					s.archive(now, due)
				})
			}
		}
	}
}

// upTo is the newest revision that was seen at a time or before it, 0 for none.
func upTo(seen []moment, at time.Time) (rev int64) {
	for _, m := range seen {
		if m.at.After(at) {
			break
		}
		rev = m.rev
	}
	return rev
}

// lately leaves out what was seen before a time, but for the last of it.
func lately(seen []moment, at time.Time) []moment {
	for len(seen) > 1 && !seen[1].at.After(at) {
		seen = seen[1:]
	}
	return seen
}

// due is how many sagas are to be archived now.
func (s *Store) due() int {
	if s.Full() < ArchiveAt || s.config.Archive == nil {
		return 0
	}
	counts, err := s.Counts(s.open)
	if err != nil {
		return 0
	}
	return surplus(s.Full(), counts.Total, s.gone.sum())
}

// archive makes room with the oldest sagas that are at rest, so many of them. What it could not do, the next round does; Full says how it stands.
func (s *Store) archive(now time.Time, left int) {
	for _, age := range archiveAges {
		if left <= 0 {
			return
		}
		n, err := s.prune(s.open, now.Add(-age), left)
		left -= n
		if rev, lookErr := s.revision(s.open); n > 0 && lookErr == nil {
			s.gone.add(rev, n)
		}
		if err != nil {
			return
		}
	}
}

// surplus is how many sagas of a store must go for it to be half full again. Those that have gone, but whose revisions have not been
// given up, still count in how full it is.
func surplus(full, sagas, gone int) int {
	if full <= archiveTo {
		return 0
	}
	return (sagas+gone)*(full-archiveTo)/full - gone
}

// gone are the sagas that were removed, by the revision at which they last were there.
type gone struct {
	mu sync.Mutex // guards at
	at map[int64]int
}

func (g *gone) add(rev int64, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at == nil {
		g.at = map[int64]int{}
	}
	g.at[rev] += n
}

// forget leaves those out whose revisions are given up.
func (g *gone) forget(upTo int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.at, func(rev int64, _ int) bool { return rev <= upTo })
}

func (g *gone) sum() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, some := range g.at {
		n += some
	}
	return n
}

// measure asks how full the fullest member is.
func (s *Store) measure() {
	fullest, known := uint64(0), false
	for _, e := range s.client.Endpoints() {
		ctx, cancel := context.WithTimeout(s.open, callTime)
		r, err := s.client.Status(ctx, e)
		cancel()
		if err == nil && r.DbSizeQuota > 0 {
			fullest, known = max(fullest, fullness(r)), true
		}
	}
	if known {
		s.full.Store(fullest)
	}
}

// fullness is how much of the quota a member uses, in percent. What was given up is room, though the file does not shrink.
func fullness(r *clientv3.StatusResponse) uint64 { return uint64(100 * r.DbSizeInUse / r.DbSizeQuota) }

// Full is how much of etcd's quota was in use when it was last looked at, in percent.
func (s *Store) Full() int { return int(s.full.Load()) }

// compact gives up the revisions before one, and the nonces of processes that have not written since. Errors are the next round's
// affair.
func (s *Store) compact(rev int64) {
	ctx, cancel := context.WithTimeout(s.open, callTime)
	defer cancel()
	if _, err := s.client.Compact(ctx, rev); err != nil {
		return
	}
	_ = s.noteCare(ctx, func(c *careRecord) { c.Compacted = engine.At(time.Now()) })
	r, err := s.client.Get(ctx, s.keys.nonce(""), clientv3.WithPrefix(), clientv3.WithKeysOnly(), clientv3.WithLimit(maxOps))
	if err != nil {
		return
	}
	for _, kv := range r.Kvs {
		if kv.ModRevision < rev {
			_, _ = s.client.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(string(kv.Key)), "=", kv.ModRevision)).Then(clientv3.OpDelete(string(kv.Key))).Commit()
		}
	}
}
