package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
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
	rows   list.Window // of the ledger, and what the timeline shows
	log    list.Window
}

// newSaga opens the screen of a saga as the list shows it.
func newSaga(s *engine.Summary, log bool) *saga {
	x := &saga{from: "sagas", first: *s, rested: s.Status.Terminal(), seen: watched{log: true}, log: list.Window{Follow: true}}
	x.seen.point(s.ID, s.Seq)
	if log {
		x.pane = logPane
	}
	return x
}

// Title is the breadcrumb.
func (s *saga) Title(*Env) []string { return []string{s.from, s.first.Short} }

// Hints are for what is under the cursor.
func (s *saga) Hints(env *Env) []keys.Command {
	out := []keys.Command{keys.CmdOpen, keys.CmdEntries, keys.CmdActions}
	if c := env.next(s.summary(), s.seen.whole()); c != "" {
		out = append(out, c)
	}
	return append(out, keys.CmdPane, keys.CmdTimes, keys.CmdBack)
}

// Where says that the log goes on by itself.
func (s *saga) Where(*Env) string {
	if s.log.Follow && !s.summary().Status.Terminal() {
		return "following the log"
	}
	return ""
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
	if next, is := s.seen.follow(msg, s); is {
		s.log.Grow(s.entries())
		return next
	}
	switch msg := msg.(type) {
	case foundMsg:
		if act := msg.without(env, needsMe(s.summary())); act != nil {
			return act
		}
		return Open{answers(msg.saga)}
	case tea.MouseWheelMsg:
		s.move(map[bool]keys.Command{true: keys.CmdUp, false: keys.CmdDown}[msg.Button == tea.MouseWheelUp])
	}
	return nil
}

// Commands are those of one saga.
func (s *saga) Commands(*Env) []command {
	plain := func(b keys.Binding, do func()) command {
		return command{Binding: b, do: func(*Env) Action { do(); return nil }}
	}
	out := []command{
		{Binding: bind(keys.OneSaga, keys.CmdEntries, "entries", "the saga's entries as JSON", "e"), do: func(*Env) Action { return showEntries(s.first.ID, s.first.Short) }},
		{Binding: danger(bind(keys.OneSaga, keys.CmdResolve, "resolve", "accept what this row has left behind; asks for the reason")), why: s.unresolvable, do: s.resolve},
		{Binding: bind(keys.Sagas, keys.CmdNew, "again", "launch it again: its form, with its inputs", "n"), why: func(env *Env) string {
			if why := operators(env); why != "" || s.seen.whole() != nil {
				return why
			}
			return say.NoSaga
		}, do: func(env *Env) Action { return againDoor(env, s.seen.whole()) }},
		{Binding: bind(keys.OneSaga, keys.CmdEvery, "every", "launch it again and again: a schedule with its inputs"), why: func(env *Env) string {
			if why := operators(env); why != "" || s.seen.whole() != nil {
				return why
			}
			return say.NoSaga
		}, do: func(env *Env) Action { return Open{newScheduling(relaunch(env, s.seen.whole()))} }},
		{Binding: actionsKey, do: func(env *Env) Action {
			shown := slices.DeleteFunc(s.Commands(env), func(c command) bool { return c.Command == keys.CmdOpen })
			return actionsMenu(env, shown, s.summary())
		}},
	}
	out = append(out, decideKey(s.summary))
	out = append(out, verbCommands(s.summary, s.seen.whole, func(*Env) []engine.Summary { return nil })...)
	out = append(out,
		plain(bind(keys.Sagas, keys.CmdLog, "log", "the saga's log", "L"), func() { s.pane = logPane }),
		command{Binding: needsKey, do: func(env *Env) Action { return Ask{To: s, Read: findNeedy(s.first.ID, env.State.needy())} }},
		plain(bind(keys.Everywhere, keys.CmdPane, "next pane", "the next pane", "tab"), func() { s.pane = (s.pane + 1) % panes }),
		plain(bind(keys.Everywhere, keys.CmdPaneBack, "pane before", "the pane before", "shift+tab"), func() { s.pane = (s.pane + panes - 1) % panes }),
		command{Binding: copyKey, do: func(env *Env) Action { return Show{newMenu("Copy", copyItems(env, s.summary()))} }},
		command{Binding: openKey, do: s.open},
	)
	out = append(out, backing(then(Back{}))...)
	return append(out, moving(func(_ *Env, c keys.Command) Action {
		s.move(c)
		return nil
	})...)
}

func (s *saga) move(c keys.Command) {
	if s.pane == logPane {
		s.log.Press(c, s.entries())
		s.log.Follow = s.log.At >= s.entries()-1
		return
	}
	s.rows.Press(c, len(s.summary().StepNames))
}

// entries is how many lines the log has.
func (s *saga) entries() int {
	if d := s.seen.shown(); d != nil {
		return len(d.entries)
	}
	return 0
}

// open shows all of what is under the cursor.
func (s *saga) open(env *Env) Action {
	d := s.seen.shown()
	switch {
	case d == nil:
		return nil
	case s.pane == logPane:
		if i := s.log.At; i >= 0 && i < len(d.entries) {
			return showEntry(env, d, i)
		}
	case s.rows.At < len(d.saga.Rows):
		return showRow(env, d, s.rows.At)
	default:
		return Notify{Text: "this step was not reached"}
	}
	return nil
}

// unresolvable says why nothing that is left behind can be accepted.
func (s *saga) unresolvable(env *Env) string {
	if why := env.impossible(keys.CmdResolve, s.summary(), s.seen.whole()); why != "" {
		return why
	}
	if s.leftRow() < 0 {
		return "nothing is left behind"
	}
	return ""
}

// resolve asks for the reason why what the row under the cursor has left behind may stay; without such a row it takes the
// first that there is.
func (s *saga) resolve(*Env) Action {
	s.rows.At = s.leftRow()
	return Show{newDialog(keys.CmdResolve, s.rows.At, *s.summary())}
}

// leftRow is the row that resolve is about, or -1.
func (s *saga) leftRow() int {
	d := s.seen.shown()
	if d == nil {
		return -1
	}
	left := say.Residue(d.saga)
	switch {
	case len(left) == 0:
		return -1
	case slices.Contains(left, s.rows.At):
		return s.rows.At
	}
	return left[0]
}
