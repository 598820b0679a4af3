package tui

import (
	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// impossible says why a verb cannot be done to a saga as it is shown; empty when it can. whole is the saga with its rows, as
// far as it has been read; nil when it has not. The engine has the last word.
func (e *Env) impossible(c keys.Command, s *engine.Summary, whole *engine.Saga) string {
	if why := operators(e); why != "" {
		return why
	}
	if s == nil {
		return say.NoSaga
	}
	err := s.Refuses(asks[c])
	if whole != nil {
		err = whole.Refuses(asks[c])
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
	keys.CmdProceed: engine.VerbProceed, keys.CmdPostpone: engine.VerbPostpone, keys.CmdGlass: engine.VerbBreakGlass,
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

// next is the verb that a saga calls for, for the footer: the first of these that can be done; empty when none can.
func (e *Env) next(s *engine.Summary, whole *engine.Saga) keys.Command {
	if s != nil && needsMe(s) {
		return keys.CmdDecide
	}
	for _, c := range []keys.Command{keys.CmdCancel, keys.CmdRollback, keys.CmdRetry} {
		if e.impossible(c, s, whole) == "" {
			return c
		}
	}
	return ""
}

// The commands that sagas have on both their screens.
var (
	actionsKey = bind(keys.Sagas, keys.CmdActions, "actions", "everything that can be done to this saga", "a")
	needsKey   = bind(keys.Sagas, keys.CmdNeedsMe, "needs me", "the next saga that needs a person", "!")
)

// newKey is the command that opens the launch form.
func newKey() command {
	return command{Binding: bind(keys.Sagas, keys.CmdNew, "new", "launch a saga", "n"), why: operators, do: func(*Env) Action {
		return launchDoor(engine.Launch{})
	}}
}

// decideKey is the command that opens the decision about the saga that is chosen.
func decideKey(chosen func() *engine.Summary) command {
	return command{
		Binding: bind(keys.Sagas, keys.CmdDecide, "decide", "say what becomes of a saga that needs a person", "d"),
		why: func(*Env) string {
			switch s := chosen(); {
			case s == nil:
				return say.NoSaga
			case !needsMe(s):
				return "nothing in it has to be decided"
			}
			return ""
		},
		do: func(*Env) Action { return Open{answers(chosen())} },
	}
}

// verbCommands are what can be asked of the saga that is chosen, or of those that are marked. The key of pause lets a paused one
// go on.
func verbCommands(chosen func() *engine.Summary, whole func() *engine.Saga, marked func(*Env) []engine.Summary) []command {
	var out []command
	for _, b := range []keys.Binding{
		danger(bind(keys.Sagas, keys.CmdCancel, "cancel", "stop the saga and undo what it did; asks first", "x")),
		danger(bind(keys.Sagas, keys.CmdRollback, "roll back", "undo the whole saga; asks first", "X")),
		danger(bind(keys.Sagas, keys.CmdRetry, "retry", "try again what gave up or waits; asks first", "r")),
		bind(keys.Sagas, keys.CmdPause, "pause", "let the step under way finish and start no other; a paused saga is resumed; asks first", "p"),
		danger(bind(keys.Sagas, keys.CmdResume, "resume", "let a paused saga go on; asks first")),
		danger(bind(keys.Sagas, keys.CmdSkip, "skip", "go on without the step that failed, when it changed nothing; asks first", "s")),
		danger(bind(keys.Sagas, keys.CmdProceed, "proceed", "end the wait for a moment: the saga goes on at once; asks why")),
		danger(bind(keys.Sagas, keys.CmdPostpone, "postpone", "move the wait to another moment; asks why")),
		danger(bind(keys.Sagas, keys.CmdGlass, "break glass", "let it go on without its approvals, after a while and in sight of all; asks why")),
	} {
		why := func(env *Env) string { return env.impossible(b.Command, chosen(), whole()) }
		out = append(out, command{
			Binding: b,
			why: func(env *Env) string {
				if len(marked(env)) > 0 { // those that it cannot be done to are listed and left as they are
					return operators(env)
				}
				if s := chosen(); b.Command == keys.CmdPause && s != nil && s.Paused {
					return env.impossible(keys.CmdResume, s, whole())
				}
				return why(env)
			},
			do: func(env *Env) Action {
				if all := marked(env); len(all) > 0 {
					return Show{newDialog(b.Command, 0, all...)}
				}
				s, c := chosen(), b.Command
				if c == keys.CmdPause && s.Paused {
					c = keys.CmdResume
				}
				return Show{newDialog(c, 0, *s)}
			},
		})
	}
	return out
}

// actionsMenu offers everything that can be done to a saga; what cannot be done is grayed, with the reason.
func actionsMenu(env *Env, all []command, s *engine.Summary) Action {
	items := pickItems(env, all, keys.CmdOpen, keys.CmdLog, keys.CmdDecide, keys.CmdCancel, keys.CmdRollback, keys.CmdRetry, keys.CmdResolve, keys.CmdPause,
		keys.CmdResume, keys.CmdSkip, keys.CmdProceed, keys.CmdPostpone, keys.CmdGlass, keys.CmdEntries, keys.CmdCopy, keys.CmdNew, keys.CmdEvery)
	for i := range items {
		switch it := &items[i]; {
		case !s.Paused:
		case it.Text == string(keys.CmdPause): // its key is that of resume now
			it.Why, it.Key = env.impossible(keys.CmdPause, s, nil), ""
		case it.Text == string(keys.CmdResume) && it.Key == "":
			it.Key = env.keyOf(keys.CmdPause)
		}
	}
	return Show{newMenu("Actions for "+s.Short, items)}
}
