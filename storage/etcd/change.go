package etcd

import (
	"fmt"
	"maps"
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// change gathers what one transaction puts and deletes: each key once, the last word about it counts.
type change struct {
	puts    map[string]string
	deletes map[string]struct{}
	counts  []string // counters that it adds to
}

func newChange() *change { return &change{puts: map[string]string{}, deletes: map[string]struct{}{}} }

func (c *change) put(key, value string) {
	delete(c.deletes, key)
	c.puts[key] = value
}

func (c *change) remove(key string) {
	delete(c.puts, key)
	c.deletes[key] = struct{}{}
}

// count adds to a counter.
func (c *change) count(counter string) { c.counts = append(c.counts, counter) }

func (c *change) len() int { return len(c.puts) + len(c.deletes) + len(c.counts) }

// A transaction has room for so many operations at a level (etcd's max-txn-ops is 128 when nobody changes it), less what the
// level above takes of it.
const (
	opsAtOnce = 64
	maxOps    = 128
)

// ops are the operations, in parts of their own where there are many. Of several changes in one request each has a slot of its own,
// since only one of them may put a key: so each counts in keys of its own.
func (c *change) ops(slot int) []clientv3.Op {
	var all []clientv3.Op
	for _, k := range slices.Sorted(maps.Keys(c.deletes)) {
		all = append(all, clientv3.OpDelete(k))
	}
	for _, k := range slices.Sorted(maps.Keys(c.puts)) {
		all = append(all, clientv3.OpPut(k, c.puts[k]))
	}
	for _, k := range c.counts {
		if slot > 0 {
			k = fmt.Sprintf("%s/%x", k, slot)
		}
		all = append(all, clientv3.OpPut(k, ""))
	}
	return nested(all)
}

func nested(all []clientv3.Op) []clientv3.Op {
	if len(all) <= opsAtOnce {
		return all
	}
	var parts []clientv3.Op
	for part := range slices.Chunk(all, opsAtOnce) {
		parts = append(parts, clientv3.OpTxn(nil, part, nil))
	}
	return parts
}

// size is about what the request takes on its way.
func (c *change) size() (n int) {
	for k, v := range c.puts {
		n += len(k) + len(v) + 16
	}
	for k := range c.deletes {
		n += len(k) + 16
	}
	return n
}
