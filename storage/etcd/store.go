package etcd

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"arcadia/engine"
)

// reader reads a store, as it is now or as it was at one moment.
type reader struct {
	config   Config
	keys     layout
	client   *clientv3.Client
	made     *atomic.Uint64 // when the store was made, or its oldest saga if that was copied into it, in milliseconds
	patience time.Duration
	open     context.Context //nolint:containedctx // ends with the store
	widths   *widths
	at       int64 // the revision at which it reads; 0: now
}

// Store is one process's way to a store in etcd.
type Store struct {
	reader
	process string // names this process among all that have the store open
	lease   time.Duration

	end    context.CancelFunc
	owned  sync.WaitGroup // what Close waits for
	closed sync.Once

	heads     heads
	groups    groups
	putting   sync.Mutex    // one change at a time that stands in no ledger
	full      atomic.Uint64 // how much of the quota is used, in percent
	roster    roster
	archiving atomic.Bool // sagas are being archived without being asked
	gone      gone
	ended     atomic.Int64 // the lease of the latest term of this process that is over
	drives    atomic.Bool  // a term of this process lasts: the care of the store is its affair
}

var (
	_ engine.Store   = (*Store)(nil)
	_ engine.Elector = (*Store)(nil)
	_ engine.Watcher = (*Store)(nil)
	_ engine.Roster  = (*Store)(nil)
)

// oldest server that is known to keep what it acknowledges; older ones have defects that matter here.
var leastVersion = [3]int{3, 6, 5}

// Open connects, checks the members' version and the store's format, and makes the store when it is not there. ctx bounds the
// opening only. The caller must Close.
func Open(ctx context.Context, c Config) (*Store, error) {
	secure, err := c.secure()
	if err != nil {
		return nil, err
	}
	open, end := context.WithCancel(context.Background())
	scheme := "http://"
	if secure != nil {
		scheme = "https://"
	}
	var urls []string
	for _, e := range c.Endpoints {
		urls = append(urls, scheme+e)
	}
	s := &Store{
		reader:  reader{config: c, keys: layout{"/arcadia/" + c.Name + "/"}, patience: patience, open: open, made: &atomic.Uint64{}, widths: &widths{of: map[string]extent{}}},
		process: newNonce(), lease: cmp.Or(c.Lease, 10*time.Second), end: end, heads: heads{of: map[engine.ID]head{}},
	}
	answer, err := s.knock(ctx, secure)
	if err != nil {
		err = fmt.Errorf("open: %w", s.explain(err))
		end()
		return nil, err
	}
	s.client, err = clientv3.New(clientv3.Config{
		Context: open, Endpoints: urls, TLS: secure, Username: c.User, Password: c.Password, Logger: zap.NewNop(),
		DialTimeout: callTime, DialKeepAliveTime: 5 * time.Second, DialKeepAliveTimeout: 3 * time.Second, MaxCallSendMsgSize: 4 << 20,
	})
	if err != nil {
		err = s.explain(err)
		end()
		return nil, err
	}
	if err := s.begin(ctx, answer); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.owned.Go(s.care)
	return s, nil
}

// begin looks whether this is a store that this build can use.
func (s *Store) begin(ctx context.Context, answer []int) error {
	if err := s.versions(ctx, answer); err != nil {
		return err
	}
	value, err := encoded(metaRecord{recordVersion, formatName, schema, engine.At(time.Now())})
	if err != nil {
		return err
	}
	fresh := []clientv3.Op{clientv3.OpPut(s.keys.meta(), value), clientv3.OpPut(s.keys.ticket(), ticketText(0))}
	var meta metaRecord
	for tries := 0; ; tries++ {
		r, err := s.get(ctx, "open", s.keys.meta())
		if err != nil {
			return err
		}
		if len(r.Kvs) > 0 {
			if meta, err = decode[metaRecord]("the format record of "+s.config.String(), r.Kvs[0].Value); err != nil {
				return err
			}
			break
		}
		if s.config.ReadOnly {
			return fmt.Errorf("open %s: there is no store of this name: arcadia serve makes it, and so does the first launch", s.config)
		}
		if _, err := s.commit([]clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(s.keys.meta()), "=", 0)}, fresh); err != nil && (final(err) || tries > 2) {
			return fmt.Errorf("make the store: %w", s.explain(err))
		}
	}
	switch {
	case meta.Format != formatName:
		return fmt.Errorf("store %s: something else stands under %s: name another store", s.config, s.keys.root)
	case meta.Schema > schema:
		return fmt.Errorf("store %s has schema %d, this build knows %d: use a newer arcadia", s.config, meta.Schema, schema)
	}
	s.made.Store(uint64(meta.Made.UnixMilli()))
	return nil
}

// versions asks every member that answers. One must.
func (s *Store) versions(ctx context.Context, answer []int) error {
	var answered int
	var last error
	for _, i := range answer {
		e := s.client.Endpoints()[i]
		once, cancel := context.WithTimeout(ctx, callTime)
		r, err := s.client.Status(once, e)
		cancel()
		if err != nil {
			last = err
			continue
		}
		answered++
		if older(r.Version) {
			return fmt.Errorf("store %s: %s runs etcd %s: older than %d.%d.%d, which arcadia needs: upgrade the members one by one", s.config, e, r.Version, leastVersion[0], leastVersion[1], leastVersion[2])
		}
		if r.DbSizeQuota > 0 {
			s.full.Store(max(s.full.Load(), fullness(r)))
		}
	}
	if answered == 0 {
		return fmt.Errorf("open: %w", s.explain(cmp.Or(last, context.DeadlineExceeded)))
	}
	return nil
}

// knock tells which members can be reached at all, and the reason when none can.
func (s *Store) knock(ctx context.Context, secure *tls.Config) (answer []int, err error) {
	why := make([]error, len(s.config.Endpoints))
	var all sync.WaitGroup
	for i, e := range s.config.Endpoints {
		all.Go(func() { why[i] = reach(ctx, e, secure) })
	}
	all.Wait()
	for i := range why {
		if why[i] == nil {
			answer = append(answer, i)
		} else {
			err = why[i]
		}
	}
	if len(answer) > 0 {
		return answer, nil
	}
	return nil, err
}

// reach knocks at a member: why nobody answers there, or nobody is let in, the system knows at once, and etcd's client only after a
// while, and not in these words.
func reach(ctx context.Context, endpoint string, secure *tls.Config) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", endpoint)
	if err != nil || secure == nil {
		return errors.Join(err, closed(conn))
	}
	defer func() { _ = conn.Close() }()
	secure = secure.Clone()
	secure.ServerName, _, _ = net.SplitHostPort(endpoint)
	secure.NextProtos = []string{"h2"}
	safe := tls.Client(conn, secure)
	if err := safe.HandshakeContext(ctx); err != nil {
		return &handshakeError{err}
	}
	until, _ := ctx.Deadline()
	if err := safe.SetReadDeadline(until); err != nil {
		return err
	}
	if _, err = safe.Read(make([]byte, 1)); err != nil { // whether ours is taken is said with the first byte
		return &handshakeError{err}
	}
	return nil
}

func closed(conn net.Conn) error {
	if conn == nil {
		return nil
	}
	return conn.Close()
}

// handshakeError says that TLS was not agreed on.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// older reports whether a version is below the least. One that cannot be read is.
func older(version string) bool {
	plain, _, _ := strings.Cut(version, "-")
	parts := strings.Split(plain, ".")
	for i, least := range leastVersion {
		if i >= len(parts) {
			return true
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < least {
			return true
		}
		if n > least {
			return false
		}
	}
	return false
}

// Address is where the store is, without anything secret.
func (s *Store) Address() string { return s.config.String() }

// Close ends every term and watch of this process, waits for what it has begun, and lets go of the connection.
func (s *Store) Close() (err error) {
	s.closed.Do(func() {
		s.end()
		s.owned.Wait()
		err = s.client.Close()
		if errors.Is(err, context.Canceled) {
			err = nil
		}
	})
	return err
}

// heads remembers the ends of ledgers, so that an append needs one request. What is remembered wrongly is found out by the store.
type heads struct {
	mu sync.Mutex // guards of
	of map[engine.ID]head
}

const mostHeads = 8192

func (h *heads) get(id engine.ID) (head, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known, ok := h.of[id]
	return known, ok
}

func (h *heads) put(id engine.ID, known head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.of) >= mostHeads {
		clear(h.of)
	}
	h.of[id] = known
}
