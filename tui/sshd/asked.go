package sshd

import (
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	gossh "golang.org/x/crypto/ssh"
)

// asked is what a client has asked for on one channel.
type asked struct {
	limits   Limits
	terminal bool
	command  bool // else a shell, which is the console
	args     []string
	settled  bool // shell or exec has come; nothing but sizes and signals changes any more
	settings int  // variables that have come, wanted or not

	resized chan struct{} // one slot: the size has changed
	byKey   atomic.Bool   // ctrl+c comes as a byte and ends the command

	mu            sync.Mutex // guards what follows; a leaf
	env           []string
	width, height int
}

// allowed are the variables that a client may set, and what may be in them: no path, no sequence, nothing long. TERM goes
// into the name of a file at the terminal database.
var allowed = map[string]*regexp.Regexp{
	"TERM":           regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$`),
	"COLORTERM":      regexp.MustCompile(`^[A-Za-z0-9._-]{0,32}$`),
	"LANG":           regexp.MustCompile(`^[A-Za-z0-9_.@-]{0,64}$`),
	"NO_COLOR":       regexp.MustCompile(`^[A-Za-z0-9._-]{0,32}$`),
	"ARCADIA_NOTIFY": regexp.MustCompile(`^(off|bell|osc9|osc777)$`),
	"TZ":             regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}$`),
}

// maxCommand bounds a command line.
const maxCommand = 32 << 10

// request answers one request of the client.
func (s *Session) request(r *gossh.Request) bool {
	w := &s.asked
	switch r.Type {
	case "env":
		return s.setting(r.Payload)
	case "pty-req":
		return !w.settled && !w.terminal && w.pty(r.Payload)
	case "window-change":
		return w.terminal && w.resize(r.Payload)
	case "shell":
		return s.start(nil, false)
	case "exec":
		var p struct{ Line string }
		if gossh.Unmarshal(r.Payload, &p) != nil || len(p.Line) > maxCommand {
			return false
		}
		args, err := split(p.Line)
		if err != nil || len(args) == 0 {
			return false
		}
		return s.start(args, true)
	case "signal":
		var p struct{ Name string }
		if gossh.Unmarshal(r.Payload, &p) == nil && slices.Contains([]string{"INT", "TERM", "HUP", "QUIT"}, p.Name) {
			s.end(ErrInterrupted)
		}
		return true
	case "keepalive@openssh.com":
		return true
	}
	// subsystem (sftp), auth-agent-req@openssh.com, x11-req, break and whatever comes next.
	s.server.journal.from(slog.LevelWarn, s.peer, "request refused", "door", s.peer.door.name, "type", clip(r.Type))
	return false
}

func (s *Session) start(args []string, command bool) bool {
	w := &s.asked
	if w.settled || s.ctx.Err() != nil {
		return false
	}
	w.settled, w.command, w.args = true, command, args
	w.byKey.Store(command && w.terminal)
	return true
}

// setting takes a variable. A client that sends a great many is ended rather than answered for ever.
func (s *Session) setting(payload []byte) bool {
	w := &s.asked
	w.settings++
	if w.settings > s.server.limits.Environment {
		if w.settings == s.server.limits.Environment+1 {
			s.server.journal.from(slog.LevelWarn, s.peer, "session refused", "door", s.peer.door.name, "reason", errFlood)
			s.give(errFlood)
		}
		return false
	}
	var p struct{ Name, Value string }
	if w.settled || gossh.Unmarshal(payload, &p) != nil {
		return false
	}
	form, known := allowed[p.Name]
	if !known || !form.MatchString(p.Value) {
		return false
	}
	w.set(p.Name, p.Value)
	return true
}

func (w *asked) set(name, value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.env = slices.DeleteFunc(w.env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	w.env = append(w.env, name+"="+value)
}

func (w *asked) environ() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.env)
}

// size is what is drawn: what the client said last, within our limits.
func (w *asked) size() (width, height int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.width, w.height
}

// title is the session in a word, for others to see. A command's arguments may be long or private; its name is neither.
func (w *asked) title() string {
	if !w.command {
		return Console
	}
	for _, a := range w.args {
		if verb.MatchString(a) {
			return a
		}
	}
	return "a command"
}

var verb = regexp.MustCompile(`^[a-z]{1,16}$`)

func (w *asked) pty(payload []byte) bool {
	var p struct {
		Term                      string
		Columns, Rows, Wide, Tall uint32
		Modes                     string
	}
	if gossh.Unmarshal(payload, &p) != nil {
		return false
	}
	w.terminal = true
	if !allowed["TERM"].MatchString(p.Term) {
		p.Term = "vt100" // every terminal understands it, and so must this one
	}
	w.set("TERM", p.Term)
	w.width, w.height = 80, 24
	w.take(p.Columns, p.Rows)
	return true
}

func (w *asked) resize(payload []byte) bool {
	var p struct{ Columns, Rows, Wide, Tall uint32 }
	if gossh.Unmarshal(payload, &p) != nil {
		return false
	}
	w.take(p.Columns, p.Rows)
	select {
	case w.resized <- struct{}{}:
	default: // somebody will look anyway
	}
	return true
}

// take clamps a size. A side of 0 says nothing (RFC 4254, 6.2) and changes nothing.
func (w *asked) take(columns, rows uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if columns > 0 {
		w.width = int(min(columns, uint32(w.limits.Width)))
	}
	if rows > 0 {
		w.height = int(min(rows, uint32(w.limits.Height)))
	}
}
