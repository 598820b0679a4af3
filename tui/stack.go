package tui

import "arcadia/tui/keys"

// stack is one root screen and what has been opened on top of it. It is never empty.
type stack []Screen

// root is the command that shows it.
func (s stack) root() keys.Command {
	if r, ok := s[0].(interface{ root() keys.Command }); ok {
		return r.root()
	}
	return ""
}

func (s *stack) push(x Screen) { *s = append(*s, x) }

// pop removes the topmost screen, but never the root.
func (s *stack) pop() bool {
	if len(*s) < 2 {
		return false
	}
	*s = (*s)[:len(*s)-1]
	return true
}

func (a *App) stack() *stack { return &a.stacks[a.at] }

// screen is the one that is shown.
func (a *App) screen() Screen {
	s := a.stacks[a.at]
	return s[len(s)-1]
}
