package tui

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// rule is what stands under the header. While nobody drives, or everything is frozen, it says so, in words and from edge to edge, on
// every screen.
func (a *App) rule(w int) []string {
	t := a.env.Theme
	if a.env.State.Nobody() {
		head, rest := a.env.Clock.NobodyDrives(a.env.State.Crowd)
		calm := widget.Ink(strings.TrimPrefix(string(t.Banner), string(t.Strong)))
		return []string{t.Banner.Paint(widget.Fit("  "+t.Symbols.Failed+" "+head, w)), calm.Paint(widget.Fit("    "+rest, w))}
	}
	return []string{a.frozen(w)}
}

// headLines are the lines above the body.
func (a *App) headLines() int {
	if a.env.State.Nobody() {
		return 3
	}
	return 2
}

// frozen is the rule under the header, or who has frozen everything.
func (a *App) frozen(w int) string {
	t, f := a.env.Theme, a.env.State.Frozen
	if f == nil {
		return t.Border.Paint(strings.Repeat(t.Symbols.Rule, w))
	}
	head, ink := "FROZEN by "+widget.Cut(f.Who(), 16)+": ", t.Banner
	if f.Width > 0 {
		head, ink = "THAWING, "+strconv.Itoa(f.Width)+" at once: ", t.Selection.With(t.Strong).With(t.Compensating)
	}
	tail := " " + t.Symbols.Dash + " " + say.Flight(f)
	why := widget.Cut(f.Why, max(8, w-3-widget.Width(head)-widget.Width(tail)))
	return ink.Paint(widget.Fit("  "+head+why+tail, w))
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
	f := &freezing{thaw: freezeMeant(env, c) == keys.CmdThaw}
	reason, answer := confirm.Line{ID: reasonLine, Label: "Reason"}, confirm.Answer{ID: doIt, Word: "Thaw"}
	if !f.thaw {
		reason.Missing, answer = "say why: everybody sees it", confirm.Answer{ID: doIt, Word: "Freeze", Danger: true}
	}
	f.Dialog = confirm.New([]confirm.Line{reason}, answer)
	return Show{f}
}

// freezing asks before everything is frozen, and why; or before it is thawed.
type freezing struct {
	confirm.Dialog
	thaw bool
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
func (f *freezing) Hints(*Env) []keys.Hint { return f.Dialog.Hints() }

// Update takes keys and the engine's answer.
func (f *freezing) Update(_ *Env, msg tea.Msg) Action {
	if m, ok := msg.(frozeMsg); ok {
		if m.err != "" {
			f.Refuse(m.err)
			return nil
		}
		said := "everything is frozen: no step starts until it is thawed"
		if f.thaw {
			said = "everything goes on, little by little"
		}
		return Batch{closeOne{f}, Notify{Level: say.Warn, Text: said}}
	}
	return pressed(f, f.Dialog.Update(msg), f.confirm)
}

func (f *freezing) confirm() Action {
	f.Busy, f.Notice = true, ""
	thaw, v := f.thaw, engine.Request{Reason: f.Text(reasonLine)}
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

// View draws what it means.
func (f *freezing) View(env *Env, width, height int) Drawing {
	says := f.says(env)
	wrapped := func(text []string) func(int) []string {
		return func(width int) []string {
			var out []string
			for _, l := range text {
				out = append(out, widget.Wrap(l, width)...)
			}
			return out
		}
	}
	return f.Dialog.View(env.Theme, confirm.Picture{Body: wrapped(says), Brief: wrapped(says[:1])}, width, height)
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
