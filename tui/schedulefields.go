package tui

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

// The inputs of the form of a schedule.
const (
	schedName    = "name"
	schedWhen    = "when"
	schedCron    = "cron"
	schedZone    = "tz"
	schedEvery   = "every"
	schedEach    = "for_each"
	schedOverlap = "overlap"
	schedMisfire = "misfire"
	schedWindow  = "window"
	schedJitter  = "jitter"
	schedFailure = "on_failure"

	byClock     = "by the clock"
	atIntervals = "at intervals"
	onlyOnce    = "once"
	pauses      = "pause"
)

// scheduleFields declare what a schedule is asked for, beside what it launches. on is what its kind acts on.
func scheduleFields(on engine.Subject) []engine.Field {
	clock := func(in engine.Inputs) bool { return in[schedWhen] != atIntervals }
	interval := func(in engine.Inputs) bool { return in[schedWhen] == atIntervals }
	check := func(change func(s *schedule.Schedule, value string, in engine.Inputs) error) func(string, engine.Inputs) error {
		return func(value string, in engine.Inputs) error {
			s := schedule.Schedule{Name: "x", Kind: "x", Every: schedule.Span(time.Hour)}
			if err := change(&s, value, in); err != nil {
				return err
			}
			return bare(s.Check())
		}
	}
	span := func(of func(*schedule.Schedule) *schedule.Span) func(string, engine.Inputs) error {
		return check(func(s *schedule.Schedule, value string, in engine.Inputs) error {
			_ = s.Window.UnmarshalText([]byte(in[schedWindow])) // what is wrong with it is said there
			return bare(of(s).UnmarshalText([]byte(value)))
		})
	}
	out := []engine.Field{
		{
			Name: schedName, Label: "Name", Type: engine.TextField, Required: true, Help: "what it is called: small letters, digits, dots and dashes",
			Check: check(func(s *schedule.Schedule, value string, _ engine.Inputs) error { s.Name = value; return nil }),
		},
		{Name: schedWhen, Label: "When", Type: engine.ChoiceField, Default: byClock, Choices: []string{byClock, atIntervals}},
		{
			Name: schedCron, Label: "Cron", Type: engine.TextField, Required: true, Default: "30 2 * * *", When: clock,
			Help: "minute, hour, day of month, month, weekday: 30 2 * * * is every night at half past two",
			Check: check(func(s *schedule.Schedule, value string, _ engine.Inputs) error {
				s.Every, s.Cron = 0, value
				return nil
			}),
		},
		{
			Name: schedZone, Label: "Zone", Type: engine.TextField, When: clock, Help: "whose clocks: Europe/Berlin; UTC when left out",
			Check: check(func(s *schedule.Schedule, value string, _ engine.Inputs) error {
				s.Every, s.Cron, s.Zone = 0, "0 0 * * *", value
				return nil
			}),
		},
		{
			Name: schedEvery, Label: "Every", Type: engine.TextField, Required: true, Default: "6h", When: interval, Help: "a minute or more: 90m, 6h",
			Check: span(func(s *schedule.Schedule) *schedule.Span { return &s.Every }),
		},
	}
	if on.Type != "" {
		out = append(out, engine.Field{
			Name: schedEach, Label: "For each", Type: engine.TextField,
			Help:  fmt.Sprintf("tag:web launches one for each %s that has the tag then, in place of the one above; left out: one", on.Type),
			Check: check(func(s *schedule.Schedule, value string, _ engine.Inputs) error { s.ForEach = value; return nil }),
		})
	}
	return append(out,
		engine.Field{Name: schedOverlap, Label: "Overlap", Type: engine.ChoiceField, Default: "skip", Choices: []string{"skip", string(schedule.OverlapQueue)}, Help: "while the one before is not at rest"},
		engine.Field{Name: schedMisfire, Label: "Too late", Type: engine.ChoiceField, Default: "skip", Choices: []string{"skip", onlyOnce}, Help: "what is later than its window is missed, or the newest of it is launched once"},
		engine.Field{
			Name: schedWindow, Label: "Window", Type: engine.TextField, Default: "1h", Help: "how late it may start",
			Check: span(func(s *schedule.Schedule) *schedule.Span { return &s.Window }),
		},
		engine.Field{
			Name: schedJitter, Label: "Jitter", Type: engine.TextField, Help: "put each start off by a share of this that is always the same: 10m",
			Check: span(func(s *schedule.Schedule) *schedule.Span { return &s.Jitter }),
		},
		engine.Field{Name: schedFailure, Label: "On failure", Type: engine.ChoiceField, Default: "roll back", Choices: []string{"roll back", pauses}, Help: "when a step has failed for good"},
	)
}

// bare is an error without what says that it is an input's: it stands under its field.
func bare(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), engine.ErrInput.Error()+": ")) //nolint:err113 // for a person alone
}

// scheduleOf is the schedule that a launch becomes. For each thing with a tag it names none itself.
func scheduleOf(l engine.Launch, in engine.Inputs, kinds []engine.Kind) (schedule.Schedule, error) {
	s := schedule.Schedule{
		Name: in[schedName], Kind: l.Kind, Steps: l.Steps, Inputs: engine.Inputs{}, ForEach: in[schedEach], Cron: in[schedCron], Zone: in[schedZone],
	}
	maps.Copy(s.Inputs, l.Inputs)
	if s.ForEach != "" {
		for _, k := range kinds {
			if k.Name != s.Kind {
				continue
			}
			for name := range k.On.Inputs {
				delete(s.Inputs, name)
			}
		}
	}
	for name, to := range map[string]*schedule.Span{schedEvery: &s.Every, schedWindow: &s.Window, schedJitter: &s.Jitter} {
		if in[name] == "" {
			continue
		}
		if err := to.UnmarshalText([]byte(in[name])); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	if in[schedOverlap] == string(schedule.OverlapQueue) {
		s.Overlap = schedule.OverlapQueue
	}
	if in[schedMisfire] == onlyOnce {
		s.Misfire = schedule.MisfireOnce
	}
	if in[schedFailure] == pauses {
		s.OnFailure = engine.OnFailurePause
	}
	return s, s.Check()
}

// nextTimes are the next five times of a schedule.
func nextTimes(s *schedule.Schedule, now time.Time) []time.Time {
	rule, err := s.Rule()
	if err != nil {
		return nil
	}
	var out []time.Time
	for at := rule.Next(now); !at.IsZero() && len(out) < 5; at = rule.Next(at) {
		out = append(out, at)
	}
	return out
}
