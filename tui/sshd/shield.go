package sshd

import (
	"reflect"
	"runtime/debug"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// shield stands between a program and a model, so that a panic of the model ends its program in order (Bubble Tea would
// print it on the terminal of the process that serves), and so that nothing the model draws can steer the terminal.
type shield struct {
	model tea.Model
	quit  func() // ends the program from where no command can be returned

	mu    sync.Mutex // guards fault: commands run on goroutines of their own
	fault *faultError
}

type faultMsg struct{}

func (s *shield) Init() (cmd tea.Cmd) {
	defer s.catch(func() { cmd = tea.Quit })
	return s.guard(s.model.Init())
}

func (s *shield) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	if _, ok := msg.(faultMsg); ok || s.broken() != nil {
		return s, tea.Quit
	}
	next = s
	defer s.catch(func() { cmd = tea.Quit })
	s.model, cmd = s.model.Update(msg)
	return s, s.guard(cmd)
}

func (s *shield) View() (v tea.View) {
	defer s.catch(func() { v = tea.View{AltScreen: true}; s.quit() })
	v = s.model.View()
	v.Content = harden(v.Content)
	v.WindowTitle = plain(v.WindowTitle)
	return v
}

var commandType = reflect.TypeFor[tea.Cmd]()

// guard catches what a command throws, and what the commands throw that it returns in a batch or a sequence. The type of
// the latter is not exported, hence the reflection.
func (s *shield) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer s.catch(func() { msg = faultMsg{} })
		msg = cmd()
		if v := reflect.ValueOf(msg); v.IsValid() && v.Kind() == reflect.Slice && v.Type().Elem() == commandType {
			for i := range v.Len() {
				if inner, ok := reflect.TypeAssert[tea.Cmd](v.Index(i)); ok && inner != nil {
					v.Index(i).Set(reflect.ValueOf(s.guard(inner)))
				}
			}
		}
		return msg
	}
}

// catch must be deferred by whoever may panic.
func (s *shield) catch(then func()) {
	v := recover()
	if v == nil {
		return
	}
	s.mu.Lock()
	if s.fault == nil {
		s.fault = &faultError{value: v, stack: debug.Stack()}
	}
	s.mu.Unlock()
	then()
}

func (s *shield) broken() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		return nil
	}
	return s.fault
}
