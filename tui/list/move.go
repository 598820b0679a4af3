// Package list is the console's one list: rows that a cursor is tied to by key, filtered, ordered, scrolled, clicked and marked
// the same way wherever they come from: a Table holds all of them, Pages hold a part of a store's, of any length.
package list

import "arcadia/tui/keys"

// Move is where a cursor goes in a list of n rows, tall of them shown. It reports false for what is no move.
func Move(c keys.Command, at, n, tall int) (int, bool) {
	switch c {
	case keys.CmdDown:
		at++
	case keys.CmdUp:
		at--
	case keys.CmdNewest:
		at = 0
	case keys.CmdOldest:
		at = n - 1
	case keys.CmdHalfDown:
		at += max(1, tall/2)
	case keys.CmdHalfUp:
		at -= max(1, tall/2)
	case keys.CmdPageDown:
		at += max(1, tall)
	case keys.CmdPageUp:
		at -= max(1, tall)
	default:
		return at, false
	}
	return max(0, min(at, n-1)), true
}
