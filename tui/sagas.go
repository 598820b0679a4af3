package tui

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
)

// sagas is the home screen: every saga there is, newest first, live, and a preview of the one under the cursor.
type sagas struct {
	pages   list.Pages
	bands   list.Bands
	sift    list.Sift // of all bands
	order   list.Order
	search  list.Search
	preview watched

	cursor  engine.ID // Invariant: the cursor is a saga, never a row number
	chose   bool      // somebody has moved it or acted on its saga; until then it is the first
	was     int       // the index that it had when it was last seen
	top     int
	tall    int   // rows that were shown
	lines   []int // the row that each line shows, -1 for none
	tabs    tabs  // as last drawn
	landing landing
	still   bool // the rows are held
	held    int  // changes since
	err     string
}

// landing is where the cursor goes when the list has been read again.
type landing int

const (
	landStay landing = iota // on its saga, or its neighbor
	landKeep                // on its saga if it is there, else on the first row
	landFirst
	landLast
)

func newSagas() *sagas {
	s := &sagas{search: list.Search{Fields: sagaFields}, order: newOrder()}
	s.bands = list.NewBands(&s.pages)
	return s
}

func (s *sagas) root() keys.Command { return keys.CmdSagas }

// Title is the breadcrumb.
func (s *sagas) Title(*Env) []string { return []string{"sagas"} }

// Typing reports whether keys go to the filter.
func (s *sagas) Typing() bool { return s.search.Typing() }

// Hints are for the saga under the cursor.
func (s *sagas) Hints(env *Env) []keys.Command {
	out := []keys.Command{keys.CmdOpen, keys.CmdNew, keys.CmdActions}
	at := s.current()
	if env.ReadOnly {
		out = append(out, keys.CmdLog)
	} else if c := env.next(at, s.preview.whole()); c != "" {
		out = append(out, c)
	}
	if env.State.NeedsMe() > 0 && (at == nil || !needsMe(at)) {
		out = append(out, keys.CmdNeedsMe)
	}
	return append(out, keys.CmdFilter)
}

// Update takes answers and changes.
func (s *sagas) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		if !s.pages.Begun() {
			s.landing = landKeep
			return s.reload(env, s.cursor)
		}
	case Changed:
		return Batch{s.changed(env, msg.Fresh), s.askUsual(env), s.askUnable(env)}
	case list.Piece:
		return Batch{s.took(msg), s.askUsual(env), s.askUnable(env)}
	case detailMsg:
		return s.preview.take(msg, s)
	case foundMsg:
		return s.found(env, msg)
	case usualMsg:
		maps.Copy(env.State.Usual, msg)
	case unableMsg:
		maps.Copy(env.State.Unable, msg)
	case casesMsg:
		return msg.choose(s)
	case tea.KeyPressMsg, tea.PasteMsg:
		if s.search.Typing() && s.search.Update(msg) {
			return s.filtered(env)
		}
	case tea.MouseWheelMsg:
		return s.goTo(s.index() + list.Wheel(msg))
	case Ticked:
		if s.bands.On {
			return s.settled(env.Clock.Now, false)
		}
	case tea.MouseClickMsg:
		return s.clicked(env, msg.X, msg.Y)
	}
	return nil
}

// reload reads the list again: around the given saga, or from the end that the order begins with.
func (s *sagas) reload(env *Env, around engine.ID) Action {
	f := s.search.Filter().Sift(func(field, value string) bool { return s.known(env, field, value) }, sagaFieldAt(env.Time))
	limit := 0
	if s.order.By != byAge {
		around, limit = "", list.SortMax
	}
	s.sift, s.err = f, ""
	s.order.Forget()
	s.bands.On = s.order.Plain() && s.order.Banded && s.search.Text() == ""
	if s.bands.On {
		return s.ask(s.bands.Reset(around))
	}
	wants := s.pages.Reset(f, s.order.By == byAge && s.order.Turned && around == "", around, limit)
	return s.ask(wants)
}

// filtered reads the list again after a change of the filter.
func (s *sagas) filtered(env *Env) Action {
	if s.search.Text() == "" {
		return s.reload(env, s.cursor)
	}
	s.landing = landKeep
	return s.reload(env, "")
}

// known reports whether a filter's value is a kind or an operator that the store can be asked for as it is.
func (s *sagas) known(env *Env, field, value string) bool {
	if field == "by" {
		return value == env.Operator || slices.ContainsFunc(s.pages.Rows, func(r engine.Summary) bool { return r.CreatedBy == value })
	}
	for _, k := range env.State.Kinds {
		if k.Name == value {
			return true
		}
	}
	return false
}

func (s *sagas) ask(wants []list.Want) Action {
	var out Batch
	for _, w := range wants {
		out = append(out, Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg { return w.Read(ctx, b) }})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// took adds what a read has found, and reads on while the cursor is close to an open end.
func (s *sagas) took(p list.Piece) Action {
	hold := s.hold()
	s.bands.Forget()
	if !s.bands.Front.Take(p) && !s.pages.Take(p) {
		return nil
	}
	if p.Err != nil {
		s.err = visible.Text(p.Err.Error())
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
	if s.bands.On {
		s.bands.Apply(f.Summaries, env.Clock.Now)
	} else {
		s.pages.Apply(f.Summaries)
	}
	return s.settle(hold)
}

// settled moves what has ended to where it belongs.
func (s *sagas) settled(now time.Time, all bool) Action {
	hold := s.hold()
	if !s.bands.Settle(now, all) {
		return nil
	}
	return s.settle(hold)
}

// size is how many rows there are.
func (s *sagas) size() int { return s.bands.Ahead() + len(s.pages.Rows) }

// find is the display index of a saga, if it is in memory.
func (s *sagas) find(id engine.ID) (int, bool) {
	if i, have := s.bands.Find(id); have {
		return i, true
	}
	at, have := s.pages.Find(id)
	if !have {
		return 0, false
	}
	return s.bands.Ahead() + s.order.Display(&s.pages, at), true
}

// hold is where the cursor stands on the screen, so that it can stay there.
type hold struct{ line, top, index int }

func (s *sagas) hold() hold {
	i := s.index()
	return hold{line: i - s.top, top: s.top, index: i}
}

// settle puts the cursor back on its saga, or on its neighbor when the saga has left, without moving it on the screen; a
// list that is shown from its top stays there.
func (s *sagas) settle(h hold) Action {
	most := list.MaxRows
	if s.order.By != byAge {
		most = list.SortMax
	}
	at, _ := s.pages.Find(s.cursor)
	_, front := s.bands.Find(s.cursor)
	if front {
		at = 0
	}
	s.pages.Trim(max(0, min(at, len(s.pages.Rows)-1)), most)
	s.order.Forget()
	_, have := s.find(s.cursor)
	n := s.size()
	if n == 0 {
		s.top, s.was = 0, 0
		return s.ask(s.more(0))
	}
	both := s.pages.Began && (!s.bands.On || s.bands.Front.Began)
	if !both && s.cursor == "" {
		return nil // what comes first is not known yet
	}
	i := s.index()
	if both {
		switch {
		case s.landing == landLast:
			i, h = n-1, hold{line: s.tall, top: 1}
		case s.landing == landFirst, s.landing == landKeep && !have, s.cursor == "", !s.chose:
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
func (s *sagas) more(i int) []list.Want {
	if s.order.By != byAge && len(s.pages.Rows) >= list.SortMax {
		return nil
	}
	var out []list.Want
	ahead := s.bands.Ahead()
	if s.bands.On && i+list.PageSize > ahead {
		out = s.bands.Front.Wants(len(s.bands.Front.Rows))
	}
	if len(s.pages.Rows) == 0 {
		return append(out, s.pages.Wants(0)...)
	}
	return append(out, s.pages.Wants(s.order.Real(&s.pages, max(0, i-ahead)))...)
}

// goTo moves the cursor to a display index.
func (s *sagas) goTo(i int) Action {
	n := s.size()
	if n == 0 {
		return nil
	}
	i = max(0, min(i, n-1))
	s.cursor, s.was, s.chose = s.at(i).ID, i, true
	s.preview.point(s.cursor, s.at(i).Seq)
	return Batch{s.ask(s.more(i)), s.preview.look(s)}
}

// jump goes to the first or the last row of the whole list, which may not be in memory.
func (s *sagas) jump(last bool) Action {
	s.chose = true
	oldest := last != (s.order.By == byAge && s.order.Turned)
	side := &s.pages.Newer
	if oldest {
		side = &s.pages.Older
	}
	if s.order.By != byAge || side.End {
		if last {
			return s.goTo(s.size() - 1)
		}
		return s.goTo(0)
	}
	s.landing = landFirst
	if last {
		s.landing = landLast
	}
	s.order.Forget()
	return s.ask(s.pages.Reset(s.pages.Sift(), oldest, "", 0))
}

// index is the display index of the cursor, or that of its neighbor when it has left.
func (s *sagas) index() int {
	n := s.size()
	if n == 0 || s.cursor == "" {
		return 0
	}
	if i, have := s.find(s.cursor); have {
		return i
	}
	if s.order.By != byAge || s.bands.On || len(s.pages.Rows) == 0 {
		return max(0, min(s.was, n-1))
	}
	at, _ := s.pages.Find(s.cursor)
	return max(0, min(s.order.Display(&s.pages, min(at, n-1)), n-1))
}

// at is the row at a display index.
func (s *sagas) at(i int) *engine.Summary {
	if ahead := s.bands.Ahead(); i < ahead {
		return s.bands.At(i)
	} else if ahead > 0 {
		i -= ahead
	}
	return &s.pages.Rows[s.order.Real(&s.pages, i)]
}

// current is the saga under the cursor, or nil.
func (s *sagas) current() *engine.Summary {
	if i, have := s.find(s.cursor); have {
		return s.at(i)
	}
	return nil
}

// clicked moves the cursor to the row on a line of the body; on the cursor's own row it opens it. On a tab it shows that filter.
func (s *sagas) clicked(env *Env, x, y int) Action {
	if name, ok := s.tabs.at(x, y); ok {
		return s.show(env, name)
	}
	if y < 0 || y >= len(s.lines) || s.lines[y] < 0 || s.lines[y] >= s.size() {
		return nil
	}
	i := s.lines[y]
	if s.at(i).ID == s.cursor {
		return Press{keys.CmdOpen}
	}
	return s.goTo(i)
}

// hits says how many sagas the filter has found so far.
func (s *sagas) hits() string {
	n := strconv.Itoa(len(s.pages.Rows))
	switch {
	case s.pages.Whole():
		return n + say.Plural(len(s.pages.Rows), " hit", " hits")
	case s.pages.Searching() && s.pages.Looked > 0:
		return n + " hits, " + strconv.Itoa(s.pages.Looked) + " searched"
	}
	return n + "+ hits"
}
