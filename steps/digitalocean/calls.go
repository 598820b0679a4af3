package digitalocean

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
)

// CallCount is how many requests of one kind had one outcome since the client was made.
type CallCount struct {
	Kind    string // method and family of paths, without ids: "PUT domains/records"
	Outcome string // the class of the answer's status (2xx, 4xx, 5xx), 429 by itself, or none without an answer
	Count   int64
}

// calls counts requests. Safe for concurrent use; the zero value is ready.
type calls struct {
	mu sync.Mutex // guards by; a leaf
	by map[CallCount]int64
}

// note counts one more request; status 0 means that there was no answer.
func (c *calls) note(kind string, status int) {
	outcome := "none"
	switch {
	case status == 429:
		outcome = "429"
	case status > 0:
		outcome = strconv.Itoa(status/100) + "xx"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[CallCount]int64{}
	}
	c.by[CallCount{Kind: kind, Outcome: outcome}]++
}

// Calls counts all requests that were sent, by kind and then by outcome. Safe for concurrent use.
func (c *Client) Calls() []CallCount {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	out := make([]CallCount, 0, len(c.calls.by))
	for k, n := range c.calls.by {
		k.Count = n
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b CallCount) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}
