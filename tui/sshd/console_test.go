package sshd_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/sshd"
)

// model is a small console: it says who it is for, counts keys and takes text.
type model struct {
	s             *sshd.Session
	width, height int
	got           string
	marks         int
	news          <-chan struct{}
	notice        string
	calm          bool          // no key does anything special
	over          chan struct{} // closed when it has ended
}

type (
	markMsg   struct{}
	noticeMsg string
)

func newModel(s *sshd.Session) *model { return &model{s: s, over: make(chan struct{})} }

// show runs a model that nothing else was told to.
func show(ctx context.Context, s *sshd.Session) error { return newModel(s).run(ctx) }

func (m *model) run(ctx context.Context) error {
	defer close(m.over)
	return m.s.Run(ctx, m)
}

// calm is a console on which no key does anything special.
func calm(c *sshd.Config) {
	c.Console = func(ctx context.Context, s *sshd.Session) error {
		m := newModel(s)
		m.calm = true
		return m.run(ctx)
	}
}

func (m *model) Init() tea.Cmd {
	return tea.Batch(m.listen(), func() tea.Msg {
		select {
		case text := <-m.s.Notices():
			return noticeMsg(text)
		case <-m.over:
			return nil
		}
	})
}

func (m *model) listen() tea.Cmd {
	if m.news == nil {
		return nil
	}
	return func() tea.Msg {
		if _, ok := <-m.news; !ok {
			return nil
		}
		return markMsg{}
	}
}

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case markMsg:
		m.marks++
		return m, m.listen()
	case noticeMsg:
		m.notice = string(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.PasteMsg:
		m.got += fmt.Sprintf("<paste %d>", len(msg.Content))
	case tea.KeyPressMsg:
		key := msg.String()
		if m.calm {
			key = ""
		}
		switch key {
		case "q":
			return m, tea.Quit
		case "!":
			panic("the model is broken")
		case "@":
			return m, func() tea.Msg { panic("a command is broken") }
		case "#":
			return m, tea.Sequence(func() tea.Msg { return nil }, func() tea.Msg { panic("a sequence is broken") })
		case "ctrl+z":
			return m, tea.Suspend
		}
		m.s.Seat().Look("key " + msg.String())
		m.got += msg.String()
		m.got = strings.ToValidUTF8(m.got[max(0, len(m.got)-60):], "")
	}
	return m, nil
}

func (m *model) View() tea.View {
	a := m.s.Actor()
	v := tea.NewView(fmt.Sprintf("%s %s %dx%d\n[%s]\nmarks %d\n%s", a.Name, a.Role, m.width, m.height, m.got, m.marks, m.notice))
	v.AltScreen = true
	return v
}

// command is a small command tree.
func command(ctx context.Context, s *sshd.Session, args []string) int {
	switch args[0] {
	case "list":
		fmt.Fprintf(s, `[{"by":%q,"args":%q}]`+"\n", s.Actor().Name, args)
		return 0
	case "whoami":
		a := s.Actor()
		fmt.Fprintf(s, "%s %s %s %v\n", a.Name, a.Role, a.Key, a.From != "")
		return 0
	case "env":
		fmt.Fprintln(s, strings.Join(s.Environ(), " "))
		return 0
	case "fail":
		fmt.Fprintln(s.Stderr(), "arcadia: it failed")
		return 4
	case "echo":
		_, _ = io.Copy(s, s)
		return 0
	case "wait":
		fmt.Fprintln(s, "waiting")
		<-ctx.Done()
		fmt.Fprintln(s, context.Cause(ctx))
		return 3
	case "panic":
		panic("a command is broken")
	}
	fmt.Fprintln(s.Stderr(), "arcadia: unknown command")
	return 2
}
