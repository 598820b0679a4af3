package host

import (
	"context"
	"io"
	"os"
	"time"
)

// lastWords is how long a terminal is waited for once the process shall end.
const lastWords = time.Second

// Patient is a terminal for as long as the process lives. Once ctx has ended, a write waits at most a second for a terminal that does
// not read, and gives up.
func Patient(ctx context.Context, to io.Writer) io.Writer { return patient{to, ctx} }

type patient struct {
	to  io.Writer
	ctx context.Context //nolint:containedctx // its end is the process's
}

// Write writes p, or gives up.
func (p patient) Write(b []byte) (int, error) {
	if p.ctx.Err() == nil {
		return p.to.Write(b)
	}
	done := make(chan error, 1)
	text := append([]byte(nil), b...) // it may be in use for longer than the caller waits
	go func() {
		_, err := p.to.Write(text)
		done <- err
	}()
	late := time.NewTimer(lastWords)
	defer late.Stop()
	select {
	case err := <-done:
		return len(b), err
	case <-late.C:
		return 0, os.ErrDeadlineExceeded
	}
}
