package tui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/line"
)

// The stops of a dialog.
const (
	dialogKeep   = "keep"
	dialogGo     = "go"
	dialogType   = "type"
	dialogReason = "reason"
)

// dialog asks before a verb is done to a saga, or to those that are marked. It follows them while it is open, and what it
// is about never changes. The focus starts on the answer that changes nothing, and only a key moves it.
type dialog struct {
	verb   keys.Command
	ids    []engine.ID
	heads  map[engine.ID]engine.Summary // as they were when it was opened
	row    int                          // resolve: the row
	seen   map[engine.ID]*detail        // what is shown
	failed map[engine.ID]string         // what could not be read
	asked  bool                         // a read is under way
	stale  map[engine.ID]bool           // has changed since that read was asked for
	focus  string
	typed  line.Line // the short id, or for marked ones their number
	reason line.Line
	busy   bool
	notice string
	bad    bool // the notice is a refusal
	top    int
	page   int
	lines  int
}

// newDialog asks about some sagas. row is for resolve only.
func newDialog(verb keys.Command, row int, about ...engine.Summary) *dialog {
	d := &dialog{
		verb: verb, row: row, focus: dialogKeep, heads: map[engine.ID]engine.Summary{},
		seen: map[engine.ID]*detail{}, failed: map[engine.ID]string{}, stale: map[engine.ID]bool{},
	}
	for _, s := range about {
		d.ids = append(d.ids, s.ID)
		d.heads[s.ID] = s
	}
	return d
}

// one reports whether it is about a single saga.
func (d *dialog) one() bool { return len(d.ids) == 1 }

// Name says what would be done, and to what.
func (d *dialog) Name(*Env) string {
	if d.one() {
		return dialogVerbs[d.verb].title + " " + d.ids[0].Short()
	}
	return dialogVerbs[d.verb].title + " " + strconv.Itoa(len(d.ids)) + " marked sagas"
}

// Hints are the keys of the dialog.
func (d *dialog) Hints(*Env) []keys.Hint {
	if d.busy {
		return nil
	}
	out := keys.Hints("tab", "next", "enter", "choose", "esc", "close")
	if d.lines > d.page && d.page > 0 {
		out = append(out, keys.Hint{Key: "↑ ↓", Word: "more"})
	}
	return out
}

// stops are what tab goes through. Where a word has to be typed it comes before the answer that it unlocks; a cancel is
// one tab away from the answer that keeps the saga running.
func (d *dialog) stops() []string {
	switch {
	case d.phrase() != "":
		return []string{dialogKeep, dialogType, dialogReason, dialogGo}
	case d.verb == keys.CmdResolve:
		return []string{dialogKeep, dialogReason, dialogGo}
	}
	return []string{dialogKeep, dialogGo, dialogReason}
}

// phrase is what has to be typed before it is done; empty when nothing has.
func (d *dialog) phrase() string {
	switch {
	case d.verb != keys.CmdRollback:
		return ""
	case d.one():
		return d.ids[0].Short()
	}
	return strconv.Itoa(len(d.ids))
}

// unlocked reports whether what has to be typed has been.
func (d *dialog) unlocked() bool {
	return d.phrase() == "" || strings.EqualFold(strings.TrimSpace(d.typed.String()), d.phrase())
}

// Update takes keys, answers and changes.
func (d *dialog) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return d.read(d.ids)
	case Changed:
		return d.follow(msg.Fresh)
	case dialogRead:
		return d.take(msg)
	case dialogDone:
		return d.done(env, msg)
	case tea.PasteMsg:
		if d.focus == dialogReason && !d.busy { // what has to be typed is typed
			d.reason.Update(msg)
		}
	case tea.KeyPressMsg:
		return d.press(env, msg)
	}
	return nil
}

func (d *dialog) press(env *Env, k tea.KeyPressMsg) Action {
	if d.busy {
		return nil
	}
	switch name := k.String(); name {
	case "esc":
		return closeOne{d}
	case "tab":
		d.focus = around(d.stops(), d.focus, 1)
	case "shift+tab":
		d.focus = around(d.stops(), d.focus, -1)
	case "enter":
		return d.enter(env)
	case "down", "up", "pgdown", "pgup":
		n := map[string]int{"down": 1, "up": -1, "pgdown": max(1, d.page-1), "pgup": -max(1, d.page-1)}[name]
		d.top = max(0, min(d.top+n, d.lines-d.page))
	default:
		d.type_(k)
	}
	return nil
}

// enter answers. In a line it goes on to the next stop, but never onto an answer that nothing was typed for.
func (d *dialog) enter(env *Env) Action {
	switch d.focus {
	case dialogKeep:
		return closeOne{d}
	case dialogGo:
		return d.confirm(env)
	case dialogType:
		d.focus = dialogReason
	case dialogReason:
		d.focus = dialogKeep
		if d.phrase() != "" && d.unlocked() || d.verb == keys.CmdResolve && strings.TrimSpace(d.reason.String()) != "" {
			d.focus = dialogGo
		}
	}
	return nil
}

// type_ edits the line with the focus. With the focus on the harmless answer, what is typed goes to the line that has to be
// filled, or else to the reason.
func (d *dialog) type_(k tea.KeyPressMsg) {
	if d.focus == dialogKeep && k.Text != "" && k.String() != "space" {
		switch {
		case d.phrase() != "":
			d.focus = dialogType
		default:
			d.focus = dialogReason
		}
	}
	switch d.focus {
	case dialogType:
		d.typed.Update(k)
	case dialogReason:
		d.reason.Update(k)
	}
}

// follow reads again what has changed, one read at a time.
func (d *dialog) follow(f Fresh) Action {
	var ids []engine.ID
	for _, id := range d.ids {
		if f.All || slices.ContainsFunc(f.Summaries, func(s engine.Summary) bool { return s.ID == id }) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if d.asked {
		for _, id := range ids {
			d.stale[id] = true
		}
		return nil
	}
	return d.read(ids)
}

// take shows what was read, unless something newer is shown already.
func (d *dialog) take(m dialogRead) Action {
	d.asked = false
	for id, s := range m.sagas {
		d.show(id, s)
	}
	maps.Copy(d.failed, m.failed)
	if len(d.stale) == 0 {
		return nil
	}
	var ids []engine.ID
	for _, id := range d.ids {
		if d.stale[id] {
			ids = append(ids, id)
		}
	}
	clear(d.stale)
	return d.read(ids)
}

func (d *dialog) show(id engine.ID, s *detail) {
	if old := d.seen[id]; old == nil || s.saga.Seq >= old.saga.Seq {
		d.seen[id] = s
		delete(d.failed, id)
	}
}

// closeOne closes one overlay, wherever it lies among them.
type closeOne struct{ overlay Overlay }

func (c closeOne) perform(a *App) tea.Cmd {
	a.overlays = slices.DeleteFunc(a.overlays, func(o Overlay) bool { return o == c.overlay })
	return nil
}
