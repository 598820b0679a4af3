package tui

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// timed is a row of the schedules, with the rule that says when it is next.
type timed struct {
	schedule.View
	rule  schedule.Rule
	worst []*engine.Summary // of each of the last outcomes the saga that stands worst; nil: none is known
}

// next is the next occurrence, zero while it is paused.
func (v timed) next(now time.Time) time.Time {
	if v.Paused != nil {
		return time.Time{}
	}
	return v.rule.Next(now)
}

// The columns that are drawn.
const (
	scheduleKind   = 1
	scheduleNext   = 2
	scheduleStrip  = 3
	scheduleLast   = 4
	schedulePaused = 5
)

const shownOutcomes = 14

// schedules is the screen of what is launched at given times, when it is next, and what became of the last; below it all that is known of
// the one under the cursor.
type schedules struct {
	listing
	detail *timedDetail   // of the schedule that was looked at last; nil: none was
	asks   int            // only the answer to the last look counts
	wants  string         // the schedule whose detail is shown or awaited, and its state
	estate *estate.Estate // of the account; nil while nobody knows
}

func newSchedules() *schedules {
	s := &schedules{}
	l := &s.listing
	*l = listing{
		at: keys.CmdSchedules, title: []string{"schedules"}, live: true, to: s,
		nothing: "nothing is launched by itself", hint: "n makes a schedule of a launch; so does arcadia schedule add",
	}
	l.Columns = []widget.Column{
		{Title: "NAME", Width: 16, Grow: 1},
		{Title: "KIND", Width: 18, Drop: 2},
		{Title: "NEXT", Width: 26},
		{Title: "LAST 14", Width: shownOutcomes, Drop: 3},
		{Title: "LAST", Width: 12, Drop: 1},
		{Title: "PAUSED BY", Width: 14, Drop: 4, Gap: 1},
	}
	l.Fields = []string{"name", "kind", "next", "outcomes", "last", "paused"}
	l.read = readSchedules
	l.cell = scheduleCell
	open := l.chosen(openKey, nil, func(env *Env, r *list.Row) Action {
		return Show{&pager{name: r.Cells[0], text: scheduleLines(env, r.Value.(timed))}} //nolint:forcetypeassert // set below
	})
	fresh := command{Binding: bind(keys.Timetable, keys.CmdNew, "new", "make a schedule of a launch", "n"), why: operators, do: func(*Env) Action {
		x := newLaunch(engine.Launch{})
		x.every = true
		return Open{x}
	}}
	l.own = []command{
		open, fresh,
		l.menu(keys.Timetable, "everything that can be done to this schedule", keys.CmdOpen, keys.CmdPause, keys.CmdResume, keys.CmdVote, keys.CmdRefuse, keys.CmdFire, keys.CmdRemove, keys.CmdCopy),
		l.asking(bind(keys.Timetable, keys.CmdPause, "pause", "launch nothing until it is resumed; asks why", "p"), false),
		l.asking(bind(keys.Timetable, keys.CmdResume, "resume", "let a paused schedule launch again"), true),
		l.asking(danger(bind(keys.Timetable, keys.CmdFire, "fire", "launch now what it launches; asks first")), false),
		l.asking(danger(bind(keys.Timetable, keys.CmdRemove, "remove", "take the schedule away; its sagas stay; asks first")), false),
		l.asking(bind(keys.Timetable, keys.CmdVote, "approve", "agree to all that it launches; asks for its name", "v"), false),
		l.asking(bind(keys.Timetable, keys.CmdRefuse, "refuse", "take back what was agreed to; asks why"), false),
		nightKey(keys.Timetable), l.reloading(keys.Timetable), l.copying("schedule"),
	}
	l.hints = []keys.Command{keys.CmdOpen, keys.CmdNew, keys.CmdPause, keys.CmdActions, keys.CmdLastNight}
	return s
}

// Commands are those of the list; what moves its cursor looks at the schedule there.
func (s *schedules) Commands(env *Env) []command {
	all := s.listing.Commands(env)
	for i, c := range all {
		if c.Scope != keys.Lists || c.Command == keys.CmdOpen {
			continue
		}
		do := c.do
		all[i].do = func(env *Env) Action { return both(do(env), s.follow(env)) }
	}
	return all
}

// Update takes rows and looks, and looks at the schedule under the cursor whenever that is another or has moved on.
func (s *schedules) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case timedDetailMsg:
		if msg.ask == s.asks {
			s.detail = msg.detail
		}
		return nil
	case nightEstateMsg:
		s.estate = cmp.Or(msg.state, s.estate)
		return nil
	}
	return both(s.listing.Update(env, msg), s.follow(env))
}

// both are two actions, either of which may be none.
func both(a, b Action) Action {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return Batch{a, b}
}

// follow looks at the schedule under the cursor, unless that was done as it is now.
func (s *schedules) follow(env *Env) Action {
	r := s.Current()
	if r == nil || env.front != Screen(s) {
		return nil
	}
	v := r.Value.(timed) //nolint:forcetypeassert // set in readSchedules
	wants := v.Name + " " + strconv.FormatUint(v.Version, 10) + " " + v.stands()
	if wants == s.wants {
		return nil
	}
	s.wants = wants
	s.asks++
	ask, things := s.asks, env.Things
	do := Batch{Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg {
		return timedDetailMsg{ask, readTimed(ctx, b, &v, things)}
	}}}
	if inv := env.Inventory; inv != nil && s.estate == nil && v.ForEach != "" {
		do = append(do, Ask{To: s, Read: func(ctx context.Context, _ Backend) tea.Msg {
			e, err := readEstate(ctx, inv)
			if err != nil {
				return nightEstateMsg{}
			}
			return nightEstateMsg{state: &e}
		}})
	}
	return do
}

// Hints are the screen's own, and the filter.
func (s *schedules) Hints(*Env) []keys.Command { return append(slices.Clone(s.hints), keys.CmdFilter) }

// Where counts the schedules.
func (s *schedules) Where(*Env) string {
	paused, missed := 0, 0
	for _, r := range s.Rows() {
		v := r.Value.(timed) //nolint:forcetypeassert // set in readSchedules
		if v.Paused != nil {
			paused++
		}
		if v.State.Last().Result == schedule.Missed {
			missed++
		}
	}
	n := len(s.Rows())
	text := strconv.Itoa(n) + say.Plural(n, " schedule", " schedules")
	if paused > 0 {
		text += ", " + strconv.Itoa(paused) + " paused"
	}
	if missed > 0 {
		text += ", " + strconv.Itoa(missed) + " missed"
	}
	return text
}

// toSchedule shows the schedules with the cursor on one.
func toSchedule(name string) Action {
	return act(func(a *App) tea.Cmd {
		for i, st := range a.stacks {
			if s, ok := st[0].(*schedules); ok {
				a.stacks[i] = st[:1]
				s.Aim(name)
			}
		}
		return a.goTo(keys.CmdSchedules)
	})
}

// scheduleCell draws what depends on the time and on how sagas stand.
func scheduleCell(env *Env, r *list.Row, column int) (widget.Cell, bool) {
	t, v := env.Theme, r.Value.(timed) //nolint:forcetypeassert // set in readSchedules
	switch column {
	case scheduleNext:
		next := v.next(env.Clock.Now)
		if next.IsZero() {
			return widget.Cell{Text: t.Symbols.Dash, Ink: t.Faint}, true
		}
		return widget.Cell{Text: widget.Fit("in "+say.Span(next.Sub(env.Clock.Now)), 15) + t.Faint.Paint(env.Clock.Soon(next))}, true
	case scheduleStrip:
		return widget.Cell{Text: v.strip(env)}, true
	case scheduleLast:
		return v.last(env, r.Cells[scheduleLast]), true
	case schedulePaused:
		if v.Paused == nil || v.Paused.At.IsZero() {
			return widget.Cell{}, false
		}
		since := env.Clock.WhenMinute(v.Paused.At.Time)
		if day := env.Clock.Day(v.Paused.At.Time); day != "" {
			since = day
		}
		return widget.Cell{Text: r.Cells[schedulePaused] + " since " + since, Ink: t.Faint}, true
	case scheduleKind:
		return widget.Cell{Text: r.Cells[scheduleKind], Ink: t.Faint}, true
	}
	return widget.Cell{}, false
}

// asking is a command about the schedule under the cursor that asks first. Only a paused one is resumed, and only one that is
// not is paused.
func (l *listing) asking(b keys.Binding, paused bool) command {
	return l.chosen(b, func(env *Env) string {
		r := l.Current()
		if r == nil {
			return ""
		}
		v := r.Value.(timed) //nolint:forcetypeassert // set by readSchedules
		if b.Command == keys.CmdVote || b.Command == keys.CmdRefuse {
			return v.unvoted(b.Command)
		}
		if why := operators(env); why != "" {
			return why
		}
		is := v.Paused != nil
		switch {
		case paused && !is:
			return "it is not paused"
		case b.Command == keys.CmdPause && is:
			return "it is paused already"
		}
		return ""
	}, func(env *Env, r *list.Row) Action { return askSchedule(env, b.Command, r.Value.(timed).View) }) //nolint:forcetypeassert // set by readSchedules
}

// unvoted says why nobody is asked to agree to a schedule; empty when somebody is. Who may is for the engine to say.
func (v *timed) unvoted(c keys.Command) string {
	a := v.Definition
	switch {
	case a == nil || a.Need == 0:
		return "nobody has to agree to what it launches"
	case a.Refused != nil:
		return visible.Text(a.Refused.Name) + " has refused it: it has to be defined again"
	case c == keys.CmdVote && !a.Granted.IsZero():
		return "it is approved already"
	}
	return ""
}

func readSchedules(ctx context.Context, b Backend) ([]list.Row, error) {
	all, err := schedule.List(ctx, b, time.Now())
	if err != nil {
		return nil, err
	}
	stands, err := lastStatuses(ctx, b, all)
	if err != nil {
		return nil, err
	}
	rows := make([]list.Row, 0, len(all))
	for _, v := range all {
		paused := ""
		if v.Paused != nil {
			paused = v.Paused.By
		}
		rule, err := v.Rule()
		if err != nil {
			return nil, err
		}
		next := ""
		if !v.Next.IsZero() {
			next = v.Next.UTC().Format("2006-01-02 15:04")
		}
		rows = append(rows, list.Row{Key: v.Name, Value: timed{v, rule, worstOf(v.State.Outcomes, stands)}, Cells: []string{v.Name, v.Kind, next, marks(v.State.Outcomes), lastOf(v.State.Last(), stands), paused}})
	}
	return rows, nil
}

// shown are the newest outcomes, as many as the strip has room for, the newest last.
func shown(all []schedule.Outcome) []schedule.Outcome { return all[max(0, len(all)-shownOutcomes):] }

// lastStatuses says how the sagas of the newest outcomes stand.
func lastStatuses(ctx context.Context, b Backend, all []schedule.View) (map[engine.ID]engine.Summary, error) {
	var ids []engine.ID
	for _, v := range all {
		for _, o := range shown(v.State.Outcomes) {
			ids = append(ids, o.Sagas...)
		}
	}
	out := map[engine.ID]engine.Summary{}
	if len(ids) == 0 {
		return out, nil
	}
	sums, err := b.Summaries(ctx, ids...)
	for _, s := range sums {
		out[s.ID] = s
	}
	return out, err
}

// worstOf is, for each of the newest outcomes, the saga that stands worst: one that failed before one that was rolled back, before
// one that runs, before one that completed.
func worstOf(all []schedule.Outcome, stands map[engine.ID]engine.Summary) []*engine.Summary {
	rank := []engine.Status{engine.Completed, engine.Pending, engine.Running, engine.Compensating, engine.RolledBack, engine.Failed}
	out := make([]*engine.Summary, 0, shownOutcomes)
	for _, o := range shown(all) {
		var worst *engine.Summary
		for _, id := range o.Sagas {
			s, ok := stands[id]
			if ok && (worst == nil || slices.Index(rank, s.Status) > slices.Index(rank, worst.Status)) {
				worst = &s
			}
		}
		out = append(out, worst)
	}
	return out
}

// stands is how the newest occurrences stand, as far as that can change: a text that changes with it.
func (v *timed) stands() string {
	var b strings.Builder
	for i, o := range shown(v.State.Outcomes) {
		b.WriteString(o.At.Format("02150405"))
		if i < len(v.worst) && v.worst[i] != nil {
			b.WriteString(string(v.worst[i].Status))
		}
	}
	return b.String()
}
