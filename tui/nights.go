package tui

import (
	"context"
	"time"

	"arcadia/engine/notify"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
)

// Nights is what goes on by itself, as far as the header says it.
type Nights struct {
	Next    string    // the schedule that fires next
	NextAt  time.Time // zero: nothing does
	Missed  []string  // schedules whose last occurrence was missed
	Unheard []notify.Delivery
}

// readNights looks at schedules and at what was given up.
func readNights(ctx context.Context, b Backend, now time.Time) (*Nights, error) {
	all, err := schedule.List(ctx, b, now)
	if err != nil {
		return nil, err
	}
	n := &Nights{}
	for _, v := range all {
		if !v.Next.IsZero() && (n.NextAt.IsZero() || v.Next.Before(n.NextAt)) {
			n.Next, n.NextAt = visible.Text(v.Name), v.Next.Time
		}
		if v.State.Last().Result == schedule.Missed {
			n.Missed = append(n.Missed, visible.Text(v.Name))
		}
	}
	n.Unheard, err = notify.NotDelivered(ctx, b)
	return n, err
}

// soon is how near a firing must be that the header names it.
const soon = time.Hour
