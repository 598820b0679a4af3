package tui

import (
	"testing"

	"arcadia/tui/keys"
)

// TestTheKeysOfTheDesignAreBound compares the map with the list in the console's contract.
func TestTheKeysOfTheDesignAreBound(t *testing.T) {
	t.Parallel()
	want := map[keys.Scope]map[string]keys.Command{
		keys.Everywhere: {
			"?": keys.CmdHelp, ":": keys.CmdPalette, "/": keys.CmdFilter, "esc": keys.CmdBack, "q": keys.CmdOut, "ctrl+c": keys.CmdLeave, "tab": keys.CmdPane,
			"1": keys.CmdSagas, "2": keys.CmdDroplets, "3": keys.CmdRecords, "4": keys.CmdResource, "5": keys.CmdMessages, "6": keys.CmdLogs, "L": keys.CmdLogs, "T": keys.CmdTimes, "y": keys.CmdCopy,
			"ctrl+l": keys.CmdRedraw, "f2": keys.CmdMouse, "7": keys.CmdCopies, "0": keys.CmdNetwork, "W": keys.CmdFreeze,
		},
		keys.Lists: {
			"j": keys.CmdDown, "k": keys.CmdUp, "up": keys.CmdUp, "down": keys.CmdDown, "g": keys.CmdNewest, "G": keys.CmdOldest, "ctrl+u": keys.CmdHalfUp, "ctrl+d": keys.CmdHalfDown,
			"pgup": keys.CmdPageUp, "pgdown": keys.CmdPageDown, "home": keys.CmdNewest, "end": keys.CmdOldest, "enter": keys.CmdOpen, "l": keys.CmdOpen, "h": keys.CmdBack,
			"space": keys.CmdMark, "<": keys.CmdSortLeft, ">": keys.CmdSortNext, "o": keys.CmdOrder, "f": keys.CmdHold,
		},
		keys.Sagas:       {"n": keys.CmdNew, "a": keys.CmdActions, "x": keys.CmdCancel, "X": keys.CmdRollback, "r": keys.CmdRetry, "L": keys.CmdLog, "!": keys.CmdNeedsMe, "p": keys.CmdPause, "s": keys.CmdSkip},
		keys.Machines:    {"s": keys.CmdSnapshot},
		keys.Provisioned: {"v": keys.CmdCheck, "ctrl+r": keys.CmdReload, "r": keys.CmdRestore, "t": keys.CmdAccept, "d": keys.CmdForget},
		keys.Strays:      {"t": keys.CmdAdopt, "d": keys.CmdWipe},
	}
	k := builtIn()
	for scope, bound := range want {
		for key, c := range bound {
			if got, _ := k.Find(key, scope); got != c {
				t.Errorf("%s: %q does %q, want %q", scope, key, got, c)
			}
		}
	}
}

func TestAKeyMeansOneThingInAScope(t *testing.T) {
	t.Parallel()
	seen := map[string]keys.Command{}
	for _, b := range builtIn().All() {
		if b.Help == "" || b.Word == "" {
			t.Errorf("%s in %s has no words for the help", b.Command, b.Scope)
		}
		for _, key := range b.Keys {
			id := string(b.Scope) + " " + key
			if other, twice := seen[id]; twice && other != b.Command {
				t.Errorf("%s does %s and %s", id, other, b.Command)
			}
			seen[id] = b.Command
		}
	}
}
