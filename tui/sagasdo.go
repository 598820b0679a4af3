package tui

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// Do does what is asked of the list and of the saga under the cursor.
func (s *sagas) Do(env *Env, c keys.Command) Action {
	switch c {
	case keys.CmdNewest, keys.CmdOldest:
		return s.jump(c == keys.CmdOldest)
	case keys.CmdOpen, keys.CmdLog:
		if at := s.current(); at != nil {
			return Open{newSaga(at, c == keys.CmdLog)}
		}
	case keys.CmdBack:
		if s.search.clear() {
			return s.reload(env, s.cursor)
		}
		clear(env.State.Marks)
	case keys.CmdFilter:
		s.search.edit()
	case keys.CmdMark:
		if at := s.current(); at != nil {
			toggle(env.State.Marks, at)
			return s.goTo(s.index() + 1)
		}
	case keys.CmdSortLeft, keys.CmdSortNext, keys.CmdOrder:
		return s.reorder(env, c)
	case keys.CmdHold:
		return s.keep(env)
	case keys.CmdNew:
		return newSagaAction(env)
	case keys.CmdActions:
		return actionsMenu(env, s.current(), s.preview.whole(), keys.CmdResolve, keys.CmdEntries)
	case keys.CmdCancel, keys.CmdRollback, keys.CmdRetry, keys.CmdPause, keys.CmdResume, keys.CmdSkip:
		if marked := env.State.marked(); len(marked) > 0 {
			if b, _ := env.Keys.Of(c); env.unfit(b) == "" {
				return markedDoor(env, c, marked)
			}
		}
		return env.verb(c, s.current(), s.preview.whole())
	case keys.CmdNeedsMe:
		return Ask{To: s, Read: findNeedy(s.cursor, env.State.Waits)}
	case keys.CmdCopy:
		return s.copyMenu(env)
	case keys.CmdEntries:
		if at := s.current(); at != nil {
			return showEntries(env, at.ID, at.Short)
		}
	default:
		if to, ok := moveBy(c, s.index(), len(s.roll.rows), s.tall); ok {
			return s.goTo(to)
		}
	}
	return nil
}

func toggle(m map[engine.ID]engine.Summary, s *engine.Summary) {
	if _, marked := m[s.ID]; marked {
		delete(m, s.ID)
	} else {
		m[s.ID] = *s
	}
}

// newSagaAction opens the launch form.
func newSagaAction(env *Env) Action {
	if why := env.impossibleNew(); why != "" {
		return Notify{Level: say.Error, Text: "new: " + why}
	}
	return launchDoor(env, engine.Launch{})
}

func (e *Env) impossibleNew() string {
	b, _ := e.Keys.Of(keys.CmdNew)
	return e.unfit(b)
}

func (s *sagas) reorder(env *Env, c keys.Command) Action {
	switch c {
	case keys.CmdSortLeft:
		s.order.by = (s.order.by + orders - 1) % orders
		s.order.turned = false
	case keys.CmdSortNext:
		s.order.by = (s.order.by + 1) % orders
		s.order.turned = false
	default:
		s.order.turned = !s.order.turned
	}
	s.order.forget()
	s.landing = landKeep
	return s.reload(env, s.cursor)
}

// keep holds the rows still, or reads what was missed.
func (s *sagas) keep(env *Env) Action {
	s.still = !s.still
	if s.still {
		s.held = 0
		return Notify{Text: "held still: " + env.Keys.Hint(keys.CmdHold).Key + " lets the rows go on"}
	}
	return s.reload(env, s.cursor)
}

// foundMsg answers the search for a saga that needs a person.
type foundMsg struct {
	saga *engine.Summary
	err  string
}

// findNeedy looks for the next saga that needs a person, older than the given one, and from the newest again after the
// last.
func findNeedy(after engine.ID, waits map[engine.ID]bool) func(context.Context, Backend) tea.Msg {
	ids := slices.Collect(maps.Keys(waits))
	return func(ctx context.Context, b Backend) tea.Msg {
		q := engine.Query{Statuses: []engine.Status{engine.Failed}, From: after, Limit: 1}
		p, err := b.List(ctx, q)
		if err == nil && len(p.Items) == 0 && after != "" {
			q.From = ""
			p, err = b.List(ctx, q)
		}
		more, err2 := b.Summaries(ctx, ids...)
		switch {
		case err != nil:
			return foundMsg{err: visible.Text(err.Error())}
		case err2 != nil:
			return foundMsg{err: visible.Text(err2.Error())}
		}
		all := append(p.Items, more...)
		if len(all) == 0 {
			return foundMsg{}
		}
		next := slices.MaxFunc(all, func(a, b engine.Summary) int {
			if x, y := a.ID < after, b.ID < after; x != y && after != "" { // what is older than the cursor comes first
				if x {
					return 1
				}
				return -1
			}
			return strings.Compare(string(a.ID), string(b.ID))
		})
		cleanSummary(&next)
		return foundMsg{saga: &next}
	}
}

// found puts the cursor on the saga that was looked for, and clears a filter that would hide it.
func (s *sagas) found(env *Env, m foundMsg) Action {
	switch {
	case m.err != "":
		return Notify{Level: say.Error, Text: m.err}
	case m.saga == nil:
		return Notify{Level: say.Good, Text: "no saga needs you"}
	}
	if _, have := s.roll.find(m.saga.ID); have {
		s.cursor = m.saga.ID
		return s.goTo(s.index())
	}
	if !s.roll.sift.match(m.saga) {
		s.search.clear()
	}
	s.order = newOrder()
	s.cursor = m.saga.ID
	return s.reload(env, m.saga.ID)
}

// copyMenu offers the marked sagas, or the one under the cursor.
func (s *sagas) copyMenu(env *Env) Action {
	at := s.current()
	if at == nil {
		return Notify{Level: say.Error, Text: "copy: no saga is chosen"}
	}
	items := copyItems(env, at)
	if marked := env.State.marked(); len(marked) > 0 {
		ids := make([]string, len(marked))
		for i := range marked {
			ids[i] = string(marked[i].ID)
		}
		items = append(items, item{
			Key: "m", Text: "marked", Note: strconv.Itoa(len(ids)) + " ids, one a line",
			Do: Copy{What: strconv.Itoa(len(ids)) + " ids", Text: strings.Join(ids, "\n")},
		})
	}
	return Show{newMenu("Copy", items)}
}

// copyItems are what of a saga can be copied.
func copyItems(env *Env, s *engine.Summary) []item {
	raw, err := json.MarshalIndent(say.HeaderOf(*s), "", "  ")
	if err != nil {
		raw = []byte(s.Short)
	}
	reason := ""
	if s.Error != nil {
		reason = s.Error.Reason
	}
	row := strings.Join([]string{s.Short, say.Words(string(s.Status)), s.Kind, s.Target, env.Clock.Full(s.CreatedAt.Time), s.CreatedBy}, "\t")
	items := []item{
		{Key: "i", Text: "id", Note: string(s.ID), Do: Copy{What: "id " + s.Short, Text: string(s.ID)}},
		{Key: "s", Text: "short id", Note: s.Short, Do: Copy{What: "short id " + s.Short, Text: s.Short}},
		{Key: "r", Text: "row", Note: "as text with tabs", Do: Copy{What: "row of " + s.Short, Text: row}},
		{Key: "J", Text: "JSON", Note: "the header of the saga", Do: Copy{What: "JSON of " + s.Short, Text: string(raw)}},
		{Key: "e", Text: "error", Note: reason, Do: Copy{What: "error of " + s.Short, Text: reason}},
	}
	if reason == "" {
		items[4].Why = "there is none"
	}
	return items
}
