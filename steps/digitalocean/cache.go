package digitalocean

import (
	"context"
	"sync"
	"time"
)

// keepList is how long a list serves forms.
const keepList = 30 * time.Second

// cache keeps lists for forms, by key. The zero value is ready.
type cache[T any] struct {
	mu   sync.Mutex // guards kept; never held while reading from the service
	kept map[string]kept[T]
}

type kept[T any] struct {
	value T
	until time.Time
}

// get returns what is kept under key, or reads and keeps it. Callers do not change what they get.
func (c *cache[T]) get(ctx context.Context, key string, read func(context.Context) (T, error)) (T, error) {
	c.mu.Lock()
	k, ok := c.kept[key]
	c.mu.Unlock()
	if ok && time.Now().Before(k.until) {
		return k.value, nil
	}
	v, err := read(ctx)
	if err != nil {
		return v, err
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, k := range c.kept {
		if !now.Before(k.until) {
			delete(c.kept, key)
		}
	}
	if c.kept == nil {
		c.kept = map[string]kept[T]{}
	}
	c.kept[key] = kept[T]{value: v, until: now.Add(keepList)}
	return v, nil
}

// drop forgets what is kept under key, because it was changed.
func (c *cache[T]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, key)
}
