package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
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
	v      schedule.View
	by     string
	things schedule.Things
}

// schedDone answers it.
type schedDone struct{ said, err string }

// schedVerbs are what can be asked of a schedule: the word of the answer, and what it means.
var schedVerbs = map[keys.Command]struct{ word, means string }{
	keys.CmdPause:  {"Pause", "Nothing is launched by it until it is resumed. What is due meanwhile is skipped, with your reason."},
	keys.CmdResume: {"Resume", "It launches again from its next time on. What was skipped stays skipped."},
	keys.CmdFire:   {"Fire", "What it launches is launched now, besides its times."},
	keys.CmdRemove: {"Remove", "It launches nothing any more, and what became of its occurrences is forgotten. Its sagas stay."},
	keys.CmdVote:   {"Approve", "You agree to all that it launches, as it is defined now: for 90 days, until it is changed, or until a key is taken away. It launches"},
	keys.CmdRefuse: {"Refuse", "Nothing that needs an approval is launched by it until it is defined again. What was agreed to does not count any more."},
}

func askSchedule(env *Env, c keys.Command, v schedule.View) Action {
	s := &schedasked{what: c, v: v, by: env.Operator, things: env.Things}
	var lines []confirm.Line
	switch c {
	case keys.CmdPause, keys.CmdRefuse:
		lines = []confirm.Line{{ID: reasonLine, Label: "Reason", Missing: "say why: everybody sees it"}}
	case keys.CmdVote:
		lines = []confirm.Line{{ID: typedLine, Phrase: visible.Text(v.Name)}, {ID: reasonLine, Label: "Reason", Hint: "is recorded, may stay empty"}}
	default:
	}
	s.Dialog = confirm.New(lines, confirm.Answer{ID: doIt, Word: schedVerbs[c].word, Danger: c == keys.CmdFire || c == keys.CmdRemove || c == keys.CmdVote})
	return Show{s}
}

// Name says what would be done.
func (s *schedasked) Name(*Env) string {
	return schedVerbs[s.what].word + " schedule " + visible.Text(s.v.Name)
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
		return s.v.Name + " is paused", schedule.SetPause(ctx, b, s.v.Name, &schedule.Pause{By: s.by, Why: why})
	case keys.CmdResume:
		return s.v.Name + " goes on", schedule.SetPause(ctx, b, s.v.Name, nil)
	case keys.CmdVote:
		return s.v.Name + " is approved by you", b.ApproveDefinition(ctx, schedule.Of(s.v.Name), string(s.v.Definition.Hash), engine.Request{Reason: why})
	case keys.CmdRefuse:
		return s.v.Name + " is refused", b.RefuseDefinition(ctx, schedule.Of(s.v.Name), engine.Request{Reason: why})
	case keys.CmdRemove:
		return s.v.Name + " is removed", schedule.Remove(ctx, b, s.v.Name)
	default:
		k := schedule.Keeper{As: func(string) schedule.Engine { return b }, Things: s.things}
		o, err := k.Fire(ctx, s.v.Name, time.Now())
		if err != nil || o.Result != schedule.Fired {
			return s.v.Name + ": nothing was launched: " + o.Why, err
		}
		var text strings.Builder
		text.WriteString(s.v.Name + ": launched")
		for _, id := range o.Sagas {
			text.WriteString(" " + id.Short())
		}
		return text.String(), nil
	}
}

// View draws what it means.
func (s *schedasked) View(env *Env, width, height int) Drawing {
	says := schedVerbs[s.what].means
	if s.what == keys.CmdVote {
		says += " " + visible.Text(say.Launches(&s.v.Schedule)) + ", " + visible.Text(say.Occurs(&s.v.Schedule)) + ". Definition " + s.v.Definition.Hash.Short() + "."
	}
	body := func(width int) []string { return widget.Wrap(says, width) }
	return s.Dialog.View(env.Theme, confirm.Picture{Body: body, Brief: body}, width, height)
}
