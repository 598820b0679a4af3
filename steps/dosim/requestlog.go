package dosim

import (
	"slices"
	"time"
)

// logSize is how many requests the log remembers.
const logSize = 10_000

// Request is one entry of the request log.
type Request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query,omitempty"`
	// Status is what the simulation decided, also where the client never got to read it;
	// 0 where the connection was cut before the request was looked at.
	Status int `json:"status"`
	// At is when the request was looked at, after any latency.
	At time.Time `json:"at"`
	// Applied says that a request other than GET changed the world.
	Applied bool `json:"applied"`
	// Created holds the ids of the records, droplets and actions that came of it.
	Created []int64 `json:"created,omitempty"`
	// Fault is the fault that met the request on its way in or out, if any.
	Fault FaultKind `json:"fault,omitempty"`
}

// requestLog is a ring of the latest requests.
type requestLog struct {
	ring   []Request
	next   int // where the next one goes once the ring is full
	writes int
}

func (l *requestLog) add(r Request) {
	if r.Applied {
		l.writes++
	}
	if len(l.ring) < logSize {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % logSize
}

func (l *requestLog) all() []Request {
	return slices.Concat(l.ring[l.next:], l.ring[:l.next])
}

// Requests gives the latest requests to the service, at most 10,000, oldest first.
// Requests to the control paths are not among them.
func (s *Sim) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.all()
}

// Writes counts the requests other than GET that were applied since the making of the
// Sim or the last [Sim.ResetLog], whether or not their answer arrived.
func (s *Sim) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.writes
}

// ResetLog forgets the request log and the count of writes.
func (s *Sim) ResetLog() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = requestLog{}
}
