package tui

import (
	"context"
	"strconv"
	"strings"

	"arcadia/engine"
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
	case e.ReadOnly:
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

// freezeDoor asks before everything is frozen, and why; or before it is thawed.
func freezeDoor(env *Env, c keys.Command) Action {
	reason := confirm.Line{ID: reasonLine, Label: "Reason"}
	if freezeMeant(env, c) == keys.CmdThaw {
		q := &question{name: "Thaw everything", says: thawSays, Dialog: confirm.New([]confirm.Line{reason}, confirm.Answer{ID: doIt, Word: "Thaw"})}
		return Show{q.asks(say.Warn, func(ctx context.Context, b Backend, why string) (string, error) {
			return "everything goes on, little by little", b.Thaw(ctx, engine.Request{Reason: why})
		})}
	}
	reason.Missing = "say why: everybody sees it"
	q := &question{name: "Freeze everything", says: freezeSays, Dialog: confirm.New([]confirm.Line{reason}, confirm.Answer{ID: doIt, Word: "Freeze", Danger: true})}
	return Show{q.asks(say.Warn, func(ctx context.Context, b Backend, why string) (string, error) {
		return "everything is frozen: no step starts until it is thawed", b.Freeze(ctx, engine.Request{Reason: why})
	})}
}

func freezeSays(env *Env) []string {
	n := env.State.Active()
	return []string{
		"No step starts any more, in either direction, until it is thawed.",
		"What is under way goes on to its own end. " + strconv.Itoa(n) + say.Plural(n, " saga is", " sagas are") + " at work.",
	}
}

func thawSays(env *Env) []string {
	out := []string{"What is held up starts again, little by little.", "Each attempt that goes well lets more through."}
	if now := env.State.Frozen; now != nil {
		out = append(out, now.Who()+" froze it "+env.Clock.Age(now.At.Time)+" ago: "+now.Why)
	}
	return out
}
