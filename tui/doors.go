package tui

import (
	"arcadia/engine"
	"arcadia/tui/keys"
)

// The doors are the ways in to the launch form and the dialogs. Each returns the action that opens it; a nil *engine.Summary is
// never passed, and the verb has been found possible (see Possible) for the saga as shown.

// launchDoor opens the launch form, with kind and inputs filled in as far as they are given.
func launchDoor(_ *Env, l engine.Launch) Action { return Open{newLaunch(l)} }

// verbDoor asks before a verb is done to a saga.
func verbDoor(_ *Env, c keys.Command, s engine.Summary) Action { return Show{newDialog(c, 0, s)} }

// resolveDoor asks for the reason why what row idx has left behind may stay.
func resolveDoor(_ *Env, s engine.Summary, idx int) Action {
	return Show{newDialog(keys.CmdResolve, idx, s)}
}

// markedDoor asks once before a verb is done to several sagas. Those that it is impossible for
// are listed and left as they are.
func markedDoor(_ *Env, c keys.Command, marked []engine.Summary) Action {
	return Show{newDialog(c, 0, marked...)}
}
