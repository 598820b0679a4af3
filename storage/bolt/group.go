package bolt

import (
	"runtime"
	"time"
)

const (
	// maxGroup bounds how many batches share a transaction, and with it how long the first of them waits.
	maxGroup = 2048
	// maxGather is the longest the writer waits for the callers it has just released.
	maxGather = time.Millisecond
	// few is how many callers of a group that goes apart are released at once. See release.
	few = 8
)

// gather returns what waits, at least one request; nil when the writer is to end.
func (w *writer) gather() []*request {
	var deadline <-chan time.Time
	if wait := min(w.commit, maxGather); w.released > 0 && wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		deadline = timer.C
	}
	for {
		w.mu.Lock()
		if deadline == nil {
			w.want = 1
		}
		if n := len(w.queue); n >= w.want || (w.closing && n > 0) {
			group := w.take()
			w.mu.Unlock()
			return group
		}
		closing, empty := w.closing, len(w.queue) == 0
		w.mu.Unlock()
		if closing {
			return nil
		}
		if empty && deadline == nil {
			w.pace.interrupted()
		}
		select {
		case <-w.wake:
		case <-deadline:
			deadline = nil
		}
	}
}

// take removes up to maxGroup requests from the queue. The caller holds mu.
func (w *writer) take() []*request {
	n := min(len(w.queue), maxGroup)
	group := w.queue[:n:n]
	w.queue, w.spare = append(w.spare[:0], w.queue[n:]...), nil
	return group
}

// expect says how many requests make the next group, when so many callers are about to be released.
func (w *writer) expect(released int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.released = released
	w.want = min(w.pace.committed(released, len(w.queue), time.Now()), maxGroup)
}

// release answers the callers, so many at a time: all at once would keep the processors from the writer, who needs one whenever
// the disk has answered, until each of them has had its turn.
func (w *writer) release(group []*request, many int) {
	for i, r := range group {
		if i > 0 && i%many == 0 {
			runtime.Gosched()
		}
		group[i] = nil
		r.done <- struct{}{} // never waits; from here on it is the caller's again
	}
	w.mu.Lock()
	w.spare = group
	w.mu.Unlock()
}
