package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"arcadia/engine"
)

// rest waits until all sagas of a trial are at rest.
func (l *lane) rest(ctx context.Context, w work) bool {
	const long = 3 * time.Minute // where terms are short, on a busy machine too: a look for what a lost answer has left takes ten seconds, anew in each
	began := time.Now()
	defer func() { l.slowest = max(l.slowest, time.Since(began)) }()
	ok := l.until("rest", long, func() bool {
		for id := range w.records {
			sg, err := l.s.Saga(ctx, id)
			if err != nil || !sg.Status.Terminal() {
				return false
			}
		}
		return true
	})
	for id := range w.records {
		if sg, err := l.s.Saga(ctx, id); !ok && (err != nil || !sg.Status.Terminal()) {
			l.blame("%s", restless(sg, err))
		}
	}
	return ok
}

// lately is what has happened in a lane for some time: terms, requests, and what hosts have said.
func (l *lane) lately(long time.Duration) string {
	since := time.Now().Add(-long)
	var text strings.Builder
	l.mu.Lock()
	for _, s := range l.terms {
		if s.to == 0 || s.end.After(since) {
			fmt.Fprintf(&text, "\n  term of %s from revision %d (%s) to %d (%s)", s.host, s.from, s.began.Format(time.StampMilli), s.to, s.end.Format(time.StampMilli))
		}
	}
	for _, c := range l.calls {
		if c.at.After(since) {
			fmt.Fprintf(&text, "\n  %s %s asked %s", c.at.Format(time.StampMilli), name(c.host), c.what)
		}
	}
	l.mu.Unlock()
	for host := range l.hosts {
		said, err := os.ReadFile(l.log(host))
		if err != nil {
			said = []byte(err.Error())
		}
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		fmt.Fprintf(&text, "\n%s:\n  %s", name(host), strings.Join(lines[max(0, len(lines)-60):], "\n  "))
	}
	return text.String()
}

// restless is what is known of a saga that does not come to rest.
func restless(sg *engine.Saga, err error) string {
	if err != nil {
		return err.Error()
	}
	text := fmt.Sprintf("saga %s is %s, waits for %+v, written last at %s:", sg.Short, sg.Status, sg.Waiting, sg.UpdatedAt.Format(time.StampMilli))
	for _, r := range sg.Rows {
		text += fmt.Sprintf(" %s %s after %d attempts;", r.Name, r.Status, r.Attempts)
	}
	return text
}
