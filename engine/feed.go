package engine

import (
	"context"
	"sync"
	"time"
)

// feedLimit bounds how many sagas a feed remembers one by one; beyond it the answer is "look at everything again".
const feedLimit = 1024

// Feed tells one subscriber which sagas have changed. Marks carry no data, never block the engine, and are coalesced per
// saga: a slow subscriber loses nothing but intermediate states.
type Feed struct {
	ready chan struct{}
	hub   *hub

	mu    sync.Mutex // guards ids and all; a leaf: nothing is called with it held
	ids   map[ID]struct{}
	order []ID
	all   bool
}

// Ready receives when there is something to Take.
func (f *Feed) Ready() <-chan struct{} { return f.ready }

// Take returns the sagas that changed since the last Take, in the order of their first change, and forgets them. When all
// is true too many changed to name them: reload what is shown.
func (f *Feed) Take() (ids []ID, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids, all = f.order, f.all
	f.order, f.all = nil, false
	clear(f.ids)
	return ids, all
}

// Await waits until something changes, but for pace at least and for most at most, and forgets what it was: it is for who looks
// at the store itself, once for many changes. What changes during a look ends the wait after it. It returns early when ctx ends.
func (f *Feed) Await(ctx context.Context, pace, most time.Duration) {
	sleep(ctx, pace)
	late := time.NewTimer(max(0, most-pace))
	defer late.Stop()
	select {
	case <-f.ready:
	case <-late.C:
	case <-ctx.Done():
	}
	f.Take()
}

// Close ends the subscription. Safe to call twice.
func (f *Feed) Close() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	delete(f.hub.feeds, f)
}

func (f *Feed) mark(id ID) {
	f.mu.Lock()
	if _, known := f.ids[id]; !known && !f.all {
		if len(f.ids) >= feedLimit {
			f.all, f.order = true, nil
			clear(f.ids)
		} else {
			f.ids[id] = struct{}{}
			f.order = append(f.order, id)
		}
	}
	f.mu.Unlock()
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

func (f *Feed) markAll() {
	f.mu.Lock()
	f.all, f.order = true, nil
	clear(f.ids)
	f.mu.Unlock()
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// hub hands marks to every feed.
type hub struct {
	mu    sync.RWMutex // guards feeds; held while marking, before Feed.mu, by several sagas at once
	feeds map[*Feed]struct{}
}

func (h *hub) subscribe() *Feed {
	f := &Feed{ready: make(chan struct{}, 1), hub: h, ids: map[ID]struct{}{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.feeds == nil {
		h.feeds = map[*Feed]struct{}{}
	}
	h.feeds[f] = struct{}{}
	return f
}

func (h *hub) mark(id ID) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for f := range h.feeds {
		f.mark(id)
	}
}

// markAll says that anything may have changed.
func (h *hub) markAll() {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for f := range h.feeds {
		f.markAll()
	}
}
