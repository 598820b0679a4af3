package tui

import (
	"arcadia/engine"
	"arcadia/tui/keys"
)

// Spot is where an operator was: a session that is lost can be taken up there by the next.
type Spot struct {
	Screen keys.Command // a root screen
	Filter string       // of the list of sagas
	Cursor engine.ID    // the saga under its cursor; empty: the first
	Saga   engine.ID    // the saga that was open; empty: none
}

// Spot is where the operator is now. Ask it when the program has ended, or from its own goroutine.
func (a *App) Spot() Spot {
	p := Spot{Screen: a.stack().root()}
	if l, ok := a.stacks[0][0].(*sagas); ok {
		p.Filter = l.search.Text()
		if l.index() > 0 {
			p.Cursor = l.cursor
		}
	}
	if s, ok := a.screen().(*saga); ok {
		p.Saga = s.first.ID
	}
	return p
}

// settleAt brings a new console to a spot, before anything has been read.
func (a *App) settleAt(p Spot) {
	if l, ok := a.stacks[0][0].(*sagas); ok {
		l.search.Set(p.Filter)
		l.cursor, l.chose = p.Cursor, p.Cursor != ""
	}
	for i, s := range a.stacks {
		if s.root() == p.Screen {
			a.at = i
		}
	}
	if p.Saga != "" {
		s := engine.Summary{ID: p.Saga, Short: p.Saga.Short()}
		a.stack().push(newSaga(&s, false))
	}
}
