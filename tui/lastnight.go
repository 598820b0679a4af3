package tui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/night"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// lastNight is the screen of the morning: what ran in the night, what to look at, and how it stands now.
type lastNight struct {
	back  int // nights before the last
	heard *overnight
	state *estate.Estate // of the account; nil while nobody knows
	err   string
	asks  int         // only the answers to the last look count
	rows  list.Window // over what to look at
	page  list.Scroll // over all lines
}

// overnight is what one look has found. Its texts are clean.
type overnight struct {
	night.Night
	zone    *time.Location
	told    []told
	sent    int // deliveries that were taken in that time
	waiting int // that wait now
	next    []upcoming
	terms   []engine.Tenure
	backup  engine.Time
}

// upcoming is when a schedule fires next.
type upcoming struct {
	name string
	at   time.Time
}

// The answers to a look.
type (
	nightMsg struct {
		ask  int
		told *overnight
		err  string
	}
	nightEstateMsg struct {
		ask   int
		state *estate.Estate
	}
)

func newLastNight() *lastNight { return &lastNight{} }

// nightKey is the command that opens the screen from a list.
func nightKey(scope keys.Scope) command {
	return command{
		Binding: bind(scope, keys.CmdLastNight, "last night", "what ran last night, what went wrong, and what it costs now", "w"),
		do:      func(*Env) Action { return Open{newLastNight()} },
	}
}

// Title is the breadcrumb.
func (l *lastNight) Title(*Env) []string { return []string{"last night"} }

// Hints are the keys of the footer.
func (l *lastNight) Hints(*Env) []keys.Command {
	return []keys.Command{keys.CmdOpen, keys.CmdActions, keys.CmdNightBefore, keys.CmdNightAfter, keys.CmdCopy, keys.CmdBack}
}

// Where says who was told of the night.
func (l *lastNight) Where(env *Env) string {
	if l.heard == nil || len(l.heard.told) == 0 {
		return ""
	}
	x := l.heard.told[0]
	return "told " + x.target + " " + env.Clock.WhenMinute(x.at.Time) + " " + x.sign(env.Theme)
}

// Commands are those of a list of what to look at, and of the nights.
func (l *lastNight) Commands(*Env) []command {
	bound := func(c keys.Command, word, help string, do func(*Env) Action, pressed ...string) command {
		return command{Binding: bind(keys.Overnight, c, word, help, pressed...), do: do}
	}
	open := command{Binding: openKey, why: func(*Env) string {
		if l.current() == nil {
			return say.NoRow
		}
		return ""
	}, do: func(*Env) Action { return l.open(l.current()) }}
	before := bound(keys.CmdNightBefore, "night before", "the night before this one", func(env *Env) Action { return l.shift(env, l.back+1) }, "left")
	before.Label = "←"
	after := bound(keys.CmdNightAfter, "after", "the night after this one", func(env *Env) Action { return l.shift(env, l.back-1) }, "right")
	after.Label = "→"
	after.why = func(*Env) string {
		if l.back == 0 {
			return "this is the last night"
		}
		return ""
	}
	copies := copyKey
	copies.Help, copies.Word = "this night as text, as targets are told of it", "copy as text"
	menu := actionsKey
	menu.Scope, menu.Help = keys.Overnight, "everything that can be done here"
	out := []command{
		open, before, after,
		{Binding: menu, do: func(env *Env) Action {
			return Show{newMenu("Actions for the night", pickItems(env, l.Commands(env), keys.CmdOpen, keys.CmdNightBefore, keys.CmdNightAfter, keys.CmdCopy, keys.CmdReload))}
		}},
		{Binding: copies, why: func(*Env) string {
			if l.heard == nil {
				return say.NoRow
			}
			return ""
		}, do: func(*Env) Action {
			return Copy{What: "the night as text", Text: strings.Join(say.Night(&l.heard.Night), "\n")}
		}},
		bound(keys.CmdReload, "reload", "look again", l.look, "ctrl+r"),
	}
	out = append(out, backing(func(*Env) Action { return Back{} })...)
	return append(out, moving(func(_ *Env, c keys.Command) Action {
		l.move(c)
		return nil
	})...)
}

// move moves the cursor over what to look at, and by pages, or where nothing is to be looked at, all lines.
func (l *lastNight) move(c keys.Command) {
	if n := l.looks(); n > 0 && (c == keys.CmdDown || c == keys.CmdUp || c == keys.CmdNewest) {
		l.rows.Press(c, n)
		l.page.Top = 0
		return
	}
	l.page.Press(c)
}

func (l *lastNight) looks() int {
	if l.heard == nil {
		return 0
	}
	return len(l.heard.Look)
}

// window is what of that has room on a page of a height, and the row behind it.
func (l *lastNight) window(height int) (rows list.Window, to int) {
	return l.rows.Fit(l.looks(), max(3, height/4))
}

func (l *lastNight) current() *night.Trouble {
	if n := l.looks(); n > 0 {
		return &l.heard.Look[min(l.rows.At, n-1)]
	}
	return nil
}

// open goes to the saga of a trouble, or to the schedule that launched none.
func (l *lastNight) open(x *night.Trouble) Action {
	if x.Saga != nil {
		return Open{newSaga(x.Saga, false)}
	}
	return toSchedule(x.By)
}

func (l *lastNight) shift(env *Env, back int) Action {
	l.back, l.heard, l.err, l.page, l.rows = max(0, back), nil, "", list.Scroll{}, list.Window{}
	return l.look(env)
}

// Update takes looks, and looks again when something has changed while it is shown.
func (l *lastNight) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return l.look(env)
	case Changed:
		if env.front == Screen(l) {
			return l.look(env)
		}
	case nightMsg:
		if msg.ask == l.asks {
			l.err = msg.err
			if msg.told != nil {
				l.heard = msg.told
			}
		}
	case nightEstateMsg:
		l.state = cmp.Or(msg.state, l.state)
	case tea.MouseWheelMsg:
		l.page.By(list.Wheel(msg))
	}
	return nil
}

// look reads the night, and once the account as it is now.
func (l *lastNight) look(env *Env) Action {
	l.asks++
	ask, back, now, zone, cluster := l.asks, l.back, env.Clock.Now, env.Clock.Location, env.Cluster
	do := Batch{Ask{To: l, Read: func(ctx context.Context, b Backend) tea.Msg {
		x, err := readNight(ctx, b, now, zone, back, cluster)
		if err != nil {
			return nightMsg{ask: ask, err: visible.Text(err.Error())}
		}
		return nightMsg{ask: ask, told: x}
	}}}
	if inv := env.Inventory; inv != nil && l.state == nil {
		do = append(do, Ask{To: l, Read: func(ctx context.Context, _ Backend) tea.Msg {
			e, err := readEstate(ctx, inv)
			if err != nil {
				return nightEstateMsg{ask: ask}
			}
			return nightEstateMsg{ask: ask, state: &e}
		}})
	}
	return do
}

func readNight(ctx context.Context, b Backend, now time.Time, zone *time.Location, back int, cluster func(context.Context) (Cluster, error)) (*overnight, error) {
	from, to, err := night.When(ctx, b, now, zone, back)
	if err != nil {
		return nil, err
	}
	n, err := night.Read(ctx, b, from, to)
	if err != nil {
		return nil, err
	}
	cleanNight(&n)
	out := &overnight{Night: n, zone: to.Location()}
	heard, err := notify.OfNight(ctx, b, to)
	if err != nil {
		return nil, err
	}
	for i := range heard {
		out.told = append(out.told, toldOf(&heard[i]))
	}
	all, err := notify.All(ctx, b)
	if err != nil {
		return nil, err
	}
	for i := range all {
		d := &all[i]
		switch {
		case d.Sent.IsZero() && d.GaveUp.IsZero() && d.Digest == "":
			out.waiting++
		case !d.Sent.Before(from) && d.Sent.Before(to):
			out.sent++
		}
	}
	views, err := schedule.List(ctx, b, now)
	if err != nil {
		return nil, err
	}
	for _, v := range views {
		if !v.Next.IsZero() {
			out.next = append(out.next, upcoming{visible.Text(v.Name), v.Next.Time})
		}
	}
	slices.SortStableFunc(out.next, func(a, b upcoming) int { return a.at.Compare(b.at) })
	if cluster != nil {
		c, err := cluster(ctx)
		if err == nil { // who drove is good to know, and no more
			c.clean()
			out.terms, out.backup = c.Terms, c.Backup
		}
	}
	return out, nil
}

// cleanNight makes the texts of a night safe to show.
func cleanNight(n *night.Night) {
	for i := range n.Look {
		x := &n.Look[i]
		x.By, x.Why = visible.Text(x.By), visible.Text(x.Why)
		if x.Saga != nil {
			clean.Summary(x.Saga)
		}
	}
	for i := range n.Rows {
		n.Rows[i].Schedule = visible.Text(n.Rows[i].Schedule)
	}
	for i := range n.Subjects {
		n.Subjects[i].Name = visible.Text(n.Subjects[i].Name)
	}
	for i := range n.Things {
		n.Things[i].Type = visible.Text(n.Things[i].Type)
	}
	for i := range n.Freezes {
		f := &n.Freezes[i]
		f.Why = visible.Text(f.Why)
		if f.By != nil {
			by := *f.By
			by.Name = visible.Text(by.Name)
			f.By = &by
		}
	}
}

// View draws as much of the night as there is room for, from the top that was scrolled to.
func (l *lastNight) View(env *Env, width, height int) Drawing {
	t := env.Theme
	switch {
	case l.heard == nil && l.err != "":
		return Drawing{Lines: empty(env, width, height, "this cannot be read now", l.err)}
	case l.heard == nil:
		return Drawing{Lines: empty(env, width, height, "", "reading")}
	}
	lines := l.body(env, width, height)
	if l.err != "" {
		lines = append([]string{"  " + t.Danger.Paint(widget.Cut(l.err, width-3))}, lines...)
	}
	lines, page := l.page.Cut(t, lines, width-1, height)
	rows, _ := l.window(height)
	return Drawing{Lines: lines, Shown: func() { l.page, l.rows = page, rows }}
}
