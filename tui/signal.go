package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// maxTitle bounds the window title: terminals keep it, and some echo it back.
const maxTitle = 80

// title is as clean as the breadcrumb: the terminal takes it as it is. What needs a person comes first, since tabs are
// narrow.
func (a *App) title() string {
	s := a.env.State
	text := "arcadia " + strings.Join(a.screen().Title(&a.env), " ")
	if n := s.Active(); n > 0 {
		text = strconv.Itoa(n) + " running " + text
	}
	if n := s.NeedsMe(); n > 0 {
		text = strconv.Itoa(n) + "! " + text
	}
	if s.Frozen != nil {
		text = "FROZEN " + text
	}
	return visible.Text(ansi.Truncate(text, maxTitle, ""))
}

// progress is the terminal's own progress bar (OSC 9;4), which shows in its tab or on the task bar: of the saga on the
// screen how far it is, else that something is at work or needs a person.
func (a *App) progress() *tea.ProgressBar {
	s := a.env.State
	if !a.cfg.Progress || !s.Ready {
		return nil
	}
	if s.Frozen != nil {
		return tea.NewProgressBar(tea.ProgressBarWarning, 100)
	}
	if x, ok := a.screen().(*saga); ok {
		if bar := sagaBar(x.summary()); bar != nil {
			return bar
		}
	}
	switch {
	case s.NeedsMe() > 0:
		return tea.NewProgressBar(tea.ProgressBarError, 100)
	case s.Active() > 0:
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	return nil
}

func sagaBar(s *engine.Summary) *tea.ProgressBar {
	part := func(n, of int) int { return 100 * n / max(1, of) }
	switch s.Status {
	case engine.Running:
		return tea.NewProgressBar(tea.ProgressBarDefault, part(s.CurrentStepIdx, len(s.StepNames)))
	case engine.Compensating:
		return tea.NewProgressBar(tea.ProgressBarWarning, part(s.UndoTotal-s.Undone, s.UndoTotal))
	case engine.Failed:
		return tea.NewProgressBar(tea.ProgressBarError, 100)
	case engine.Pending, engine.Completed, engine.RolledBack:
	}
	return nil
}

// ring is the bell, when a saga that is open on a screen of this session has come to rest with this change.
func (a *App) ring(changed []engine.Summary) tea.Cmd {
	var bell tea.Cmd
	for i := range changed {
		x := a.openSaga(changed[i].ID)
		if x == nil {
			continue
		}
		rests := changed[i].Status.Terminal()
		if rests && !x.rested && a.cfg.Bell {
			bell = tea.Raw("\a")
		}
		x.rested = rests
	}
	return bell
}

// openSaga is the screen of a saga, or nil.
func (a *App) openSaga(id engine.ID) *saga {
	for _, stack := range a.stacks {
		for _, sc := range stack {
			if x, ok := sc.(*saga); ok && x.first.ID == id {
				return x
			}
		}
	}
	return nil
}

// notifyWays are what Config.Notify may be.
var notifyWays = []string{"off", "bell", "osc9", "osc777"}

// call tells the terminal's owner of sagas that have failed or need a person since the last change, the first time each.
func (a *App) call(changed []engine.Summary) tea.Cmd {
	if a.called == nil {
		a.called = map[engine.ID]bool{}
	}
	first, n := "", 0
	for i := range changed {
		s := &changed[i]
		needs := s.Status == engine.Failed || s.NeedsOperator()
		if needs && !a.called[s.ID] {
			if n == 0 {
				first = strings.TrimSpace(s.Kind+" "+s.Target) + " needs you"
			}
			n++
		}
		if needs {
			a.called[s.ID] = true
		} else {
			delete(a.called, s.ID)
		}
	}
	if n > 1 {
		first = strconv.Itoa(n) + " sagas need you"
	}
	if text := calling(a.cfg.Notify, first); n > 0 && text != "" {
		if a.muxed {
			text = throughTmux(text)
		}
		return tea.Raw(text)
	}
	return nil
}

// calling is what a terminal takes for a notification; empty when it is to have none. The text is clean, and holds nothing that
// would end it early.
func calling(way, text string) string {
	text = strings.NewReplacer(";", ",", "\a", "").Replace(visible.Text(ansi.Truncate(text, maxTitle, "")))
	switch way {
	case "bell":
		return "\a"
	case "osc9":
		return "\x1b]9;" + text + "\x1b\\"
	case "osc777":
		return "\x1b]777;notify;arcadia;" + text + "\x1b\\"
	}
	return ""
}

// throughTmux wraps a sequence so that tmux hands it on to the terminal that it runs in, where its owner lets it (allow-passthrough).
func throughTmux(sequence string) string {
	if !strings.Contains(sequence, "\x1b") {
		return sequence // a bell it knows itself
	}
	return "\x1bPtmux;" + strings.ReplaceAll(sequence, "\x1b", "\x1b\x1b") + "\x1b\\"
}
