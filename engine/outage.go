package engine

import "time"

// Service is what a step does to the service of what it changes.
type Service string

// The effects on a service.
const (
	ServiceStops      Service = "stops"      // it is down from then on
	ServiceStarts     Service = "starts"     // and up again
	ServiceInterrupts Service = "interrupts" // it is down while the step runs
)

// Outage are the steps during which what a plan changes is down: from the first, to the last of them. Last is -1 when it does not come
// back in the plan, ok false when it is never down.
func Outage(steps []PlanStep) (first, last int, ok bool) {
	down := false
	for _, s := range steps {
		if s.Change.Action == ActNone {
			continue
		}
		switch s.Change.Service {
		case ServiceStops, ServiceInterrupts:
			if !ok {
				first = s.Idx
			}
			ok = true
			down = s.Change.Service == ServiceStops || down
			last = s.Idx
		case ServiceStarts:
			if down {
				down, last = false, s.Idx
			}
		}
	}
	if down {
		last = -1
	}
	return first, last, ok
}

// Down is how long the rows from one to another took in a saga; 0 when not all of them have completed.
func (s *Saga) Down(first, last int) time.Duration {
	if first < 0 || last < first || last >= len(s.Rows) || s.Rows[first].StartedAt.IsZero() || s.Rows[last].FinishedAt.IsZero() {
		return 0
	}
	return s.Rows[last].FinishedAt.Sub(s.Rows[first].StartedAt.Time)
}
