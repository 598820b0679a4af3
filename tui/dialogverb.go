package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// dialogTries bounds how often a confirmation reads a saga that writes log lines all the while.
const dialogTries = 10

// dialogWords are what a dialog says for one verb.
type dialogWords struct {
	title, act string
	done       string // behind the short id, once it is recorded
	reason     string // what is said when there is no reason; empty: it needs none
	danger     bool
	do         func(ctx context.Context, b Backend, id engine.ID, v request) error
}

// request is what a dialog asks the engine for.
type request struct {
	engine.Request
	row   int       // resolve
	until time.Time // postpone
}

// plainly is a verb that takes no more than a request.
func plainly(verb func(Backend, context.Context, engine.ID, engine.Request) error) func(context.Context, Backend, engine.ID, request) error {
	return func(ctx context.Context, b Backend, id engine.ID, v request) error {
		return verb(b, ctx, id, v.Request)
	}
}

var dialogVerbs = map[keys.Command]dialogWords{
	keys.CmdCancel:   {"Cancel", "Cancel it", "is being canceled", "", true, plainly(Backend.Cancel)},
	keys.CmdRollback: {"Roll back", "Roll back", "is being rolled back", "", true, plainly(Backend.Rollback)},
	keys.CmdRetry:    {"Retry", "Retry", "is tried again", "", false, plainly(Backend.Retry)},
	keys.CmdResolve: {"Resolve", "Resolve", "resolved", "say why what is left may stay", true, func(ctx context.Context, b Backend, id engine.ID, v request) error {
		return b.Resolve(ctx, id, v.row, v.Request)
	}},
	keys.CmdPause:   {"Pause", "Pause it", "pauses before its next step", "", false, plainly(Backend.Pause)},
	keys.CmdResume:  {"Resume", "Resume", "goes on", "", false, plainly(Backend.Resume)},
	keys.CmdSkip:    {"Skip", "Skip the step", "goes on without it", "", true, plainly(Backend.Skip)},
	keys.CmdProceed: {"Proceed with", "Go on now", "goes on now", "say why it need not wait any longer", true, plainly(Backend.Proceed)},
	keys.CmdGlass:   {"Break the glass for", "Break the glass", "goes on without approvals after a while, unless somebody refuses", "say why it cannot wait for an approval", true, plainly(Backend.BreakGlass)},
	keys.CmdPostpone: {"Postpone", "Move the wait", "waits until then", "say why it should wait until then", false, func(ctx context.Context, b Backend, id engine.ID, v request) error {
		return b.Postpone(ctx, id, v.until, v.Request)
	}},
}

// dialogRead answers a read.
type dialogRead struct {
	sagas  map[engine.ID]*detail
	failed map[engine.ID]string
}

// dialogDone answers a confirmation.
type dialogDone struct {
	done    []engine.ID
	now     map[engine.ID]*detail // of the sagas that are not as they were shown
	refused map[engine.ID]string  // why nothing was done to them
}

// read loads sagas.
func (d *dialog) read(ids []engine.ID) Action {
	d.asked = true
	return Ask{To: d, Read: func(ctx context.Context, b Backend) tea.Msg {
		m := dialogRead{sagas: map[engine.ID]*detail{}, failed: map[engine.ID]string{}}
		for _, id := range ids {
			s, err := readWhole(ctx, b, id)
			if err != nil {
				m.failed[id] = visible.Text(err.Error())
				continue
			}
			m.sagas[id] = s
		}
		return m
	}}
}

// unfit says why the verb cannot be done to a saga as it is shown.
func (d *dialog) unfit(env *Env, id engine.ID) string {
	s := d.seen[id]
	switch {
	case d.failed[id] != "":
		return d.failed[id]
	case s == nil:
		return "its ledger has not been read yet"
	}
	if d.verb == keys.CmdResolve {
		if d.row < 0 || d.row >= len(s.saga.Rows) || s.saga.Rows[d.row].Status != engine.RowCompensationFailed {
			return "row " + strconv.Itoa(d.row) + " is not left behind any more"
		}
	}
	return env.impossible(d.verb, &s.saga.Summary, s.saga)
}

// locked says why the answer that changes something cannot be given now, whatever is filled in.
func (d *dialog) locked(env *Env) string {
	why := ""
	for _, id := range d.ids {
		w := d.unfit(env, id)
		if w == "" {
			return ""
		}
		why = w
	}
	return why
}

// confirm does the verb to what is shown: each saga is read again, and left alone when it is not as it was shown.
func (d *dialog) confirm(env *Env) Action {
	if why := d.locked(env); why != "" {
		d.Refuse(why)
		return nil
	}
	d.Busy, d.Notice = true, ""
	var ids []engine.ID
	shown := map[engine.ID]*detail{}
	for _, id := range d.ids {
		if d.unfit(env, id) == "" {
			ids = append(ids, id)
			shown[id] = d.seen[id]
		}
	}
	verb, v := d.verb, request{Request: engine.Request{Reason: d.Text(reasonLine)}, row: d.row}
	if verb == keys.CmdPostpone {
		var err error
		v.until, err = engine.ParseMoment(d.Text(untilLine), env.Clock.Zone(), env.Clock.Now)
		if err == nil {
			err = engine.PostponeTo(v.until, env.Clock.Now)
		}
		if err != nil {
			d.Busy = false
			d.Refuse(visible.Text(err.Error()))
			return nil
		}
	}
	return Ask{To: d, Read: func(ctx context.Context, b Backend) tea.Msg {
		m := dialogDone{now: map[engine.ID]*detail{}, refused: map[engine.ID]string{}}
		order := ids
		if verb == keys.CmdRollback && len(ids) > 1 {
			var err error
			if order, err = b.RollbackOrder(ctx, ids...); err != nil {
				return dialogDone{refused: map[engine.ID]string{ids[0]: visible.Text(err.Error()) + ": nothing was begun"}}
			}
		}
		for _, id := range order {
			now, why := askOne(ctx, b, verb, id, v, shown[id])
			switch why {
			case "":
				m.done = append(m.done, id)
			default:
				m.refused[id] = why
			}
			if now != nil {
				m.now[id] = now
			}
		}
		return m
	}}
}

// askOne does a verb to one saga if it still is as it was shown. A saga at work writes all the time, so what is compared is
// what was decided on; what is passed to the engine is the number of the entry that this was read at.
func askOne(ctx context.Context, b Backend, verb keys.Command, id engine.ID, v request, shown *detail) (*detail, string) {
	for range dialogTries {
		now, err := readWhole(ctx, b, id)
		if err != nil {
			return nil, visible.Text(err.Error())
		}
		if diff := say.Changes(shown.saga, now.saga); diff != "" && verb != keys.CmdPause { // a pause may come before any step
			return now, "nothing was done, because " + diff
		}
		v.IfSeq = now.saga.Seq
		err = dialogVerbs[verb].do(ctx, b, id, v)
		if errors.Is(err, engine.ErrChanged) {
			continue
		}
		if err != nil {
			return now, visible.Text(err.Error())
		}
		return nil, ""
	}
	return nil, "nothing was done: it changes faster than it can be read; try again"
}

// done closes the dialog when all is done, and otherwise says what was not.
func (d *dialog) done(env *Env, m dialogDone) Action {
	d.Busy = false
	for id, s := range m.now {
		d.show(id, s)
	}
	said := d.said(m)
	if len(m.refused) == 0 {
		for _, id := range m.done {
			if !d.one() {
				delete(env.State.Marks, id)
			}
		}
		return Batch{closeOne{d}, said}
	}
	notice := ""
	for _, id := range d.ids {
		if why, ok := m.refused[id]; ok {
			notice = why
			if !d.one() {
				notice = id.Short() + ": " + why
			}
			break
		}
	}
	if n := len(m.refused); n > 1 {
		notice += fmt.Sprintf(" (and %d more)", n-1)
	}
	d.Refuse(notice)
	if len(m.done) == 0 {
		return nil
	}
	d.ids = slices.DeleteFunc(d.ids, func(id engine.ID) bool { return slices.Contains(m.done, id) })
	for i := range d.Lines {
		if l := &d.Lines[i]; l.ID == typedLine {
			l.Phrase = d.phrase()
			l.Text.Set("")
		}
	}
	return said
}

func (d *dialog) said(m dialogDone) Action {
	w := dialogVerbs[d.verb]
	level := say.Info
	if w.danger {
		level = say.Warn
	}
	if len(m.done) == 1 && d.one() {
		short := m.done[0].Short()
		text := short + " " + w.done
		if d.verb == keys.CmdResolve {
			text = short + " row " + strconv.Itoa(d.row) + " " + w.done
		}
		return Notify{Level: level, Text: text, Saga: short}
	}
	return Notify{Level: level, Text: strconv.Itoa(len(m.done)) + " sagas: " + strings.ToLower(w.act) + " asked for"}
}
