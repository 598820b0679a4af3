package tui

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// dialog asks before a verb is done to a saga, or to those that are marked. It follows them while it is open, and what it
// is about never changes.
type dialog struct {
	confirm.Dialog
	verb   keys.Command
	ids    []engine.ID
	heads  map[engine.ID]engine.Summary // as they were when it was opened
	row    int                          // resolve: the row
	seen   map[engine.ID]*detail        // what is shown
	failed map[engine.ID]string         // what could not be read
	asked  bool                         // a read is under way
	stale  map[engine.ID]bool           // has changed since that read was asked for
	estate estate.Estate                // what there is of copies, once it is read
}

// The lines and the answer of a dialog.
const (
	typedLine  = "typed"
	reasonLine = "reason"
	untilLine  = "until"
	doIt       = "do"
)

// newDialog asks about some sagas. row is for resolve only.
func newDialog(verb keys.Command, row int, about ...engine.Summary) *dialog {
	d := &dialog{
		verb: verb, row: row, heads: map[engine.ID]engine.Summary{},
		seen: map[engine.ID]*detail{}, failed: map[engine.ID]string{}, stale: map[engine.ID]bool{},
	}
	for _, s := range about {
		d.ids = append(d.ids, s.ID)
		d.heads[s.ID] = s
	}
	w := dialogVerbs[verb]
	reason := confirm.Line{ID: reasonLine, Label: "Reason", Missing: w.reason}
	lines := []confirm.Line{reason}
	if p := d.phrase(); p != "" {
		lines = []confirm.Line{{ID: typedLine, Phrase: p}, reason}
	}
	if verb == keys.CmdPostpone {
		lines = []confirm.Line{{ID: untilLine, Label: "Until", Missing: "say until when: 2026-12-01 08:00, or +2h"}, reason}
	}
	d.Dialog = confirm.New(lines, confirm.Answer{ID: doIt, Word: w.act, Danger: w.danger})
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
func (d *dialog) Hints(*Env) []keys.Hint { return d.Dialog.Hints() }

// phrase is what has to be typed before it is done, the name of what it is about; empty when nothing has.
func (d *dialog) phrase() string {
	switch {
	case d.verb != keys.CmdRollback && d.verb != keys.CmdGlass:
		return ""
	case d.one():
		return cmp.Or(say.Name(d.heads[d.ids[0]].Target), d.ids[0].Short())
	}
	return string(d.verb) + " " + strconv.Itoa(len(d.ids))
}

// Update takes keys, answers and changes.
func (d *dialog) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return Batch{d.read(d.ids), d.lookForCopies(env)}
	case estateMsg:
		d.found(msg)
		return nil
	case Changed:
		return d.follow(msg.Fresh)
	case dialogRead:
		return d.take(msg)
	case dialogDone:
		return d.done(env, msg)
	}
	return pressed(d, d.Dialog.Update(msg), func() Action { return d.confirm(env) })
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
	d.found(estateMsg{d.estate})
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

// pressed is what a key in a dialog comes to: nothing, the dialog's end, or what give makes of the answer under the focus.
func pressed(o Overlay, e confirm.Event, give func() Action) Action {
	switch e {
	case confirm.Leaves:
		return closeOne{o}
	case confirm.Answers:
		return give()
	case confirm.Stays:
	}
	return nil
}
