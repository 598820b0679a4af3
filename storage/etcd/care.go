package etcd

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// How the store is kept from filling up: old revisions are given up by the process that drives, and launches are refused in time.
const (
	careEvery = 30 * time.Second
	compactTo = 10 * time.Minute // what is older is given up
	compactIn = 5 * time.Minute  // how often
	stopAt    = 85               // percent of the quota at which nothing new is launched; compensation goes on
)

// moment is a revision and when it was the newest.
type moment struct {
	at  time.Time
	rev int64
}

// care looks at the quota and gives up old revisions, until the store is closed.
func (s *Store) care() {
	var seen []moment
	var compacted time.Time
	tick := time.NewTicker(careEvery)
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
			old, rest := upTo(seen, now.Add(-compactTo))
			seen = rest
			if old == 0 || !s.drives.Load() || now.Sub(compacted) < compactIn {
				continue
			}
			compacted = now
			s.compact(old)
		}
	}
}

// upTo is the newest revision that was seen at a time or before it, 0 for none, and what is still needed of those seen.
func upTo(seen []moment, at time.Time) (rev int64, rest []moment) {
	rest = seen
	for len(rest) > 0 && !rest[0].at.After(at) {
		rev = rest[0].rev
		if len(rest) > 1 && rest[1].at.After(at) {
			break
		}
		rest = rest[1:]
	}
	return rev, rest
}

// measure asks how full the fullest member is.
func (s *Store) measure() {
	fullest, known := uint64(0), false
	for _, e := range s.client.Endpoints() {
		ctx, cancel := context.WithTimeout(s.open, callTime)
		r, err := s.client.Status(ctx, e)
		cancel()
		if err == nil && r.DbSizeQuota > 0 {
			fullest, known = max(fullest, uint64(100*r.DbSizeInUse/r.DbSizeQuota)), true
		}
	}
	if known {
		s.full.Store(fullest)
	}
}

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
