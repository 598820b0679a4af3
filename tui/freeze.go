package tui

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/line"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// rule is the line under the header. While everything is frozen it says so, in words and from edge to edge, on every screen.
func (a *App) rule(w int) string {
	t, f := a.env.Theme, a.env.State.Frozen
	if f == nil {
		return t.Border.Paint(strings.Repeat(t.Symbols.Rule, w))
	}
	head, ink := "FROZEN by "+widget.Cut(f.Who(), 16)+": ", t.Danger
	if f.Width > 0 {
		head, ink = "THAWING, "+strconv.Itoa(f.Width)+" at once: ", t.Compensating
	}
	tail := " " + t.Symbols.Dash + " " + say.Flight(f)
	why := widget.Cut(f.Why, max(8, w-2-widget.Width(head)-widget.Width(tail)))
	return t.Selection.With(t.Strong).With(ink).Paint(widget.Fit(" "+head+why+tail, w))
}

// noFreeze says why everything cannot be frozen, or thawed, now; empty when it can.
func (e *Env) noFreeze(c keys.Command) string {
	f := e.State.Frozen
	lasts := f != nil && f.Width == 0
	switch {
	case e.Config.ReadOnly:
		return say.ReadOnly
	case c == keys.CmdFreeze && lasts && !f.Auto:
		return f.Who() + " has frozen everything already"
	case c == keys.CmdThaw && f == nil:
		return "nothing is frozen"
	case c == keys.CmdThaw && !lasts:
		return "it thaws already"
	}
	return ""
}

// freezeMeant is what a key means now: that of freeze also thaws what an operator has frozen.
func freezeMeant(env *Env, c keys.Command) keys.Command {
	if f := env.State.Frozen; c == keys.CmdFreeze && f != nil && f.Width == 0 && !f.Auto {
		return keys.CmdThaw
	}
	return c
}

// freezeDoor asks before everything is frozen or thawed.
func freezeDoor(env *Env, c keys.Command) Action {
	return Show{&freezing{thaw: freezeMeant(env, c) == keys.CmdThaw, focus: dialogKeep}}
}

// freezing asks before everything is frozen, and why; or before it is thawed. The focus starts on the answer that changes
// nothing.
type freezing struct {
	thaw   bool
	focus  string
	reason line.Line
	busy   bool
	notice string
}

// frozeMsg answers a freeze or a thaw.
type frozeMsg struct{ err string }

// Name says what would be done.
func (f *freezing) Name(*Env) string {
	if f.thaw {
		return "Thaw everything"
	}
	return "Freeze everything"
}

// Hints are the keys of the dialog.
func (f *freezing) Hints(*Env) []keys.Hint {
	return keys.Hints("tab", "next", "enter", "choose", "esc", "close")
}

// Update takes keys and the engine's answer.
func (f *freezing) Update(_ *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case frozeMsg:
		f.busy = false
		if msg.err != "" {
			f.notice, f.focus = msg.err, dialogKeep
			return nil
		}
		said := "everything is frozen: no step starts until it is thawed"
		if f.thaw {
			said = "everything goes on, little by little"
		}
		return Batch{closeOne{f}, Notify{Level: say.Warn, Text: said}}
	case tea.PasteMsg:
		if !f.busy {
			f.focus = dialogReason
			f.reason.Update(msg)
		}
	case tea.KeyPressMsg:
		if !f.busy {
			return f.press(msg)
		}
	}
	return nil
}

func (f *freezing) press(k tea.KeyPressMsg) Action {
	stops := []string{dialogKeep, dialogReason, dialogGo}
	switch name := k.String(); {
	case name == "esc":
		return closeOne{f}
	case name == "tab" || name == "down":
		f.focus = around(stops, f.focus, 1)
	case name == "shift+tab" || name == "up":
		f.focus = around(stops, f.focus, -1)
	case name != "enter":
		if k.Text != "" && (f.focus != dialogKeep || name != "space") {
			f.focus = dialogReason
		}
		if f.focus == dialogReason {
			f.reason.Update(k)
		}
	case f.focus == dialogKeep:
		return closeOne{f}
	case f.focus == dialogReason:
		f.focus = dialogGo
	case !f.ready():
		f.notice, f.focus = "say why: everybody sees it", dialogReason
	default:
		return f.confirm()
	}
	return nil
}

// ready reports whether what has to be said has been.
func (f *freezing) ready() bool { return f.thaw || strings.TrimSpace(f.reason.String()) != "" }

func (f *freezing) confirm() Action {
	f.busy, f.notice = true, ""
	thaw, v := f.thaw, engine.Request{Reason: strings.TrimSpace(f.reason.String())}
	return Ask{To: f, Read: func(ctx context.Context, b Backend) tea.Msg {
		do := b.Freeze
		if thaw {
			do = b.Thaw
		}
		if err := do(ctx, v); err != nil {
			return frozeMsg{err: visible.Text(err.Error())}
		}
		return frozeMsg{}
	}}
}

// View draws what it means, the reason and the answers; when there is little room, air gives way first.
func (f *freezing) View(env *Env, width, height int) Drawing {
	t := env.Theme
	width = min(width, dialogWidth)
	airy := height >= 13
	var d Drawing
	gap := func() {
		if airy {
			d.Lines = append(d.Lines, "")
		}
	}
	text := f.says(env)
	if height < 7 {
		text = text[:1]
	}
	gap()
	for _, l := range text {
		d.Lines = append(d.Lines, widget.Wrap(l, width)...)
	}
	gap()
	if f.notice != "" {
		d.Lines = append(d.Lines, painted(t.Failed, widget.Wrap(f.notice, width))...)
		gap()
	}
	label := "Reason  "
	line, x := f.reason.View(line.Field(t), width-len(label), f.focus == dialogReason)
	if f.focus == dialogReason {
		d.Cursor = tea.NewCursor(len(label)+x, len(d.Lines))
		label = t.Strong.Paint(label)
	}
	d.Lines = append(d.Lines, label+line)
	gap()
	if f.busy {
		d.Lines = append(d.Lines, widget.FitRight(t.Running.Paint(t.Symbols.Running)+t.Faint.Paint(" asking the engine"+t.Symbols.More), width))
	} else {
		keep, word := "Let it go on", "Freeze"
		if f.thaw {
			keep, word = "Leave it frozen", "Thaw"
		}
		answers := []formButton{{id: dialogKeep, word: keep}, {id: dialogGo, word: word, danger: !f.thaw, off: !f.ready()}}
		d.Lines = append(d.Lines, widget.FitRight(buttons(t, answers, f.focus), width))
	}
	gap()
	if over := len(d.Lines) - height; over > 0 {
		d.Lines = d.Lines[over:]
		if d.Cursor != nil {
			d.Cursor.Y -= over
		}
	}
	d.Lines[0] = widget.Fit(d.Lines[0], width)
	return d
}

// says is what it means, the most important first.
func (f *freezing) says(env *Env) []string {
	now := env.State.Frozen
	if !f.thaw {
		n := env.State.Active()
		return []string{
			"No step starts any more, in either direction, until it is thawed.",
			"What is under way goes on to its own end. " + strconv.Itoa(n) + say.Plural(n, " saga is", " sagas are") + " at work.",
		}
	}
	out := []string{"What is held up starts again, little by little.", "Each attempt that goes well lets more through."}
	if now != nil {
		out = append(out, now.Who()+" froze it "+env.Clock.Age(now.At.Time)+" ago: "+now.Why)
	}
	return out
}
