package sshd

import (
	"bytes"
	"io"
)

// inlet carries what a client sends to whoever reads the session. It can be shut from our side at any moment, which a
// read from an SSH channel cannot.
type inlet struct {
	r *io.PipeReader
	w *io.PipeWriter
}

func newInlet() *inlet {
	i := &inlet{}
	i.r, i.w = io.Pipe()
	return i
}

// Read gives what the client has sent, and io.EOF once it has ended its input or the session is over.
func (i *inlet) Read(p []byte) (int, error) { return i.r.Read(p) }

// pump reads from until it ends. seen is called with everything that came.
func (i *inlet) pump(from io.Reader, seen func([]byte)) {
	defer i.w.Close()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			seen(buf[:n])
			if _, shut := i.w.Write(buf[:n]); shut != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// shut ends the input for whoever reads it.
func (i *inlet) shut() { _ = i.w.CloseWithError(io.EOF) }

// interrupted reports whether the operator has pressed ctrl+c. A command on a terminal gets it as a byte, since the
// terminal at the client is raw and there is none here that would turn it into a signal.
func interrupted(p []byte) bool { return bytes.IndexByte(p, 0x03) >= 0 }
