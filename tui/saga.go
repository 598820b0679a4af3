package tui

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// The panes of the saga screen.
type pane int

const (
	ledgerPane pane = iota
	timelinePane
	logPane
	panes
)

// saga is the screen of one saga: its header, its ledger, its timeline and its log.
type saga struct {
	from  string // the screen that it was opened from
	first engine.Summary
	seen  watched

	rested bool // it was at rest with the last change: the bell rings at its end, once
	pane   pane
	row    int // the cursor in the ledger, and what the timeline shows
	rowTop int
	log    reel
	tall   [panes]int
}

// newSaga opens the screen of a saga as the list shows it.
func newSaga(s *engine.Summary, log bool) *saga {
	x := &saga{from: "sagas", first: *s, rested: s.Status.Terminal(), seen: watched{log: true}, log: newReel()}
	x.seen.point(s.ID, s.Seq)
	if log {
		x.pane = logPane
	}
	return x
}

// Title is the breadcrumb.
func (s *saga) Title(*Env) []string { return []string{s.from, s.first.Short} }

// Scopes are those of one saga, and of a list.
func (s *saga) Scopes() []keys.Scope { return []keys.Scope{keys.OneSaga, keys.Sagas, keys.Lists} }

// Hints are for what is under the cursor.
func (s *saga) Hints(env *Env) []keys.Command {
	out := []keys.Command{keys.CmdOpen, keys.CmdEntries}
	if !env.Config.ReadOnly {
		out = append(out, keys.CmdActions)
		for _, c := range []keys.Command{keys.CmdCancel, keys.CmdRollback, keys.CmdRetry} {
			if env.impossible(c, s.summary(), s.seen.whole()) == "" {
				out = append(out, c)
				break
			}
		}
	}
	return append(out, keys.CmdPane, keys.CmdTimes, keys.CmdBack)
}

// summary is the newest header that is known.
func (s *saga) summary() *engine.Summary {
	if d := s.seen.shown(); d != nil {
		return &d.saga.Summary
	}
	return &s.first
}

// Update takes answers and changes.
func (s *saga) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return s.seen.look(s)
	case Changed:
		s.seen.news(msg.Fresh)
		return s.seen.look(s)
	case detailMsg:
		next := s.seen.take(msg, s)
		if d := s.seen.shown(); d != nil {
			s.log.grow(len(d.entries))
		}
		return next
	case foundMsg:
		switch {
		case msg.err != "":
			return Notify{Level: say.Error, Text: msg.err}
		case msg.saga == nil:
			return Notify{Level: say.Good, Text: "no saga needs you"}
		}
		return Replace{newSaga(msg.saga, false)}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			return s.Do(env, keys.CmdUp)
		}
		return s.Do(env, keys.CmdDown)
	}
	return nil
}

// Do does what is asked of the saga.
func (s *saga) Do(env *Env, c keys.Command) Action {
	switch c {
	case keys.CmdBack:
		return Back{}
	case keys.CmdPane:
		s.pane = (s.pane + 1) % panes
	case keys.CmdPaneBack:
		s.pane = (s.pane + panes - 1) % panes
	case keys.CmdLog:
		s.pane = logPane
	case keys.CmdOpen:
		return s.open(env)
	case keys.CmdEntries:
		return showEntries(env, s.first.ID, s.first.Short)
	case keys.CmdCopy:
		return Show{newMenu("Copy", copyItems(env, s.summary()))}
	case keys.CmdNew:
		return newSagaAction(env)
	case keys.CmdActions:
		return actionsMenu(env, s.summary(), s.seen.whole(), keys.CmdOpen)
	case keys.CmdCancel, keys.CmdRollback, keys.CmdRetry, keys.CmdPause, keys.CmdResume, keys.CmdSkip:
		return env.verb(c, s.summary(), s.seen.whole())
	case keys.CmdResolve:
		return s.resolve(env)
	case keys.CmdNeedsMe:
		return Ask{To: s, Read: findNeedy(s.first.ID, env.State.Waits)}
	default:
		s.move(c)
	}
	return nil
}

func (s *saga) move(c keys.Command) {
	if s.pane == logPane {
		s.log.move(c, s.tall[logPane])
		return
	}
	n := len(s.summary().StepNames)
	if to, ok := moveBy(c, s.row, n, s.tall[ledgerPane]); ok {
		s.row = to
	}
}

// open shows all of what is under the cursor.
func (s *saga) open(env *Env) Action {
	d := s.seen.shown()
	switch {
	case d == nil:
		return nil
	case s.pane == logPane:
		if i := s.log.cursor; i >= 0 && i < len(d.entries) {
			return showEntry(env, d, i)
		}
	case s.row < len(d.saga.Rows):
		return showRow(env, d, s.row)
	default:
		return Notify{Text: "this step was not reached"}
	}
	return nil
}

// resolve asks for the reason why what the row under the cursor has left behind may stay; without such a row it takes the
// first that there is.
func (s *saga) resolve(env *Env) Action {
	if why := env.impossible(keys.CmdResolve, s.summary(), s.seen.whole()); why != "" {
		return Notify{Level: say.Error, Text: "resolve: " + why}
	}
	d := s.seen.shown()
	if d == nil {
		return nil
	}
	left := func(i int) bool {
		return i < len(d.saga.Rows) && d.saga.Rows[i].Status == engine.RowCompensationFailed
	}
	if left(s.row) {
		return resolveDoor(env, *s.summary(), s.row)
	}
	for i := range d.saga.Rows {
		if left(i) {
			s.row = i
			return resolveDoor(env, *s.summary(), i)
		}
	}
	return Notify{Level: say.Error, Text: "resolve: nothing is left behind"}
}
