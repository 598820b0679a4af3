package sshd

import (
	"io"

	"golang.org/x/term"
)

// Lines is a session's input for whoever reads lines of it. On a terminal there is nobody between the keys and us who would echo
// them, take one back or end a line, since the client's own terminal is raw: that is done here.
func (s *Session) Lines() io.Reader {
	if !s.asked.terminal {
		return s
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{s, s.out}, "")
	if width, height := s.asked.size(); width > 0 && height > 0 {
		_ = t.SetSize(width, height) // it knows these for good
	}
	return &typedLines{from: t}
}

// typedLines reads from a line editor.
type typedLines struct {
	from *term.Terminal
	rest []byte
}

// Read gives what is left of the line under way, or waits for the next.
func (l *typedLines) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		line, err := l.from.ReadLine()
		if err != nil {
			return 0, err
		}
		l.rest = append([]byte(line), '\n')
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
