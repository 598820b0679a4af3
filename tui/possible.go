package tui

import (
	"slices"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// impossible says why a verb cannot be done to a saga as it is shown; empty when it can. whole is the saga with its rows, as
// far as it has been read; nil when it has not. The engine has the last word.
func (e *Env) impossible(c keys.Command, s *engine.Summary, whole *engine.Saga) string {
	b, _ := e.Keys.Of(c)
	if why := e.unfit(b); why != "" {
		return why
	}
	if s == nil {
		return "no saga is chosen"
	}
	v, ok := asks[c]
	if !ok {
		return ""
	}
	err := s.Refuses(v)
	if whole != nil {
		err = whole.Refuses(v)
	}
	if err != nil {
		return visible.Text(err.Error())
	}
	return ""
}

// asks are the commands that ask an engine's verb of a saga. Whether it can be done is the engine's to say.
var asks = map[keys.Command]engine.Verb{
	keys.CmdCancel: engine.VerbCancel, keys.CmdRollback: engine.VerbRollback, keys.CmdRetry: engine.VerbRetry, keys.CmdResolve: engine.VerbResolve,
	keys.CmdPause: engine.VerbPause, keys.CmdResume: engine.VerbResume, keys.CmdSkip: engine.VerbSkip,
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
func (e *Env) verb(c keys.Command, s *engine.Summary, whole *engine.Saga) Action {
	c = meant(c, s)
	if why := e.impossible(c, s, whole); why != "" {
		return Notify{Level: say.Error, Text: string(c) + ": " + why, Saga: shortOf(s)}
	}
	switch c {
	case keys.CmdCancel, keys.CmdRollback, keys.CmdRetry, keys.CmdPause, keys.CmdResume, keys.CmdSkip:
		return verbDoor(e, c, *s)
	}
	return nil
}

// meant is the verb that a key means for a saga: that of pause lets a paused one go on.
func meant(c keys.Command, s *engine.Summary) keys.Command {
	if c == keys.CmdPause && s != nil && s.Paused {
		return keys.CmdResume
	}
	return c
}

func shortOf(s *engine.Summary) string {
	if s == nil {
		return ""
	}
	return s.Short
}

// verbs are what the actions menu offers for a saga, in its order.
var verbs = []keys.Command{keys.CmdOpen, keys.CmdLog, keys.CmdCancel, keys.CmdRollback, keys.CmdRetry, keys.CmdResolve, keys.CmdPause, keys.CmdResume, keys.CmdSkip, keys.CmdEntries, keys.CmdCopy, keys.CmdNew}

// actionsMenu offers everything that can be done to a saga; what cannot be done is greyed, with the reason.
func actionsMenu(env *Env, s *engine.Summary, whole *engine.Saga, skip ...keys.Command) Action {
	var items []item
	for _, c := range verbs {
		if slices.Contains(skip, c) {
			continue
		}
		b, _ := env.Keys.Of(c)
		it := item{Key: b.Show(), Text: string(c), Note: b.Help, Danger: b.Danger, Do: Press{c}}
		it.Why = env.impossible(c, s, whole)
		if c == keys.CmdPause && meant(c, s) != c {
			it.Key = "" // it is that of resume now
		}
		if c == keys.CmdResume && it.Key == "" && s != nil && s.Paused {
			it.Key = env.Keys.Hint(keys.CmdPause).Key
		}
		items = append(items, it)
	}
	name := "Actions"
	if s != nil {
		name += " for " + s.Short
	}
	return Show{newMenu(name, items)}
}
