package sshd

import (
	"context"
	"io"

	"golang.org/x/time/rate"
)

// Decoding what is typed costs more than drawing what it does: of a crowd's junk it took two thirds of the processor (measured). So a
// console is read no faster than anybody types or pastes, and what comes faster waits at its client.
const (
	pasteAtOnce = 128 << 10 // bytes that come without delay: twice the longest paste that passes
	morsel      = 1 << 10   // bytes read at a time, so that a sequence is never torn for longer than a guard holds it
)

// paced is a reader that gives a burst at once, and then so many bytes a second.
type paced struct {
	ctx  context.Context // of the program: when it ends nothing is waited for
	in   io.Reader
	pace *rate.Limiter
}

func newPaced(ctx context.Context, in io.Reader, perSecond int) *paced {
	return &paced{ctx: ctx, in: in, pace: rate.NewLimiter(rate.Limit(perSecond), pasteAtOnce)}
}

// Read gives what there is, at most a morsel, when its time has come.
func (p *paced) Read(b []byte) (int, error) {
	n, err := p.in.Read(b[:min(len(b), morsel)])
	if n > 0 {
		_ = p.pace.WaitN(p.ctx, n) // fails only when the program has ended: whoever reads ends by itself
	}
	return n, err
}
