package host

import (
	"context"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
	"arcadia/tui/sshd"
)

// sources are the figures of this host.
func (h *Host) sources(srv *sshd.Server) sshd.Sources {
	src := sshd.Sources{
		Sagas: h.counts, Sessions: srv.Sessions, Totals: srv.Totals, Budget: h.Budget, Calls: h.Calls, Commits: h.Commits,
		Freeze: h.freeze, Nights: h.nights, Health: h.health, Version: h.Build.Version,
	}
	if h.Shared.Crowd != nil {
		src.Hosts = h.hosts
	}
	if h.Meter != nil {
		src.Steps, src.Approvals = h.Meter.Steps(), h.Meter.Approvals()
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

func (h *Host) nights(ctx context.Context) (sshd.Nights, error) {
	var n sshd.Nights
	all, err := schedule.List(ctx, h.Engine, time.Now())
	if err != nil {
		return n, err
	}
	for _, v := range all {
		s := sshd.Timed{
			Name: v.Name, Paused: v.Paused != nil, Next: v.Next.Time, Missed: v.State.Last().Result == schedule.Missed,
			Outcomes: map[string]int{string(schedule.Fired): 0, string(schedule.Skipped): 0, string(schedule.Missed): 0},
		}
		for _, o := range v.State.Outcomes {
			s.Outcomes[string(o.Result)]++
			if o.Result == schedule.Fired {
				s.Last = o.At.Time
			}
		}
		n.Schedules = append(n.Schedules, s)
	}
	given, err := notify.NotDelivered(ctx, h.Engine)
	if err != nil {
		return n, err
	}
	n.Undelivered = len(given)
	n.Waiting, err = notify.Waiting(ctx, h.Engine)
	return n, err
}
