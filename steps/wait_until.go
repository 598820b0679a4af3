package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// WaitUntil waits for a moment: some time from now, a date, or a moment that an earlier step has put. It saves the moment once, so
// that a restart does not reset it. Operators may end it or move it.
type WaitUntil struct{}

const (
	inFor   = "for"
	inUntil = "until"
	inZone  = "tz"
	inAfter = "after"

	keyWaitEnd = "waits_until"

	defaultZone = "UTC"

	longestWait = 366 * 24 * time.Hour
)

// errNoMoment is why the step fails when what it was to wait for is in no step's output.
const errNoMoment = engine.Reason("no_moment_to_wait_for")

// Name is "wait_until".
func (WaitUntil) Name() string { return "wait_until" }

// Inputs declares the three ways to say until when. Exactly one is given.
func (WaitUntil) Inputs() []engine.Field {
	return []engine.Field{
		{Name: inFor, Label: "For", Type: engine.TextField, Help: "how long, as 90m or 72h; or give until", Check: lasting(0, longestWait)},
		{Name: inUntil, Label: "Until", Type: engine.TextField, Help: "a moment, as 2026-12-01T08:00", Check: checkUntil},
		{Name: inZone, Label: "Time zone", Type: engine.TextField, Default: defaultZone, Help: "of until, as Europe/Zurich", Check: checkZone, When: func(in engine.Inputs) bool { return in[inUntil] != "" }},
		{Name: inAfter, Label: "After", Type: engine.TextField, Help: "the key of a moment that an earlier step puts"},
	}
}

// lasting is the check of a length of time between two.
func lasting(least, most time.Duration) func(string, engine.Inputs) error {
	return func(value string, _ engine.Inputs) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < least || d > most {
			return fmt.Errorf("%q is not a time between %s and %s: write it as 90s, 10m or 72h", visible.Short(value, 40), least, most)
		}
		return nil
	}
}

func checkZone(value string, _ engine.Inputs) error {
	if _, err := time.LoadLocation(value); err != nil || value == "Local" {
		return fmt.Errorf("there is no time zone %q: write it as Europe/Zurich", visible.Short(value, 60))
	}
	return nil
}

func checkUntil(value string, in engine.Inputs) error {
	zone := in[inZone]
	if zone != "" && checkZone(zone, nil) != nil {
		zone = "" // it is refused by itself
	}
	_, err := untilOf(value, zone)
	return err
}

func untilOf(value, zone string) (time.Time, error) {
	loc, err := time.LoadLocation(zone) // "" is UTC
	if err != nil {
		return time.Time{}, err
	}
	if value != "" && value[0] == '+' {
		return time.Time{}, fmt.Errorf("%q is not a moment: give %s=%s", visible.Short(value, 40), inFor, value[1:])
	}
	if _, err := time.Parse(time.RFC3339, value); err == nil && zone != "" && zone != defaultZone {
		return time.Time{}, fmt.Errorf("%s says its own zone: leave out %s, or what is behind the time of day", visible.Short(value, 40), inZone)
	}
	return engine.ParseMoment(value, loc, time.Time{})
}

// Plan says until when it would wait. What has passed already is refused.
func (w WaitUntil) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	c := engine.Change{Action: engine.ActWait, Undo: nothingToUndo}
	if err := w.one(in); err != nil {
		return c, err
	}
	switch {
	case in[inFor] != "":
		d, err := time.ParseDuration(in[inFor])
		c.Subject, c.Note = in[inFor], "goes on "+minute(time.Now().Add(d))+" if it begins now"
		return c, err
	case in[inUntil] != "":
		at, err := untilOf(in[inUntil], in[inZone])
		switch {
		case err != nil:
		case !at.After(time.Now()):
			err = fmt.Errorf("%s has passed: give a later moment", minute(at))
		case time.Until(at) > longestWait:
			err = fmt.Errorf("%s is more than a year away: give an earlier moment", minute(at))
		}
		c.Subject, c.Note = "until "+minute(at), "goes on "+minute(at)
		return c, err
	}
	c.Subject = "until " + visible.Short(in[inAfter], 60)
	return c, nil
}

// minute is a moment as plans show it.
func minute(at time.Time) string { return at.Format("2006-01-02 15:04 MST") }

func (WaitUntil) one(in engine.Inputs) error {
	given := 0
	for _, name := range []string{inFor, inUntil, inAfter} {
		if in[name] != "" {
			given++
		}
	}
	if given != 1 {
		return errors.New("give one of for, until and after: how long, until when, or the key of a moment")
	}
	return nil
}

// Again says that waiting once more does no harm.
func (WaitUntil) Again() {}

// Execute waits, and puts when the wait has ended.
func (w WaitUntil) Execute(ctx context.Context, s *engine.State) error {
	var end engine.Time
	saved, err := s.Saved(keyWaitEnd, &end)
	if err != nil {
		return err
	}
	if !saved {
		if end, err = w.end(s); err != nil {
			return err
		}
		s.Put(keyWaitEnd, end)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	moved, early, err := s.Await(ctx, "its time", end.Time)
	if err != nil {
		return err
	}
	s.Put("waited_until", engine.At(moved))
	if early {
		s.Put("waited_until", "ended early, at "+minute(time.Now().UTC()))
	}
	return nil
}

// end is the moment that the inputs name, from now on.
func (w WaitUntil) end(s *engine.State) (engine.Time, error) {
	in := s.Inputs()
	if err := w.one(in); err != nil {
		return engine.Time{}, err
	}
	switch {
	case in[inFor] != "":
		d, err := time.ParseDuration(in[inFor])
		return engine.At(time.Now().Add(d)), err
	case in[inUntil] != "":
		at, err := untilOf(in[inUntil], in[inZone])
		return engine.At(at), err
	}
	var at engine.Time
	found, err := s.Lookup(in[inAfter], &at)
	if err == nil && !found {
		err = fmt.Errorf("%w: no step has put %q", errNoMoment, visible.Short(in[inAfter], 60))
	}
	return at, err
}

// Local says that no account is needed for it.
func (WaitUntil) Local() {}
