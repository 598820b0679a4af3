package tui

import (
	"strconv"
	"testing"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
)

// warm is a console on a crowd of n sagas, its list loaded, outside of any program.
func warm(tb testing.TB, n int) (*App, *crowd) {
	tb.Helper()
	return warmAt(tb, n, "")
}

// warmAt is warm with all sagas at one status.
func warmAt(tb testing.TB, n int, at engine.Status) (*App, *crowd) {
	tb.Helper()
	c := newCrowd(tb, n)
	c.at = at
	app := New(Config{Backend: c, Env: "DEMO", Operator: "ops1", Dark: true})
	tb.Cleanup(app.Close)
	app.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	feed(app, app.deliver(app.screen(), Shown{}), 0)
	l, ok := app.stacks[0][0].(*sagas)
	if !ok || l.size() == 0 {
		tb.Fatal("the list is empty")
	}
	return app, c
}

// feed runs commands that answer at once, in order.
func feed(app *App, cmd tea.Cmd, depth int) {
	if cmd == nil || depth > 20 {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			feed(app, c, depth+1)
		}
	case answer:
		feed(app, app.update(msg), depth+1)
	}
}

// TestTheCostOfAScreenDoesNotDependOnTheNumberOfSagas compares allocations for a few sagas with those for many.
func TestTheCostOfAScreenDoesNotDependOnTheNumberOfSagas(t *testing.T) {
	few, _ := warm(t, 30_000) // as many as fill the screen with rows of one band
	many, _ := warm(t, 100_000)
	view := func(a *App) float64 { return testing.AllocsPerRun(50, func() { a.View() }) }
	keys := func(a *App) float64 {
		return testing.AllocsPerRun(50, func() {
			a.Update(keyPress("j"))
			a.Update(keyPress("k"))
		})
	}
	if a, b := view(few), view(many); b > a*1.1+20 {
		t.Errorf("View allocates %.0f times for 30,000 sagas and %.0f times for 100,000", a, b)
	}
	if a, b := keys(few), keys(many); b > a*1.1+20 {
		t.Errorf("two keys allocate %.0f times for 30,000 sagas and %.0f times for 100,000", a, b)
	}
	const most = 1500
	if n := view(many); n > most {
		t.Errorf("View allocates %.0f times, want at most %d", n, most)
	}
}

// changes is a big change: as many headers as a feed names one by one.
func changes(c *crowd, n int) changesMsg {
	var m changesMsg
	for i := range n {
		s := c.saga(c.n - 1 - i%c.n)
		s.Seq += uint64(i) + 1
		m.changed.Summaries = append(m.changed.Summaries, s)
	}
	m.counts = engine.Counts{ByStatus: map[engine.Status]int{}}
	return m
}

func BenchmarkView(b *testing.B) {
	app, _ := warm(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		app.View()
	}
}

func BenchmarkUpdateKey(b *testing.B) {
	app, _ := warm(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		app.Update(keyPress("j"))
		app.Update(keyPress("k"))
	}
}

// BenchmarkKeyBesideUnfinished presses two keys and draws after each, with few and with very many sagas under way.
func BenchmarkKeyBesideUnfinished(b *testing.B) {
	for _, n := range []int{40, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			app, _ := warmAt(b, n, engine.Running)
			b.ReportAllocs()
			for b.Loop() {
				app.Update(keyPress("j"))
				app.View()
				app.Update(keyPress("k"))
				app.View()
			}
		})
	}
}

func BenchmarkUpdateChanges(b *testing.B) {
	app, c := warm(b, 100_000)
	m := changes(c, 1024)
	b.ReportAllocs()
	for b.Loop() {
		app.Update(m)
	}
}

func BenchmarkViewOfASaga(b *testing.B) {
	app, _ := warm(b, 100_000)
	feed(app, app.command(keys.CmdOpen), 0)
	b.ReportAllocs()
	for b.Loop() {
		app.View()
	}
}

func BenchmarkViewOfResources(b *testing.B) {
	app, _ := warm(b, 300)
	r := newResources(Config{Drifts: newBeat()})
	var m rowsMsg
	for i := range 10_000 {
		key := "dns_record/" + strconv.Itoa(i)
		m.rows = append(m.rows, list.Row{Key: key, Value: engine.Resource{}, Cells: []string{key, "dns record", key, "", "", "0c4411aa", "1", "Nov 23 14:04"}})
	}
	r.Update(&app.env, m)
	app.stack().push(r)
	b.ReportAllocs()
	for b.Loop() {
		app.View()
	}
}
