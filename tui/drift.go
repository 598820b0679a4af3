package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/theme"
)

// hopeless says why a command can do nothing about the drift; empty when it can.
func hopeless(d estate.Drift, c keys.Command) string {
	if len(d.Cures) == 0 || slices.Contains(d.Cures, string(c)) {
		return ""
	}
	what := "changed"
	if d.State == estate.Deleted {
		what = "gone"
	}
	return fmt.Sprintf("it is %s, and %s can do nothing about that: %s can", what, c, strings.Join(d.Cures, " and "))
}

// Drifts knows how resources stand. It is called from commands only.
type Drifts interface {
	// Drifts is what was last found, by the resource's key. It looks at nothing; the map is the caller's.
	Drifts() map[string]estate.Drift
	// Changed is closed when Drifts answers something else. Ask for it before Drifts, and again after it was closed.
	Changed() <-chan struct{}
	// Check looks now, at the resources with these keys or at all. What it found is in Drifts when it returns; the error
	// says what could not be looked at.
	Check(ctx context.Context, keys ...string) error
}

// driftsMsg is what was found, and what to wait on for more.
type driftsMsg struct {
	all  map[string]estate.Drift
	next <-chan struct{}
}

// lookDrifts waits until wait is closed, and reads what was found. One is in flight; the first has nothing to wait on.
func (a *App) lookDrifts(wait <-chan struct{}) tea.Cmd {
	ctx, drifts := a.ctx, a.cfg.Drifts
	if drifts == nil {
		return nil
	}
	return func() tea.Msg {
		if wait != nil {
			select {
			case <-ctx.Done():
				return nil
			case <-wait:
			}
			if !sleep(ctx, pace) { // a round finds many things, one soon after the other
				return nil
			}
		}
		m := driftsMsg{next: drifts.Changed(), all: drifts.Drifts()}
		for key, d := range m.all {
			m.all[key] = cleanDrift(d)
		}
		return m
	}
}

func cleanDrift(d estate.Drift) estate.Drift {
	d.State, d.Note = estate.State(visible.Text(string(d.State))), visible.Text(d.Note)
	changes := make([]engine.FieldChange, len(d.Changes))
	for i, c := range d.Changes {
		changes[i] = engine.FieldChange{Name: visible.Text(c.Name), From: visible.Text(c.From), To: visible.Text(c.To), Note: visible.Text(c.Note)}
	}
	d.Changes = changes
	return d
}

// drift is how a resource stands as far as is known; the zero state is not_checked.
func (s *State) drift(key string) estate.Drift {
	d, ok := s.Drifts[key]
	if !ok {
		return estate.Drift{State: estate.NotChecked, Note: "not looked at yet"}
	}
	return d
}

// found takes over what was found.
func (s *State) found(all map[string]estate.Drift) {
	s.Drifts, s.Astray = all, 0
	for _, d := range all {
		if d.Astray() {
			s.Astray++
		}
	}
}

// driftLook is how a state of drift looks.
func driftLook(t *theme.Theme, state estate.State) theme.Look {
	y := &t.Symbols
	switch state {
	case estate.InSync:
		return theme.Look{Symbol: y.Completed, Word: "in sync", Ink: t.Completed}
	case estate.Modified:
		return theme.Look{Symbol: y.Compensating, Word: "modified", Ink: t.Compensating}
	case estate.Deleted:
		return theme.Look{Symbol: y.StepFailed, Word: "deleted", Ink: t.Failed}
	case estate.NotChecked:
	}
	return theme.Look{Symbol: y.Pending, Word: say.Words(string(state)), Ink: t.Faint}
}
