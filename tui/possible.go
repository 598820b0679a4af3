package tui

import (
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
)

// impossible says why a verb cannot be done to a saga as it is shown; empty when it can. whole is the saga with its rows, as
// far as it has been read; nil when it has not. The engine has the last word.
func (e *Env) impossible(c Command, s *engine.Summary, whole *engine.Saga) string {
	b, _ := e.Keys.Of(c)
	if why := e.unfit(b); why != "" {
		return why
	}
	if s == nil {
		return "no saga is chosen"
	}
	switch c {
	case CmdCancel:
		switch {
		case s.Status == engine.Completed:
			return "it is completed; roll back undoes it"
		case s.Status.Terminal():
			return "it is " + say.Words(string(s.Status)) + " already"
		case s.CancelRequested:
			return "it is being canceled already"
		case s.Status == engine.Compensating:
			return "it is being rolled back already"
		}
	case CmdRollback:
		switch s.Status {
		case engine.Pending, engine.Running:
			return "it is " + string(s.Status) + "; cancel stops it and undoes what it did"
		case engine.Compensating, engine.RolledBack:
			return "it is " + say.Words(string(s.Status)) + " already"
		case engine.Completed, engine.Failed:
		}
		if why := forGood(whole); why != "" && s.Status == engine.Completed {
			return "it cannot be undone: " + why
		}
	case CmdRetry:
		switch {
		case s.Status == engine.Failed:
		case s.Status.Terminal():
			return "it is " + say.Words(string(s.Status)) + "; nothing waits for a retry"
		case s.Paused:
			return "it is paused; resume lets it go on"
		case strings.HasPrefix(s.WaitingOn, "saga "):
			return "it waits for another saga; a retry would not help"
		case s.WaitingOn == "" && notDue(whole) == nil:
			return "nothing in it waits for a retry"
		}
	case CmdPause:
		switch {
		case s.Status.Terminal():
			return "it is " + say.Words(string(s.Status)) + " already"
		case s.Paused:
			return "it is paused already"
		}
	case CmdResume:
		if !s.Paused {
			return "it is not paused"
		}
	case CmdSkip:
		if s.Status != engine.Running || !s.NeedsOperator() || s.Paused {
			return "no step of it waits for a decision"
		}
		if r := stuck(whole); r != nil && r.Dirty {
			return "step " + strconv.Itoa(r.Idx) + " may have changed something; retry or cancel it"
		}
	case CmdResolve:
		if s.Status != engine.Failed {
			return "nothing is left behind"
		}
	}
	return ""
}

// notDue is the row whose next attempt is not due yet, or nil.
func notDue(s *engine.Saga) *engine.Row {
	if s == nil || s.Status.Terminal() {
		return nil
	}
	for i := range s.Rows {
		r := &s.Rows[i]
		if (r.Status == engine.RowRunning || r.Status == engine.RowCompensating) && !r.NextAttemptAt.IsZero() {
			return r
		}
	}
	return nil
}

// verb opens the dialog of a verb for a saga, or says why it cannot be done.
func (e *Env) verb(c Command, s *engine.Summary, whole *engine.Saga) Action {
	c = meant(c, s)
	if why := e.impossible(c, s, whole); why != "" {
		return Notify{Level: say.Error, Text: string(c) + ": " + why, Saga: shortOf(s)}
	}
	switch c {
	case CmdCancel, CmdRollback, CmdRetry, CmdPause, CmdResume, CmdSkip:
		return verbDoor(e, c, *s)
	}
	return nil
}

// meant is the verb that a key means for a saga: that of pause lets a paused one go on.
func meant(c Command, s *engine.Summary) Command {
	if c == CmdPause && s != nil && s.Paused {
		return CmdResume
	}
	return c
}

// stuck is the row that has failed and waits for a person's decision, or nil.
func stuck(s *engine.Saga) *engine.Row {
	if s == nil || s.Status != engine.Running || s.CurrentStepIdx >= len(s.Rows) || s.Rows[s.CurrentStepIdx].Status != engine.RowFailed {
		return nil
	}
	return &s.Rows[s.CurrentStepIdx]
}

// forGood says why something that a saga did cannot be taken back; empty when all of it can, as far as is known.
func forGood(s *engine.Saga) string {
	if s == nil {
		return ""
	}
	for i := range s.Rows {
		if f := s.Rows[i].Final; f != "" {
			return f
		}
	}
	return ""
}

func shortOf(s *engine.Summary) string {
	if s == nil {
		return ""
	}
	return s.Short
}

// verbs are what the actions menu offers for a saga, in its order.
var verbs = []Command{CmdOpen, CmdLog, CmdCancel, CmdRollback, CmdRetry, CmdResolve, CmdPause, CmdResume, CmdSkip, CmdEntries, CmdCopy, CmdNew}

// actionsMenu offers everything that can be done to a saga; what cannot be done is greyed, with the reason.
func actionsMenu(env *Env, s *engine.Summary, whole *engine.Saga, skip ...Command) Action {
	var items []item
	for _, c := range verbs {
		if slices.Contains(skip, c) {
			continue
		}
		b, _ := env.Keys.Of(c)
		it := item{Key: b.Show(), Text: string(c), Note: b.Help, Danger: b.Danger, Do: Press{c}}
		it.Why = env.impossible(c, s, whole)
		if c == CmdPause && meant(c, s) != c {
			it.Key = "" // it is that of resume now
		}
		if c == CmdResume && it.Key == "" && s != nil && s.Paused {
			it.Key = env.Keys.Hint(CmdPause).Key
		}
		items = append(items, it)
	}
	name := "Actions"
	if s != nil {
		name += " for " + s.Short
	}
	return Show{newMenu(name, items)}
}
