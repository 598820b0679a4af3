package etcd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"arcadia/engine"
)

// How long a member may take for one answer, and how long the store goes on asking before it says that there is none.
const (
	callTime  = 5 * time.Second
	patience  = 15 * time.Second
	leastWait = 5 * time.Millisecond
	mostWait  = 250 * time.Millisecond

	maxRequest = 1400 << 10 // etcd takes 1.5 MiB when nobody changes it
)

// backoff waits longer from call to call, until its time is over.
type backoff struct {
	until time.Time
	wait  time.Duration
}

func (s *reader) newBackoff() backoff {
	return backoff{until: time.Now().Add(s.patience), wait: leastWait}
}

// again waits and reports whether there is time for another try. It ends early with the context or the store.
func (b *backoff) again(ctx, closed context.Context) bool {
	if time.Now().Add(b.wait).After(b.until) {
		return false
	}
	t := time.NewTimer(b.wait)
	defer t.Stop()
	b.wait = min(2*b.wait, mostWait)
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	case <-closed.Done():
		return false
	}
}

// commit sends a transaction that writes, once. It is not cut off by the caller's context: whoever is told that the context has
// ended may believe that nothing has happened.
func (s *Store) commit(cmps []clientv3.Cmp, then []clientv3.Op) (*clientv3.TxnResponse, error) {
	ctx, cancel := context.WithTimeout(s.open, callTime)
	defer cancel()
	return s.client.Txn(ctx).If(cmps...).Then(then...).Commit()
}

// look reads by transactions at one revision, 0 for now, as often as it takes.
func (s *reader) look(ctx context.Context, what string, ops ...clientv3.Op) (*clientv3.TxnResponse, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	wait := s.newBackoff()
	for {
		r, err := func() (*clientv3.TxnResponse, error) {
			once, cancel := context.WithTimeout(ctx, callTime)
			defer cancel()
			return s.client.Txn(once).Then(ops...).Commit()
		}()
		switch {
		case err == nil:
			return r, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, rpctypes.ErrCompacted), final(err), !wait.again(ctx, s.open):
			return nil, fmt.Errorf("%s: %w", what, s.explain(err))
		}
	}
}

// op reads a range at the reader's moment.
func (s *reader) op(key string, opts ...clientv3.OpOption) clientv3.Op {
	return clientv3.OpGet(key, append([]clientv3.OpOption{clientv3.WithRev(s.at)}, opts...)...)
}

// get reads one range.
func (s *reader) get(ctx context.Context, what, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	r, err := s.look(ctx, what, s.op(key, opts...))
	if err != nil {
		return nil, err
	}
	g := (*clientv3.GetResponse)(r.Responses[0].GetResponseRange())
	g.Header = r.Header
	return g, nil
}

// final reports whether asking again cannot help, and nothing has happened.
func final(err error) bool {
	switch status.Code(err) {
	case codes.InvalidArgument, codes.PermissionDenied, codes.Unauthenticated, codes.FailedPrecondition:
		return !errors.Is(err, rpctypes.ErrNoLeader)
	default:
	}
	for _, refusal := range []error{rpctypes.ErrRequestTooLarge, rpctypes.ErrTooManyOps, rpctypes.ErrAuthFailed, rpctypes.ErrPermissionDenied, rpctypes.ErrUserEmpty, rpctypes.ErrAuthNotEnabled} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// explain says what an error of etcd means and what to do.
func (s *reader) explain(err error) error {
	at := s.config.String()
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	switch {
	case s.open.Err() != nil:
		return fmt.Errorf("store %s: %w", at, errClosed)
	case is(rpctypes.ErrNoSpace):
		return fmt.Errorf("store %s: %w: %w: etcd's quota is used up: free room with etcdctl defrag, or raise --quota-backend-bytes, then clear the alarm (etcdctl alarm disarm)", at, engine.ErrFull, err)
	case is(rpctypes.ErrCompacted):
		return fmt.Errorf("store %s: %w: what was read is of a moment that has been given up meanwhile: try again, and prune if the store is more than 60 %% full: then moments are kept for three minutes", at, err)
	case is(rpctypes.ErrRequestTooLarge, rpctypes.ErrTooManyOps):
		return fmt.Errorf("%w: etcd takes no request of this size: %w", engine.ErrTooLarge, err)
	case is(rpctypes.ErrAuthFailed, rpctypes.ErrUserEmpty, rpctypes.ErrInvalidAuthToken):
		return fmt.Errorf("store %s: %w: etcd does not take this user and password: name the user in the address (etcd://USER@...) and give ARCADIA_STORE_PASSWORD", at, err)
	case is(rpctypes.ErrPermissionDenied) && s.config.User == "":
		return fmt.Errorf("store %s: %w: etcd asks for a user and password: name the user in the address (etcd://USER@...) and give ARCADIA_STORE_PASSWORD", at, err)
	case is(rpctypes.ErrPermissionDenied):
		return fmt.Errorf("store %s: %w: the user needs to read and write everything under %s", at, err, s.keys.root)
	case is(rpctypes.ErrNoLeader, rpctypes.ErrTimeoutDueToLeaderFail, rpctypes.ErrTimeoutDueToConnectionLost, rpctypes.ErrTimeout):
		return fmt.Errorf("store %s: %w: most of the members are away: see that more than half of them run (etcdctl endpoint status)", at, err)
	case shaken(err):
		return fmt.Errorf("store %s: %w: see that --store-ca signed the members' certificates, that theirs have the address in them, and that the members take --store-cert", at, err)
	case unreachable(err), errors.Is(err, context.DeadlineExceeded), status.Code(err) == codes.Unavailable, status.Code(err) == codes.DeadlineExceeded:
		return fmt.Errorf("store %s does not answer: %w: see that its members run, and whether they want TLS (--store-ca, --store-cert, --store-key)", at, err)
	}
	return fmt.Errorf("store %s: %w", at, err)
}

func shaken(err error) bool {
	_, is := errors.AsType[*handshakeError](err)
	return is
}

func unreachable(err error) bool {
	_, is := errors.AsType[*net.OpError](err)
	return is
}

var errClosed = errors.New("it is closed")

// newNonce is a text that nobody else writes: finding it in the store proves that our request got through.
func newNonce() string { return rand.Text()[:16] }

// put makes a small change that has no ledger to be found in: documents and freezes. It goes on until it is known what became of
// it: every such change of this process leaves its nonce under one key, one change at a time. prepare looks and says what to
// compare and to change, or refuses; it is asked again when what it saw has changed meanwhile.
func (s *Store) put(ctx context.Context, what string, prepare func() ([]clientv3.Cmp, *change, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.config.ReadOnly {
		return fmt.Errorf("%s: %w", what, engine.ErrReadOnly)
	}
	s.putting.Lock()
	defer s.putting.Unlock()
	nonce, wait, open := newNonce(), s.newBackoff(), false
	var full error
	for {
		if open {
			r, err := s.get(s.open, what, s.keys.nonce(s.process))
			if err != nil {
				return err
			}
			if len(r.Kvs) > 0 && string(r.Kvs[0].Value) == nonce {
				return nil
			}
		}
		if full != nil {
			return full
		}
		cmps, c, err := prepare()
		if err != nil {
			return err
		}
		c.put(s.keys.nonce(s.process), nonce)
		r, err := s.commit(cmps, c.ops(0))
		switch {
		case err == nil && r.Succeeded:
			return nil
		case err == nil:
			continue
		case errors.Is(err, rpctypes.ErrNoSpace): // it may have been done all the same
			full, open = fmt.Errorf("%s: %w", what, s.explain(err)), true
			continue
		case final(err):
			return fmt.Errorf("%s: %w", what, s.explain(err))
		}
		open = true
		if !wait.again(s.open, s.open) {
			return fmt.Errorf("%s: whether it was done is not known: %w", what, s.explain(err))
		}
	}
}
