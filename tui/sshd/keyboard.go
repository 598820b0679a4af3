package sshd

import (
	"bytes"
	"io"
)

// What enters and leaves the screen of a console, and what asks a terminal that knows the keyboard protocol of kitty to say the escape
// key in a sequence of its own, and takes that back. Such a terminal keeps what was asked by screen.
var (
	entersScreen, leavesScreen = []byte("\x1b[?1049h"), []byte("\x1b[?1049l")
	asksKeys, leavesKeys       = []byte("\x1b[>1u"), []byte("\x1b[<1u")
)

// keyboard asks the client's terminal for keys that cannot be mistaken, while a console is on its screen. The library does not ask where
// it is not the one that reads the keys. With them escape is a key at once: nothing has to be waited for that might follow it.
type keyboard struct{ to io.Writer }

func (k keyboard) Write(p []byte) (int, error) {
	out := p
	if bytes.Contains(p, entersScreen) || bytes.Contains(p, leavesScreen) {
		out = bytes.ReplaceAll(p, entersScreen, append(bytes.Clone(entersScreen), asksKeys...))
		out = bytes.ReplaceAll(out, leavesScreen, append(bytes.Clone(leavesKeys), leavesScreen...))
	}
	if _, err := k.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
