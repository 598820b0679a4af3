package bolt

import "time"

const (
	// maxGroup bounds how many batches share a transaction, and with it how long the first of them waits.
	maxGroup = 2048
	// maxGather is the longest the writer waits for the callers it has just released.
	maxGather = time.Millisecond
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
		closing := w.closing
		w.mu.Unlock()
		if closing {
			return nil
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

// release answers the callers. What came during the commit waits already; all who are released now are expected on top.
func (w *writer) release(group []*request) {
	w.mu.Lock()
	w.released = len(group)
	w.want = min(len(w.queue)+len(group), maxGroup)
	w.mu.Unlock()
	for i, r := range group {
		group[i] = nil
		r.done <- struct{}{} // never waits; from here on it is the caller's again
	}
	w.mu.Lock()
	w.spare = group
	w.mu.Unlock()
}
