package keys

import (
	"slices"
	"strings"
	"testing"
)

func TestNoMutationIsBoundToAKeyThatATornSequenceProduces(t *testing.T) {
	t.Parallel()
	for _, b := range Bindings() {
		for _, k := range b.Keys {
			if b.Danger && len(k) == 1 && strings.Contains(torn, k) {
				t.Errorf("%s is bound to %q", b.Command, k)
			}
		}
	}
}

func TestSomeKeysAreNeverBound(t *testing.T) {
	t.Parallel()
	for _, b := range Bindings() {
		for _, k := range b.Keys {
			if slices.Contains(never, k) {
				t.Errorf("%s is bound to %q", b.Command, k)
			}
		}
	}
}

// TestTheKeysOfTheDesignAreBound compares the map with the list in the console's contract.
func TestTheKeysOfTheDesignAreBound(t *testing.T) {
	t.Parallel()
	want := map[Scope]map[string]Command{
		Everywhere: {
			"?": CmdHelp, ":": CmdPalette, "/": CmdFilter, "esc": CmdBack, "q": CmdOut, "ctrl+c": CmdLeave, "tab": CmdPane,
			"1": CmdSagas, "2": CmdDroplets, "3": CmdRecords, "4": CmdResource, "5": CmdMessages, "6": CmdLogs, "L": CmdLogs, "T": CmdTimes, "y": CmdCopy,
			"ctrl+l": CmdRedraw, "f2": CmdMouse, "7": CmdOrphans, "W": CmdFreeze,
		},
		Lists: {
			"j": CmdDown, "k": CmdUp, "up": CmdUp, "down": CmdDown, "g": CmdNewest, "G": CmdOldest, "ctrl+u": CmdHalfUp, "ctrl+d": CmdHalfDown,
			"pgup": CmdPageUp, "pgdown": CmdPageDown, "home": CmdNewest, "end": CmdOldest, "enter": CmdOpen, "l": CmdOpen, "h": CmdBack,
			"space": CmdMark, "<": CmdSortLeft, ">": CmdSortNext, "o": CmdOrder, "f": CmdHold,
		},
		Sagas:       {"n": CmdNew, "a": CmdActions, "x": CmdCancel, "X": CmdRollback, "r": CmdRetry, "L": CmdLog, "!": CmdNeedsMe, "p": CmdPause, "s": CmdSkip},
		Machines:    {"s": CmdSnapshot},
		Provisioned: {"v": CmdCheck, "ctrl+r": CmdReload, "r": CmdRestore, "t": CmdAccept, "d": CmdForget},
		Strays:      {"t": CmdAdopt, "d": CmdWipe},
	}
	k := BuiltIn()
	for scope, keys := range want {
		for key, c := range keys {
			if got, _ := k.Find(key, scope); got != c {
				t.Errorf("%s: %q does %q, want %q", scope, key, got, c)
			}
		}
	}
}

func TestAKeyMeansOneThingInAScope(t *testing.T) {
	t.Parallel()
	seen := map[string]Command{}
	for _, b := range Bindings() {
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
