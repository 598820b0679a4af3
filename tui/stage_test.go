package tui

import (
	"context"
	"flag"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
)

var update = flag.Bool("update", false, "write the golden files again")

// stage drives a console without a terminal: it runs its commands and feeds it what they answer. It lives inside a
// synctest bubble, so that it knows when every command has answered or waits.
type stage struct {
	tb   testing.TB
	app  *App
	msgs chan tea.Msg
}

// onStage runs f with a console on a guarded backend, in a bubble.
func onStage(t *testing.T, width, height int, backend func() Backend, change func(*Config), f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{
			Backend: guarded{backend()}, Env: "DEMO", Operator: "ops1", Dark: true,
			Now: func() time.Time { return noon }, Location: time.UTC,
		}
		if change != nil {
			change(&cfg)
		}
		s := &stage{tb: t, app: New(cfg), msgs: make(chan tea.Msg, 1024)}
		defer func() { // also when the test has failed
			s.app.Close()
			synctest.Wait()
		}()
		s.run(s.app.Init())
		s.send(tea.WindowSizeMsg{Width: width, Height: height})
		f(s)
	})
}

// send gives the console a message and waits until everything that follows from it is done.
func (s *stage) send(msg tea.Msg) {
	_, cmd := s.app.Update(msg)
	s.app.View()
	s.run(cmd)
	for {
		synctest.Wait()
		select {
		case m := <-s.msgs:
			_, cmd := s.app.Update(m)
			s.app.View()
			s.run(cmd)
		default:
			return
		}
	}
}

func (s *stage) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				s.run(c)
			}
		default:
			s.msgs <- msg
		}
	}()
}

// press types keys by their names, as tea.KeyPressMsg.String() gives them.
func (s *stage) press(keys ...string) {
	for _, k := range keys {
		s.send(keyPress(k))
	}
}

// write types text.
func (s *stage) write(text string) {
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func resize(w, h int) tea.WindowSizeMsg { return tea.WindowSizeMsg{Width: w, Height: h} }

func keyPress(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "down": tea.KeyDown, "up": tea.KeyUp, "space": tea.KeySpace,
		"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "home": tea.KeyHome, "end": tea.KeyEnd, "f2": tea.KeyF2, "backspace": tea.KeyBackspace,
		"left": tea.KeyLeft, "right": tea.KeyRight,
	}
	if c, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: c}
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	if name == "shift+tab" {
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// text is the screen without looks.
func (s *stage) text() string { return ansi.Strip(s.app.View().Content) }

// has fails the test when the screen does not show the text.
func (s *stage) has(text string) {
	s.tb.Helper()
	if !strings.Contains(s.text(), text) {
		s.tb.Errorf("the screen does not show %q:\n%s", text, s.text())
	}
}

// hasNot fails the test when the screen shows the text.
func (s *stage) hasNot(text string) {
	s.tb.Helper()
	if strings.Contains(s.text(), text) {
		s.tb.Errorf("the screen shows %q:\n%s", text, s.text())
	}
}

// guarded is a backend that panics when it is called from Update, View or Init.
type guarded struct{ Backend }

func outside() {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := frames.Next()
		if name, ok := strings.CutPrefix(f.Function, "arcadia/tui.(*App)."); ok && (name == "Update" || name == "View" || name == "Init") {
			panic("the backend is called outside a command")
		}
		if !more {
			return
		}
	}
}

func (g guarded) List(ctx context.Context, q engine.Query) (engine.Page, error) {
	outside()
	return g.Backend.List(ctx, q)
}

func (g guarded) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	outside()
	return g.Backend.Summaries(ctx, ids...)
}

func (g guarded) Saga(ctx context.Context, id engine.ID) (*engine.Saga, error) {
	outside()
	return g.Backend.Saga(ctx, id)
}

func (g guarded) Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error) {
	outside()
	return g.Backend.Entries(ctx, id, after)
}

func (g guarded) Counts(ctx context.Context) (engine.Counts, error) {
	outside()
	return g.Backend.Counts(ctx)
}

func (g guarded) Find(ctx context.Context, ref string) (engine.ID, error) {
	outside()
	return g.Backend.Find(ctx, ref)
}

func (g guarded) Resources(ctx context.Context) ([]engine.Resource, error) {
	outside()
	return g.Backend.Resources(ctx)
}

func (g guarded) UndoText(s *engine.Saga, idx int) string {
	outside()
	return g.Backend.UndoText(s, idx)
}

func (g guarded) Tries(step string) (forward, backward int) {
	outside()
	return g.Backend.Tries(step)
}

func (g guarded) Watch() *engine.Feed  { outside(); return g.Backend.Watch() }
func (g guarded) Err() error           { outside(); return g.Backend.Err() }
func (g guarded) Kinds() []engine.Kind { outside(); return g.Backend.Kinds() }
func (g guarded) StepNames() []string  { outside(); return g.Backend.StepNames() }

func (g guarded) Fields(kind string, steps []string) ([]string, [][]engine.Field, error) {
	outside()
	return g.Backend.Fields(kind, steps)
}

func (g guarded) Plan(ctx context.Context, l engine.Launch) (engine.Plan, error) {
	outside()
	return g.Backend.Plan(ctx, l)
}

func (g guarded) PlanAgain(ctx context.Context, id engine.ID) (engine.Plan, error) {
	outside()
	return g.Backend.PlanAgain(ctx, id)
}

func (g guarded) Start(ctx context.Context, l engine.Launch) (*engine.Saga, error) {
	outside()
	return g.Backend.Start(ctx, l)
}

func (g guarded) Cancel(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Cancel(ctx, id, v)
}

func (g guarded) Rollback(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Rollback(ctx, id, v)
}

func (g guarded) Retry(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Retry(ctx, id, v)
}

func (g guarded) Pause(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Pause(ctx, id, v)
}

func (g guarded) Resume(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Resume(ctx, id, v)
}

func (g guarded) Skip(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Skip(ctx, id, v)
}

func (g guarded) Proceed(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Proceed(ctx, id, v)
}

func (g guarded) Postpone(ctx context.Context, id engine.ID, until time.Time, v engine.Request) error {
	outside()
	return g.Backend.Postpone(ctx, id, until, v)
}

func (g guarded) Approve(ctx context.Context, id engine.ID, hash string, v engine.Request) error {
	outside()
	return g.Backend.Approve(ctx, id, hash, v)
}

func (g guarded) Refuse(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.Refuse(ctx, id, v)
}

func (g guarded) BreakGlass(ctx context.Context, id engine.ID, v engine.Request) error {
	outside()
	return g.Backend.BreakGlass(ctx, id, v)
}

func (g guarded) Resolve(ctx context.Context, id engine.ID, idx int, v engine.Request) error {
	outside()
	return g.Backend.Resolve(ctx, id, idx, v)
}

func (g guarded) Frozen() *engine.Frozen { outside(); return g.Backend.Frozen() }

func (g guarded) Freeze(ctx context.Context, v engine.Request) error {
	outside()
	return g.Backend.Freeze(ctx, v)
}

func (g guarded) Thaw(ctx context.Context, v engine.Request) error {
	outside()
	return g.Backend.Thaw(ctx, v)
}
