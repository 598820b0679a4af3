package tui

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
)

// launchKind opens the launch form for a kind.
type launchKind struct{ kind string }

func (l launchKind) perform(a *App) tea.Cmd {
	return a.do(launchDoor(&a.env, engine.Launch{Kind: l.kind}))
}
