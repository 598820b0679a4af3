package cli

import (
	"context"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"arcadia/engine/visible"
)

// When progress is shown: what is over soon says nothing, and what is not is told about once a second.
const (
	patience  = 700 * time.Millisecond
	heartbeat = time.Second
)

// progress does what may take long, and shows on a terminal meanwhile in one line what is done, how far it is, if far can tell,
// and for how long it has gone on. The line is gone afterwards. far is called from another goroutine than do.
func (t *tree) progress(ctx context.Context, what string, far func(context.Context) string, do func() error) error {
	if !t.env.Lively {
		return do()
	}
	ctx, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		t.tell(ctx, what, far)
	}()
	defer func() {
		stop()
		<-over
	}()
	return do()
}

func (t *tree) tell(ctx context.Context, what string, far func(context.Context) string) {
	begin, wide := time.Now(), 0
	write := func(line string) {
		fill := max(0, wide-lipgloss.Width(line))
		wide = lipgloss.Width(line)
		_, _ = t.env.Err.Write([]byte("\r" + line + strings.Repeat(" ", fill) + strings.Repeat("\b", fill))) // best effort, as say
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			if wide > 0 {
				write("")
			}
			return
		case <-wait.C:
		}
		line := what
		if far != nil {
			if text := far(ctx); text != "" {
				line += ": " + text
			}
		}
		write(visible.Text(line) + ", " + time.Since(begin).Round(time.Second).String())
		wait.Reset(heartbeat)
	}
}
