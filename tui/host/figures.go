package host

import (
	"context"

	"arcadia/engine"
	"arcadia/tui/sshd"
)

// sources are the figures of this host.
func (h *Host) sources(srv *sshd.Server) sshd.Sources {
	src := sshd.Sources{
		Sagas: h.counts, Sessions: srv.Sessions, Totals: srv.Totals, Budget: h.Budget, Calls: h.Calls, Commits: h.Commits,
		Freeze: h.freeze, Health: func(context.Context) error { return h.Engine.Err() }, Version: h.Build.Version,
	}
	if h.Meter != nil {
		src.Steps = h.Meter.Steps()
	}
	return src
}

// counts are how many sagas of each kind have each status, or of all kinds together while they are not counted by kind.
func (h *Host) counts(ctx context.Context) ([]sshd.SagaCount, error) {
	if h.Meter != nil {
		if all, ok := h.Meter.Counted(); ok {
			return all, nil
		}
	}
	counts, err := h.Engine.Counts(ctx)
	if err != nil {
		return nil, err
	}
	var out []sshd.SagaCount
	for _, st := range engine.Statuses() {
		out = append(out, sshd.SagaCount{Status: st, Count: counts.ByStatus[st]})
	}
	return out, nil
}

func (h *Host) freeze() sshd.Freeze {
	f := h.Engine.Frozen()
	if f == nil {
		return sshd.Freeze{}
	}
	by := sshd.FrozenByOperator
	if f.By == nil {
		by = sshd.FrozenByEngine
	}
	return sshd.Freeze{On: true, By: by, Width: f.Width, InFlight: f.InFlight}
}
