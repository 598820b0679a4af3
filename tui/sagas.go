package tui

import (
	"context"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// sagas is the home screen: every saga there is, newest first, live, and a preview of the one under the cursor.
type sagas struct {
	roll    roll
	order   order
	search  search
	preview watched

	cursor  engine.ID // Invariant: the cursor is a saga, never a row number
	was     int       // the index that it had when it was last seen
	top     int
	tall    int // rows that were shown
	landing landing
	still   bool // the rows are held
	held    int  // changes since
	err     string
}

// landing is where the cursor goes when the list has been read anew.
type landing int

const (
	landStay landing = iota // on its saga, or its neighbour
	landKeep                // on its saga if it is there, else on the first row
	landFirst
	landLast
)

func newSagas() *sagas {
	return &sagas{search: search{fields: sagaFields}, order: newOrder()}
}

func (s *sagas) root() keys.Command { return keys.CmdSagas }

// Title is the breadcrumb.
func (s *sagas) Title(*Env) []string { return []string{"sagas"} }

// Scopes are those of a list of sagas.
func (s *sagas) Scopes() []keys.Scope { return []keys.Scope{keys.Sagas, keys.Lists} }

// Typing reports whether keys go to the filter.
func (s *sagas) Typing() bool { return s.search.typing() }

// Hints are for the saga under the cursor.
func (s *sagas) Hints(env *Env) []keys.Command {
	if s.search.typing() {
		return nil
	}
	out := []keys.Command{keys.CmdOpen, keys.CmdNew, keys.CmdActions}
	if env.Config.ReadOnly {
		out = []keys.Command{keys.CmdOpen, keys.CmdLog}
	}
	at := s.current()
	if at == nil {
		out = out[:0]
		if !env.Config.ReadOnly {
			out = append(out, keys.CmdNew)
		}
	} else {
		for _, c := range []keys.Command{keys.CmdCancel, keys.CmdRollback, keys.CmdRetry} {
			if env.impossible(c, at, s.preview.whole()) == "" {
				out = append(out, c)
				break
			}
		}
	}
	if env.State.NeedsMe() > 0 && (at == nil || !at.NeedsOperator()) {
		out = append(out, keys.CmdNeedsMe)
	}
	return append(out, keys.CmdFilter)
}

// Update takes answers and changes.
func (s *sagas) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		if s.roll.gen == 0 {
			s.landing = landKeep
			return s.reload(env, s.cursor)
		}
	case Changed:
		return s.changed(env, msg.Fresh)
	case piece:
		return s.took(msg)
	case detailMsg:
		return s.preview.take(msg, s)
	case foundMsg:
		return s.found(env, msg)
	case tea.KeyPressMsg, tea.PasteMsg:
		if s.search.typing() && s.search.update(msg) {
			return s.filtered(env)
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			return s.goTo(s.index() - 3)
		}
		return s.goTo(s.index() + 3)
	case tea.MouseClickMsg:
		return s.clicked(env, msg.Y)
	}
	return nil
}

// reload reads the list again: around the given saga, or from the end that the order begins with.
func (s *sagas) reload(env *Env, around engine.ID) Action {
	f := s.search.filter.sift(func(field, value string) bool { return s.known(env, field, value) })
	limit := 0
	if s.order.by != byAge {
		around, limit = "", sortMax
	}
	wants := s.roll.reset(f, s.order.by == byAge && s.order.turned && around == "", around, limit)
	s.order.forget()
	s.err = ""
	return s.ask(wants)
}

// filtered reads the list again after a change of the filter.
func (s *sagas) filtered(env *Env) Action {
	if s.search.text == "" {
		return s.reload(env, s.cursor)
	}
	s.landing = landKeep
	return s.reload(env, "")
}

// known reports whether a filter's value is a kind or an operator that the store can be asked for as it is.
func (s *sagas) known(env *Env, field, value string) bool {
	if field == "by" {
		return value == env.Config.Operator || slices.ContainsFunc(s.roll.rows, func(r engine.Summary) bool { return r.CreatedBy == value })
	}
	for _, k := range env.State.Kinds {
		if k.Name == value {
			return true
		}
	}
	return false
}

func (s *sagas) ask(wants []want) Action {
	var out Batch
	for _, w := range wants {
		out = append(out, Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg { return w.read(ctx, b) }})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// took adds what a read has found, and reads on while the cursor is close to an open end.
func (s *sagas) took(p piece) Action {
	hold := s.hold()
	if !s.roll.take(p) {
		return nil
	}
	if p.err != nil {
		s.err = visible.Text(p.err.Error())
		return nil
	}
	return s.settle(hold)
}

// changed takes over changes, unless the rows are held.
func (s *sagas) changed(env *Env, f Fresh) Action {
	s.preview.news(f)
	switch {
	case s.still:
		s.held += len(f.Summaries)
		return s.preview.look(s)
	case f.All:
		return Batch{s.reload(env, s.cursor), s.preview.look(s)}
	}
	hold := s.hold()
	s.roll.apply(f.Summaries)
	return s.settle(hold)
}

// hold is where the cursor stands on the screen, so that it can stay there.
type hold struct{ line, top, index int }

func (s *sagas) hold() hold {
	i := s.index()
	return hold{line: i - s.top, top: s.top, index: i}
}

// settle puts the cursor back on its saga, or on its neighbour when the saga has left, without moving it on the screen; a
// list that is shown from its top stays there.
func (s *sagas) settle(h hold) Action {
	most := rollMax
	if s.order.by != byAge {
		most = sortMax
	}
	at, have := s.roll.find(s.cursor)
	if !have {
		at = min(at, len(s.roll.rows)-1)
	}
	s.roll.trim(max(0, at), most)
	s.order.forget()
	n := len(s.roll.rows)
	if n == 0 {
		s.top, s.was = 0, 0
		return s.ask(s.more(0))
	}
	i := s.index()
	if s.roll.began {
		switch {
		case s.landing == landLast:
			i, h = n-1, hold{line: s.tall, top: 1}
		case s.landing == landFirst, s.landing == landKeep && !have, s.cursor == "":
			i, h = 0, hold{}
		}
		s.landing = landStay
	}
	s.cursor, s.was = s.at(i).ID, i
	if h.top == 0 && i < max(1, s.tall) {
		s.top = 0
	} else {
		s.top = max(0, i-max(0, min(h.line, s.tall-1)))
	}
	s.preview.point(s.cursor, s.at(i).Seq)
	return Batch{s.ask(s.more(i)), s.preview.look(s)}
}

// more are the reads that a cursor at display index i asks for.
func (s *sagas) more(i int) []want {
	if s.order.by != byAge && len(s.roll.rows) >= sortMax {
		return nil
	}
	return s.roll.wants(s.order.real(&s.roll, i))
}

// goTo moves the cursor to a display index.
func (s *sagas) goTo(i int) Action {
	n := len(s.roll.rows)
	if n == 0 {
		return nil
	}
	i = max(0, min(i, n-1))
	s.cursor, s.was = s.at(i).ID, i
	s.preview.point(s.cursor, s.at(i).Seq)
	return Batch{s.ask(s.more(i)), s.preview.look(s)}
}

// jump goes to the first or the last row of the whole list, which may not be in memory.
func (s *sagas) jump(last bool) Action {
	oldest := last != (s.order.by == byAge && s.order.turned)
	side := &s.roll.newer
	if oldest {
		side = &s.roll.older
	}
	if s.order.by != byAge || side.end {
		if last {
			return s.goTo(len(s.roll.rows) - 1)
		}
		return s.goTo(0)
	}
	s.landing = landFirst
	if last {
		s.landing = landLast
	}
	return s.ask(s.roll.reset(s.roll.sift, oldest, "", 0))
}

// index is the display index of the cursor, or that of its neighbour when it has left.
func (s *sagas) index() int {
	n := len(s.roll.rows)
	at, have := s.roll.find(s.cursor)
	switch {
	case n == 0 || s.cursor == "":
		return 0
	case have:
		return s.order.display(&s.roll, at)
	case s.order.by != byAge:
		return max(0, min(s.was, n-1))
	}
	return max(0, min(s.order.display(&s.roll, min(at, n-1)), n-1))
}

// at is the row at a display index.
func (s *sagas) at(i int) *engine.Summary { return &s.roll.rows[s.order.real(&s.roll, i)] }

// current is the saga under the cursor, or nil.
func (s *sagas) current() *engine.Summary {
	if at, have := s.roll.find(s.cursor); have {
		return &s.roll.rows[at]
	}
	return nil
}

// clicked moves the cursor to the row on a line of the body; on the cursor's own row it opens it.
func (s *sagas) clicked(env *Env, y int) Action {
	per := 1
	if env.Width < twoLines {
		per = 2
	}
	head := 1
	if s.search.on() {
		head++
	}
	if per == 2 {
		head--
	}
	i := s.top + (y-head)/per
	if y < head || i >= len(s.roll.rows) || i >= s.top+s.tall {
		return nil
	}
	if s.at(i).ID == s.cursor {
		return Press{keys.CmdOpen}
	}
	return s.goTo(i)
}

// hits says how many sagas the filter has found so far.
func (s *sagas) hits() string {
	n := strconv.Itoa(len(s.roll.rows))
	switch {
	case s.roll.whole():
		return n + say.Plural(len(s.roll.rows), " hit", " hits")
	case s.roll.searching() && s.roll.looked > 0:
		return n + " hits, " + strconv.Itoa(s.roll.looked) + " searched"
	}
	return n + "+ hits"
}
