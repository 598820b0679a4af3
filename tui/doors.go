package tui

import "arcadia/engine"

// The doors are the ways in to the launch form and the dialogs. Each returns the action that opens it; a nil *engine.Summary is
// never passed, and the verb has been found possible (see Possible) for the saga as shown.

// launchDoor opens the launch form, with kind and inputs filled in as far as they are given.
func launchDoor(_ *Env, _ engine.Launch) Action { return absent("the launch form") }

// cancelDoor asks before a cancel.
func cancelDoor(_ *Env, _ engine.Summary) Action { return absent("cancel") }

// rollbackDoor asks before a rollback.
func rollbackDoor(_ *Env, _ engine.Summary) Action { return absent("roll back") }

// retryDoor asks before a retry.
func retryDoor(_ *Env, _ engine.Summary) Action { return absent("retry") }

// resolveDoor asks for the reason why what row idx has left behind may stay.
func resolveDoor(_ *Env, _ engine.Summary, _ int) Action { return absent("resolve") }

func absent(what string) Action { return Notify{Level: Error, Text: what + " is not in this build"} }
