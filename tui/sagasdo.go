package tui

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
)

// Commands are those of a list of sagas.
func (s *sagas) Commands(*Env) []command {
	out := []command{
		newKey(), nightKey(keys.Sagas),
		s.chosen(actionsKey, func(env *Env, at *engine.Summary) Action {
			return actionsMenu(env, s.Commands(env), at)
		}),
	}
	out = append(out, s.deciding())
	out = append(out, verbCommands(s.current, s.preview.whole, func(env *Env) []engine.Summary { return env.State.marked() })...)
	out = append(out,
		s.chosen(bind(keys.Sagas, keys.CmdLog, "log", "the saga's log", "L"), func(_ *Env, at *engine.Summary) Action { return Open{newSaga(at, true)} }),
		command{Binding: needsKey, do: func(env *Env) Action { return Ask{To: s, Read: findNeedy(s.cursor, env.State.needy())} }},
		command{Binding: filterKey, do: func(env *Env) Action {
			s.search.Values = func(field string) []string { return s.sagaValues(env, field) }
			s.search.Edit()
			return nil
		}},
		s.chosen(copyKey, func(env *Env, at *engine.Summary) Action { return s.copyMenu(env, at) }),
	)
	out = append(out, moving(func(env *Env, c keys.Command) Action {
		s.bands.Settle(env.Clock.Now, true)
		if c == keys.CmdNewest || c == keys.CmdOldest {
			return s.jump(c == keys.CmdOldest)
		}
		to, _ := list.Move(c, s.index(), s.size(), s.tall)
		return s.goTo(to)
	})...)
	open := openKey // on a saga that needs a person it leads to the decision
	switch at := s.current(); {
	case at == nil:
	case yourVote(at):
		open.Word = string(keys.CmdVote)
	case at.NeedsOperator():
		open.Word = string(keys.CmdDecide)
	}
	out = append(out, s.chosen(open, func(_ *Env, at *engine.Summary) Action {
		if needsMe(at) {
			return Open{answers(at)}
		}
		return Open{newSaga(at, false)}
	}))
	out = append(out, backing(func(env *Env) Action {
		if s.search.Clear() {
			return s.reload(env, s.cursor)
		}
		clear(env.State.Marks)
		return nil
	})...)
	out = append(out, s.chosen(bind(keys.Lists, keys.CmdMark, "mark", "mark or unmark the row", "space"), func(env *Env, at *engine.Summary) Action {
		toggle(env.State.Marks, at)
		return s.goTo(s.index() + 1)
	}))
	out = append(out, s.shelving()...)
	out = append(out, ordering(s.reorder)...)
	return append(out, command{Binding: bind(keys.Lists, keys.CmdHold, "hold", "hold the rows still, or let them go on", "f"), do: s.keep})
}

// chosen is a command that does something with the saga under the cursor, when there is one.
func (s *sagas) chosen(b keys.Binding, do func(env *Env, at *engine.Summary) Action) command {
	return command{
		Binding: b,
		why: func(*Env) string {
			if s.current() == nil {
				return say.NoSaga
			}
			return ""
		},
		do: func(env *Env) Action {
			s.chose = true
			return do(env, s.current())
		},
	}
}

func toggle(m map[engine.ID]engine.Summary, s *engine.Summary) {
	if _, marked := m[s.ID]; marked {
		delete(m, s.ID)
	} else {
		m[s.ID] = *s
	}
}

func (s *sagas) reorder(env *Env, c keys.Command) Action {
	switch c {
	case keys.CmdSortLeft:
		s.order.By = (s.order.By + orders - 1) % orders
		s.order.Turned = false
	case keys.CmdSortNext:
		s.order.By = (s.order.By + 1) % orders
		s.order.Turned = false
	default:
		s.order.Next()
	}
	s.order.Forget()
	s.landing = landKeep
	return s.reload(env, s.cursor)
}

// sortBy orders the list by the column with a title; by the same again it turns round, and then is as it comes.
func (s *sagas) sortBy(env *Env, title string) (Action, bool) {
	at := slices.Index(columnTitles[:], title)
	if at < 0 || title == "" {
		return nil, false
	}
	if s.order.By != at {
		s.order.By, s.order.Turned = at, false
	} else {
		s.order.Next()
	}
	s.order.Forget()
	s.landing = landKeep
	return s.reload(env, s.cursor), true
}

// keep holds the rows still, or reads what was missed.
func (s *sagas) keep(env *Env) Action {
	s.still = !s.still
	if s.still {
		s.held = 0
		return Notify{Text: "held still: " + env.keyOf(keys.CmdHold) + " lets the rows go on"}
	}
	return s.reload(env, s.cursor)
}

// foundMsg answers the search for a saga that needs a person.
type foundMsg struct {
	saga  *engine.Summary
	round bool // it comes before the one that was looked from: the last has been seen
	err   string
}

// without is what follows when there is no saga to go to, or when all have been seen: what could not be delivered needs somebody
// too. Nil: go to the saga.
func (m foundMsg) without(env *Env, seen bool) Action {
	unheard := len(env.State.Nights.Unheard)
	switch {
	case m.err != "":
		return Notify{Level: say.Error, Text: m.err}
	case unheard > 0 && (m.saga == nil || m.round && seen):
		return Batch{Press{keys.CmdMessages}, Notify{Level: say.Error, Text: strconv.Itoa(unheard) + say.Plural(unheard, " delivery was", " deliveries were") + " given up"}}
	case m.saga == nil:
		return Notify{Level: say.Good, Text: "no saga needs you"}
	}
	return nil
}

// findNeedy looks for the next saga that needs a person, older than the given one, and from the newest again after the
// last.
func findNeedy(after engine.ID, ids []engine.ID) func(context.Context, Backend) tea.Msg {
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
		clean.Summary(&next)
		return foundMsg{saga: &next, round: after != "" && next.ID >= after}
	}
}

// found puts the cursor on the saga that was looked for, clears a filter that would hide it, and opens the decision about it.
func (s *sagas) found(env *Env, m foundMsg) Action {
	if act := m.without(env, false); act != nil {
		return act
	}
	open := Open{answers(m.saga)}
	if _, have := s.find(m.saga.ID); have {
		s.cursor = m.saga.ID
		return Batch{s.goTo(s.index()), open}
	}
	if !s.sift.Match(m.saga) {
		s.search.Clear()
	}
	s.order = newOrder()
	s.cursor, s.chose = m.saga.ID, true
	return Batch{s.reload(env, m.saga.ID), open}
}

// copyMenu offers the marked sagas, or the one under the cursor.
func (s *sagas) copyMenu(env *Env, at *engine.Summary) Action {
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
