package etcd

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// Ending is how a term ended.
type Ending string

// The endings.
const (
	Lasting  Ending = ""         // it has not ended, or nobody knows of it yet
	Resigned Ending = "resigned" // its process ended in order, or made way
	Lapsed   Ending = "lapsed"   // its process did not answer any more
)

// Tenure is one term of the past, or the one that lasts.
type Tenure struct {
	Host  string      `json:"host"`
	Began engine.Time `json:"began"`
	Ended engine.Time `json:"ended"` // when its process was heard of last; zero: it lasts
	How   Ending      `json:"how"`
}

type tenureRecord struct {
	V int `json:"v"`
	Tenure
}

// mostTenures is how many terms are kept.
const mostTenures = 200

// Tenures are the newest terms, the newest first. Times are those of the hosts that wrote them.
func (s *reader) Tenures(ctx context.Context, limit int) ([]Tenure, error) {
	r, err := s.get(ctx, "read who drove", s.keys.terms(), clientv3.WithPrefix(), clientv3.WithLimit(int64(limit)))
	if err != nil {
		return nil, err
	}
	var all []Tenure
	for _, kv := range r.Kvs {
		t, err := decode[tenureRecord]("a term", kv.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, t.Tenure)
	}
	return all, nil
}

// begins are the changes that go with the beginning of a term: it is written down, and the one before, if it was not ended in
// order, has lapsed when its last sign of life was a lease before the key went away.
func (s *Store) begins(ctx context.Context, host string, now, vacant time.Time) ([]clientv3.Op, error) {
	value, err := encoded(tenureRecord{recordVersion, Tenure{Host: host, Began: engine.At(now)}})
	if err != nil {
		return nil, err
	}
	ops := []clientv3.Op{clientv3.OpPut(s.keys.term(now), value)}
	before, err := s.get(ctx, "read who drove", s.keys.terms(), clientv3.WithPrefix(), clientv3.WithLimit(mostTenures+1))
	if err != nil {
		return nil, err
	}
	for i, kv := range before.Kvs {
		if i >= mostTenures-1 {
			ops = append(ops, clientv3.OpDelete(string(kv.Key)))
		}
	}
	if len(before.Kvs) == 0 || string(before.Kvs[0].Key) == s.keys.term(now) {
		return ops, nil
	}
	last, err := decode[tenureRecord]("a term", before.Kvs[0].Value)
	if err != nil || last.How != Lasting {
		return ops, err
	}
	last.How, last.Ended = Lapsed, engine.At(vacant.Add(-s.lease))
	if last.Ended.Before(last.Began.Time) {
		last.Ended = last.Began
	}
	value, err = encoded(last)
	return append(ops, clientv3.OpPut(string(before.Kvs[0].Key), value)), err
}

// ends writes down that a term was ended in order.
func (t *term) ends(ctx context.Context) {
	value, err := encoded(tenureRecord{recordVersion, Tenure{Host: t.host, Began: engine.At(t.began), Ended: engine.At(time.Now()), How: Resigned}})
	if err != nil {
		return
	}
	_, _ = t.s.client.Put(ctx, t.s.keys.term(t.began), value) // who comes next will take it for lapsed
}
