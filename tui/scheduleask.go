package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// schedasked asks before something is done to a schedule.
type schedasked struct {
	confirm.Dialog
	what   keys.Command
	name   string
	by     string
	things schedule.Things
}

// schedDone answers it.
type schedDone struct{ said, err string }

func askSchedule(env *Env, c keys.Command, name string) Action {
	s := &schedasked{what: c, name: name, by: env.Config.Operator, things: env.Config.Things}
	word := map[keys.Command]string{keys.CmdPause: "Pause", keys.CmdResume: "Resume", keys.CmdFire: "Fire", keys.CmdRemove: "Remove"}[c]
	var lines []confirm.Line
	if c == keys.CmdPause {
		lines = []confirm.Line{{ID: reasonLine, Label: "Reason", Missing: "say why: everybody sees it"}}
	}
	s.Dialog = confirm.New(lines, confirm.Answer{ID: doIt, Word: word, Danger: c == keys.CmdFire || c == keys.CmdRemove})
	return Show{s}
}

// Name says what would be done.
func (s *schedasked) Name(*Env) string {
	return map[keys.Command]string{keys.CmdPause: "Pause", keys.CmdResume: "Resume", keys.CmdFire: "Fire", keys.CmdRemove: "Remove"}[s.what] +
		" schedule " + visible.Text(s.name)
}

// Hints are the keys of the dialog.
func (s *schedasked) Hints(*Env) []keys.Hint { return s.Dialog.Hints() }

// Update takes keys and the answer.
func (s *schedasked) Update(_ *Env, msg tea.Msg) Action {
	if m, ok := msg.(schedDone); ok {
		if m.err != "" {
			s.Refuse(m.err)
			return nil
		}
		return Batch{closeOne{s}, Press{keys.CmdReload}, Notify{Level: say.Good, Text: m.said}}
	}
	return pressed(s, s.Dialog.Update(msg), s.give)
}

func (s *schedasked) give() Action {
	s.Busy, s.Notice = true, ""
	why := s.Text(reasonLine)
	return Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg {
		said, err := s.carryOut(ctx, b, why)
		if err != nil {
			return schedDone{err: visible.Text(err.Error())}
		}
		return schedDone{said: visible.Text(said)}
	}}
}

func (s *schedasked) carryOut(ctx context.Context, b Backend, why string) (string, error) {
	switch s.what {
	case keys.CmdPause:
		return s.name + " is paused", schedule.SetPause(ctx, b, s.name, &schedule.Pause{By: s.by, Why: why})
	case keys.CmdResume:
		return s.name + " goes on", schedule.SetPause(ctx, b, s.name, nil)
	case keys.CmdRemove:
		return s.name + " is removed", schedule.Remove(ctx, b, s.name)
	default:
		k := schedule.Keeper{As: func(string) schedule.Engine { return b }, Things: s.things}
		o, err := k.Fire(ctx, s.name, time.Now())
		if err != nil || o.Result != schedule.Fired {
			return s.name + ": nothing was launched: " + o.Why, err
		}
		var text strings.Builder
		text.WriteString(s.name + ": launched")
		for _, id := range o.Sagas {
			text.WriteString(" " + id.Short())
		}
		return text.String(), nil
	}
}

// View draws what it means.
func (s *schedasked) View(env *Env, width, height int) Drawing {
	says := map[keys.Command]string{
		keys.CmdPause:  "Nothing is launched by it until it is resumed. What is due meanwhile is skipped, with your reason.",
		keys.CmdResume: "It launches again from its next time on. What was skipped stays skipped.",
		keys.CmdFire:   "What it launches is launched now, besides its times.",
		keys.CmdRemove: "It launches nothing any more, and what became of its occurrences is forgotten. Its sagas stay.",
	}[s.what]
	body := func(width int) []string { return widget.Wrap(says, width) }
	return s.Dialog.View(env.Theme, confirm.Picture{Body: body, Brief: body}, width, height)
}
