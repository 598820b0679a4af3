package etcd

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// Condition is how the store is kept and how its members are.
type Condition struct {
	Address  string
	Revision int64
	Full     int // how much of the quota is used, in percent
	Members  []Member

	Compacted, Archived, Backup engine.Time // when last; Archived: what ended before then is in archives
	ArchivedIn                  string      // a file on the host that drove then
}

// Member is one server of etcd, by the address that this process has for it.
type Member struct {
	Name, Endpoint, Version string
	Leads                   bool
	Behind                  uint64 // changes that it has yet to apply
	Used, Size, Quota       int64  // bytes: in use, of the file, at most
	RoundTrip               time.Duration
	Trouble                 string // why it does not answer; empty: it does
}

// Condition asks all members at once. One that does not answer within a second is in trouble.
func (s *Store) Condition(ctx context.Context) (Condition, error) {
	c := Condition{Address: s.config.String(), Full: s.Full(), Members: make([]Member, len(s.config.Endpoints))}
	r, err := s.get(ctx, "read how the store is kept", s.keys.kept())
	if err != nil {
		return c, err
	}
	c.Revision = r.Header.Revision
	if len(r.Kvs) > 0 {
		kept, err := decode[careRecord]("how the store is kept", r.Kvs[0].Value)
		if err != nil {
			return c, err
		}
		c.Compacted, c.Archived, c.ArchivedIn, c.Backup = kept.Compacted, kept.Archived, kept.ArchivedIn, kept.Backup
	}
	applied := make([]uint64, len(c.Members))
	var asked sync.WaitGroup
	for i, endpoint := range s.client.Endpoints() {
		asked.Go(func() { c.Members[i], applied[i] = s.member(ctx, s.config.Endpoints[i], endpoint) })
	}
	asked.Wait()
	newest := slices.Max(applied)
	for i := range c.Members {
		if c.Members[i].Trouble == "" {
			c.Members[i].Behind = newest - applied[i]
		}
	}
	return c, nil
}

// memberTime is what a member has to say how it is.
const memberTime = time.Second

func (s *Store) member(ctx context.Context, name, endpoint string) (m Member, applied uint64) {
	m = Member{Name: name, Endpoint: name}
	ctx, cancel := context.WithTimeout(ctx, memberTime)
	defer cancel()
	begun := time.Now()
	r, err := s.client.Status(ctx, endpoint)
	m.RoundTrip = time.Since(begun)
	if err != nil {
		m.Trouble = "it does not answer"
		return m, 0
	}
	m.Version, m.Leads, applied = r.Version, r.Leader == r.Header.MemberId, r.RaftAppliedIndex
	m.Used, m.Size, m.Quota = r.DbSizeInUse, r.DbSize, r.DbSizeQuota
	m.Trouble = strings.Join(r.Errors, "; ")
	list, err := s.client.MemberList(ctx)
	if err != nil {
		return m, applied
	}
	for _, one := range list.Members {
		if one.ID == r.Header.MemberId && one.Name != "" {
			m.Name = one.Name
		}
	}
	return m, applied
}

// noteCare writes down what was done for the store.
func (s *Store) noteCare(ctx context.Context, note func(*careRecord)) error {
	const what = "write down how the store is kept"
	return s.put(ctx, what, func() ([]clientv3.Cmp, *change, error) {
		r, err := s.get(s.open, what, s.keys.kept())
		if err != nil {
			return nil, nil, err
		}
		kept, mod := careRecord{V: recordVersion}, int64(0)
		if len(r.Kvs) > 0 {
			mod = r.Kvs[0].ModRevision
			if kept, err = decode[careRecord]("how the store is kept", r.Kvs[0].Value); err != nil {
				return nil, nil, err
			}
		}
		note(&kept)
		value, err := encoded(kept)
		c := newChange()
		c.put(s.keys.kept(), value)
		return []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(s.keys.kept()), "=", mod)}, c, err
	})
}

// BackedUp writes down that there is a backup of a moment, examined.
func (s *Store) BackedUp(ctx context.Context, at time.Time) error {
	return s.noteCare(ctx, func(c *careRecord) { c.Backup = engine.At(at) })
}
