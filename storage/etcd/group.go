package etcd

import (
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Appends that come while others are under way share the next request: each is a transaction of its own within it, with its own
// compares and its own answer. Nobody waits for company: while fewer than mostUnder requests are under way an append goes at once.
const (
	mostUnder  = 12
	mostGroup  = 16
	groupOps   = 48        // an append with more operations goes alone: etcd counts those of all levels together
	groupBytes = 256 << 10 // of one request
)

// groups are the appends of a process that wait for their request, the first to come first.
type groups struct {
	mu      sync.Mutex // guards the fields below; never held during a request
	waiting []*proposal
	under   int
}

// proposal is one append's transaction, and what became of it.
type proposal struct {
	cmps   []clientv3.Cmp
	change *change
	leave  bool      // it leaves traces, whose order is that of revisions
	turn   chan bool // gets true when it is to take the next request, false when it has its answer

	done bool // the compares held, and the change is durable
	rev  int64
	err  error
}

// propose sends a transaction, once, alone or together with others.
func (s *Store) propose(p *proposal) {
	p.turn = make(chan bool, 1)
	if !s.groups.first(p) && !<-p.turn {
		return
	}
	group := s.groups.with(p)
	s.send(group)
	for _, other := range group[1:] {
		other.turn <- false
	}
	s.groups.next()
}

// first reports whether p may send a request now. Otherwise it waits.
func (g *groups) first(p *proposal) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.under < mostUnder {
		g.under++
		return true
	}
	g.waiting = append(g.waiting, p)
	return false
}

// with is p and those who wait and can go in its request: no two of them touch the same key.
func (g *groups) with(p *proposal) []*proposal {
	g.mu.Lock()
	defer g.mu.Unlock()
	group, touched, size := []*proposal{p}, map[string]struct{}{}, p.change.size()
	if !p.small() {
		return group
	}
	p.touch(touched)
	rest := g.waiting[:0]
	for _, q := range g.waiting {
		if len(group) == mostGroup || !q.small() || size+q.change.size() > groupBytes || q.touches(touched) {
			rest = append(rest, q)
			continue
		}
		group, size = append(group, q), size+q.change.size()
		q.touch(touched)
	}
	clear(g.waiting[len(rest):])
	g.waiting = rest
	return group
}

// next hands the request that has been answered on to the first who waits.
func (g *groups) next() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.under--
		return
	}
	g.waiting[0].turn <- true
	g.waiting = g.waiting[1:]
}

// traced stands among the keys for the order of traces.
const traced = "\x00traces"

func (p *proposal) small() bool { return p.change.len() <= groupOps }

func (p *proposal) touch(keys map[string]struct{}) {
	for k := range p.change.puts {
		keys[k] = struct{}{}
	}
	for k := range p.change.deletes {
		keys[k] = struct{}{}
	}
	if p.leave {
		keys[traced] = struct{}{}
	}
}

func (p *proposal) touches(keys map[string]struct{}) bool {
	for k := range p.change.puts {
		if _, is := keys[k]; is {
			return true
		}
	}
	for k := range p.change.deletes {
		if _, is := keys[k]; is {
			return true
		}
	}
	_, is := keys[traced]
	return is && p.leave
}

// send makes one request of a group. When etcd refuses it as a whole, and so has done nothing, each goes by itself.
func (s *Store) send(group []*proposal) {
	if len(group) == 1 {
		s.sendOne(group[0])
		return
	}
	parts := make([]clientv3.Op, len(group))
	for i, p := range group {
		parts[i] = clientv3.OpTxn(p.cmps, p.change.ops(i), nil)
	}
	r, err := s.commit(nil, parts)
	if err != nil && final(err) {
		for _, p := range group {
			s.sendOne(p)
		}
		return
	}
	for i, p := range group {
		p.err = err
		if err == nil {
			p.done, p.rev = r.Responses[i].GetResponseTxn().Succeeded, r.Header.Revision
		}
	}
}

func (s *Store) sendOne(p *proposal) {
	r, err := s.commit(p.cmps, p.change.ops(0))
	p.err = err
	if err == nil {
		p.done, p.rev = r.Succeeded, r.Header.Revision
	}
}
