package etcd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// roster is what this process has announced.
type roster struct {
	mu   sync.Mutex       // guards all below
	name string           // that was announced last
	last clientv3.LeaseID // of the last announcement
	stop map[string]context.CancelFunc
}

// named is the name that was announced, or the given one.
func (r *roster) named(process string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return cmp.Or(r.name, process)
}

// lease is that of the last announcement, 0 for none.
func (r *roster) lease() clientv3.LeaseID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *roster) leased(lease clientv3.LeaseID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = lease
}

type hostRecord struct {
	V int `json:"v"`
	engine.Host
}

// Announce implements engine.Roster.
func (s *Store) Announce(ctx context.Context, h engine.Host) error {
	if h.Name == "" || !storable(h.Name) {
		return fmt.Errorf("announce a host: %w: a name of 1 to %d bytes is needed", engine.ErrBadValue, engine.MaxName)
	}
	h.Drives = false
	value, err := encoded(hostRecord{recordVersion, h})
	if err != nil {
		return err
	}
	if len(value) > engine.MaxDoc {
		return fmt.Errorf("announce host %s: %w: %d bytes, at most %d", h.Name, engine.ErrTooLarge, len(value), engine.MaxDoc)
	}
	lease, err := s.present(ctx, h.Name, value)
	if err != nil {
		return fmt.Errorf("announce host %s: %w", h.Name, s.explain(err))
	}
	run, stop := context.WithCancel(ctx)
	s.roster.mu.Lock()
	before := s.roster.stop[h.Name]
	if s.roster.stop == nil {
		s.roster.stop = map[string]context.CancelFunc{}
	}
	s.roster.name, s.roster.last, s.roster.stop[h.Name] = h.Name, lease, stop
	s.roster.mu.Unlock()
	s.owned.Go(func() {
		defer stop()
		defer context.AfterFunc(s.open, stop)()
		s.stay(run, lease, h.Name, value)
	})
	if before != nil {
		before() // its lease is not that of the name any more
	}
	return nil
}

// present puts the name under a lease of its own.
func (s *Store) present(ctx context.Context, name, value string) (clientv3.LeaseID, error) {
	once, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	lease, err := s.client.Grant(once, int64(max(s.lease, 2*time.Second)/time.Second))
	if err != nil {
		return 0, err
	}
	_, err = s.client.Put(once, s.keys.hosts()+name, value, clientv3.WithLease(lease.ID))
	return lease.ID, err
}

// stay renews the lease until ctx ends. After a long sleep the lease is lost, and a new one is made.
func (s *Store) stay(ctx context.Context, lease clientv3.LeaseID, name, value string) {
	for pause(ctx, ctx, s.lease/4) {
		once, cancel := context.WithTimeout(ctx, s.lease/2)
		_, err := s.client.KeepAliveOnce(once, lease)
		cancel()
		if !errors.Is(err, rpctypes.ErrLeaseNotFound) {
			continue
		}
		if again, err := s.present(ctx, name, value); err == nil {
			lease = again
			s.roster.leased(lease)
		}
	}
	s.revoke(lease, nil)
}

// Hosts implements engine.Roster.
func (s *Store) Hosts(ctx context.Context) ([]engine.Host, error) {
	r, err := s.look(ctx, "read hosts", clientv3.OpGet(s.keys.hosts(), clientv3.WithPrefix()), clientv3.OpGet(s.keys.leader()))
	if err != nil {
		return nil, err
	}
	driver := ""
	if kvs := r.Responses[1].GetResponseRange().Kvs; len(kvs) > 0 {
		driver = string(kvs[0].Value)
	}
	var hosts []engine.Host
	for _, kv := range r.Responses[0].GetResponseRange().Kvs {
		h, err := decode[hostRecord](fmt.Sprintf("host %q", strings.TrimPrefix(string(kv.Key), s.keys.hosts())), kv.Value)
		if err != nil {
			return nil, err
		}
		h.Drives = h.Name == driver
		hosts = append(hosts, h.Host)
	}
	return hosts, nil
}

// Heard is how long ago, to the second, each host gave a sign of life. A host whose lease is over is not in it.
func (s *Store) Heard(ctx context.Context) (map[string]time.Duration, error) {
	r, err := s.get(ctx, "read hosts", s.keys.hosts(), clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	heard := map[string]time.Duration{}
	for _, kv := range r.Kvs {
		once, cancel := context.WithTimeout(ctx, callTime)
		left, err := s.client.TimeToLive(once, clientv3.LeaseID(kv.Lease))
		cancel()
		if err != nil {
			return nil, fmt.Errorf("ask when hosts were heard: %w", s.explain(err))
		}
		if left.TTL >= 0 {
			heard[string(kv.Key[len(s.keys.hosts()):])] = time.Duration(left.GrantedTTL-left.TTL) * time.Second
		}
	}
	return heard, nil
}
