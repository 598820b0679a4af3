package cli

import "arcadia/tui"

// clean makes text of outside origin safe to show, in one line.
func clean(s string) string { return tui.Clean(s) }
