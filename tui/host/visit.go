package host

import (
	"context"

	"golang.org/x/sync/errgroup"

	"arcadia/tui/sshd"
)

// Drive drives sagas until ctx ends, with the door for the operator's other processes open meanwhile: a command that waits for an
// hour keeps nobody out. Without that door it drives all the same.
func (h *Host) Drive(ctx context.Context, drive func(ctx context.Context) error) error {
	if h.Socket == "" {
		return drive(ctx)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	srv, err := h.server(func() { stop(); h.end() })
	if err != nil {
		return err
	}
	ln, err := sshd.Listen(h.Socket)
	if err != nil {
		h.Log.Warn("no other process can attach", "error", err)
		return drive(ctx)
	}
	var doors errgroup.Group
	doors.Go(func() error { return srv.Serve(ctx, sshd.Local(ln, h.Engine.Actor().Name)) })
	err = drive(ctx)
	stop()
	if lost := doors.Wait(); lost != nil {
		h.Log.Warn("the door for other processes has ended", "error", lost)
	}
	return err
}
