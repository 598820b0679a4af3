package etcd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// term is the time for which this process drives: while its lease lasts, and no longer than two thirds of it after the last sign of
// life that etcd has acknowledged, on a clock that only goes forward. Who wakes from a long sleep finds it over.
type term struct {
	s     *Store
	host  string
	began time.Time
	token uint64
	lease clientv3.LeaseID
	alive atomic.Pointer[time.Time] // when the last sign of life was sent that etcd has acknowledged
	over  atomic.Bool
	done  chan struct{}
	stop  context.CancelFunc
	ended sync.WaitGroup
}

// Token implements engine.Term: the revision at which the leader's key was made.
func (t *term) Token() uint64 { return t.token }

// Done implements engine.Term.
func (t *term) Done() <-chan struct{} { return t.done }

// Lasts implements engine.Term.
func (t *term) Lasts() bool { return !t.over.Load() && time.Now().Before(t.until()) }

// until is the moment after which this process cannot be sure any more.
func (t *term) until() time.Time { return t.alive.Load().Add(2 * t.s.lease / 3) }

// Resign implements engine.Term. When it returns the store knows, unless it cannot be reached: then the lease runs out.
func (t *term) Resign() {
	t.stop()
	t.ended.Wait()
}

// Lead implements engine.Elector.
func (s *Store) Lead(ctx context.Context) (engine.Term, error) {
	for {
		since, err := s.vacant(ctx)
		if err != nil {
			return nil, err
		}
		t, err := s.campaign(ctx, since)
		if t != nil || err != nil {
			return t, err
		}
	}
}

// vacant waits until nobody drives, and says when it saw that first.
func (s *Store) vacant(ctx context.Context) (time.Time, error) {
	for {
		r, err := s.get(ctx, "ask who drives", s.keys.leader())
		switch {
		case ctx.Err() != nil:
			return time.Time{}, ctx.Err()
		case s.open.Err() != nil:
			return time.Time{}, fmt.Errorf("stand for driving: %w", errClosed)
		case err != nil:
			pause(ctx, s.open, s.lease/4)
		case len(r.Kvs) == 0:
			return time.Now(), nil
		default:
			if lease := r.Kvs[0].Lease; lease == s.ended.Load() { // a term of this process is over, and nobody could be told
				s.revoke(clientv3.LeaseID(lease), nil)
			}
			s.untilChanged(ctx, s.keys.leader(), r.Header.Revision+1)
		}
	}
}

// untilChanged waits for a change of a key, but not for ever: a watch may be lost.
func (s *Store) untilChanged(ctx context.Context, key string, rev int64) {
	ctx, cancel := context.WithTimeout(ctx, s.lease)
	defer cancel()
	defer context.AfterFunc(s.open, cancel)()
	<-s.client.Watch(clientv3.WithRequireLeader(ctx), key, clientv3.WithRev(rev))
}

func pause(ctx, closed context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-closed.Done():
	}
	return false
}

// campaign makes the leader's key, if nobody else has meanwhile. Nil and no error: somebody has.
func (s *Store) campaign(ctx context.Context, vacant time.Time) (engine.Term, error) {
	once, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	sent := time.Now()
	lease, err := s.client.Grant(once, int64(max(s.lease, 2*time.Second)/time.Second))
	if err != nil {
		if ctx.Err() == nil && !final(err) && pause(ctx, s.open, s.lease/4) {
			return nil, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("stand for driving: %w", s.explain(err))
	}
	host, began := s.roster.named(s.process), time.Now()
	written, err := s.begins(ctx, host, began, vacant)
	if err == nil {
		_, err = s.commit([]clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(s.keys.leader()), "=", 0)},
			append(written, clientv3.OpPut(s.keys.leader(), host, clientv3.WithLease(lease.ID))))
	}
	// Whatever was answered, the key says who has won.
	r, lookErr := s.get(ctx, "ask who drives", s.keys.leader())
	if lookErr != nil || len(r.Kvs) == 0 || clientv3.LeaseID(r.Kvs[0].Lease) != lease.ID {
		s.revoke(lease.ID, nil)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && final(err):
			return nil, fmt.Errorf("stand for driving: %w", s.explain(err))
		}
		return nil, nil
	}
	run, stop := context.WithCancel(s.open)
	t := &term{s: s, host: host, began: began, token: uint64(r.Kvs[0].CreateRevision), lease: lease.ID, done: make(chan struct{}), stop: stop}
	t.alive.Store(&sent)
	s.drives.Store(true)
	t.ended.Add(1)
	s.owned.Go(func() {
		defer t.ended.Done()
		defer stop()
		t.keep(run)
		t.over.Store(true)
		s.drives.Store(false)
		s.ended.Store(int64(t.lease))
		if run.Err() != nil { // it was resigned: who hears of it may believe that the store knows
			s.revoke(t.lease, t.ends)
			close(t.done)
			return
		}
		close(t.done)
		s.revoke(t.lease, nil)
	})
	return t, nil
}

// keep gives signs of life until the term is over.
func (t *term) keep(ctx context.Context) {
	for ctx.Err() == nil {
		over := t.until()
		if !time.Now().Before(over) {
			return
		}
		sent := time.Now()
		once, cancel := context.WithTimeout(ctx, min(time.Until(over), t.s.lease/6)) // of a member that hangs, another is asked in time
		_, err := t.s.client.KeepAliveOnce(once, t.lease)
		cancel()
		switch {
		case errors.Is(err, rpctypes.ErrLeaseNotFound):
			return
		case err == nil:
			t.alive.Store(&sent)
			pause(ctx, ctx, t.s.lease/4)
		default:
			pause(ctx, ctx, t.s.lease/20)
		}
	}
}

// revoke gives a lease back, in a time of its own: the store may be closing. before is done first; nil: nothing.
func (s *Store) revoke(lease clientv3.LeaseID, before func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.open), s.lease/5)
	defer cancel()
	if before != nil {
		before(ctx)
	}
	_, _ = s.client.Revoke(ctx, lease) // or it runs out
}
