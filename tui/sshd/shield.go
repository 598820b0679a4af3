package sshd

import (
	"reflect"
	"runtime/debug"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/frames"
)

// shield stands between a program and a model, so that a panic of the model ends its program in order (Bubble Tea would
// print it on the terminal of the process that serves), and so that nothing the model draws can steer the terminal.
//
// It also keeps a costly screen from being drawn all the time: the library asks for the whole of it after every key, so that one
// client's junk would draw a hundred thousand cells a thousand times a second. What comes while a drawing is pending is in it.
type shield struct {
	model tea.Model
	quit  func()        // ends the program from where no command can be returned
	frame time.Duration // of a screen that is not large
	cells int           // of the screen
	clock frames.Clock

	drawn   time.Time     // when view was
	cost    time.Duration // of drawing it
	view    tea.View
	pending bool // a frameMsg is on its way

	mu    sync.Mutex // guards fault: commands run on goroutines of their own
	fault *faultError
}

const (
	cheap     = time.Millisecond // what a drawing may take without anybody waiting for it
	costShare = 8                // of the time, a costly one takes no more than this part
	large     = 20_000           // cells: a screen of 240 × 80 is not large yet
	longest   = 500 * time.Millisecond
)

type (
	faultMsg struct{}
	frameMsg struct{} // it is time to draw what has changed meanwhile
)

func (s *shield) Init() (cmd tea.Cmd) {
	defer s.catch(func() { cmd = tea.Quit })
	return s.guard(s.model.Init())
}

func (s *shield) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	s.clock.Stir()
	if _, ok := msg.(faultMsg); ok || s.broken() != nil {
		return s, tea.Quit
	}
	if _, ok := msg.(frameMsg); ok {
		s.pending, s.drawn = false, time.Time{}
		return s, nil
	}
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		s.cells = size.Width * size.Height
	}
	next = s
	defer s.catch(func() { cmd = tea.Quit })
	s.model, cmd = s.model.Update(msg)
	return s, tea.Batch(s.guard(cmd), s.soon())
}

// soon lets the screen be drawn when the frame that it was drawn in is over; nil when it can be drawn now, or will be already.
func (s *shield) soon() tea.Cmd {
	left := s.gap() - time.Since(s.drawn)
	if left <= 0 || s.pending {
		return nil
	}
	s.pending = true
	return tea.Tick(left, func(time.Time) tea.Msg { return frameMsg{} })
}

// gap is the least time between two drawings: nothing for what is cheap, and the more the larger the screen is, since whoever writes the
// difference to the client looks at every cell of it.
func (s *shield) gap() time.Duration {
	var gap time.Duration
	if s.cost >= cheap {
		gap = min(s.frame, costShare*s.cost)
	}
	if s.cells > large {
		gap = max(gap, s.frame*time.Duration(s.cells)/large)
	}
	return min(gap, longest)
}

func (s *shield) View() (v tea.View) {
	s.clock.Stir()
	if s.pending {
		return s.view
	}
	defer s.catch(func() { v = tea.View{AltScreen: true}; s.quit() })
	begun := time.Now()
	defer func() { s.drawn, s.view = time.Now(), v; s.cost = s.drawn.Sub(begun) }()
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
