package tui

import (
	"context"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// schedVerbs are what can be asked of a schedule: the word of the answer, and what it means.
var schedVerbs = map[keys.Command]struct{ word, means string }{
	keys.CmdPause:  {"Pause", "Nothing is launched by it until it is resumed. What is due meanwhile is skipped, with your reason."},
	keys.CmdResume: {"Resume", "It launches again from its next time on. What was skipped stays skipped."},
	keys.CmdFire:   {"Fire", "What it launches is launched now, besides its times."},
	keys.CmdRemove: {"Remove", "It launches nothing any more, and what became of its occurrences is forgotten. Its sagas stay."},
	keys.CmdVote:   {"Approve", "You agree to all that it launches, as it is defined now: for 90 days, until it is changed, or until a key is taken away. It launches"},
	keys.CmdRefuse: {"Refuse", "Nothing that needs an approval is launched by it until it is defined again. What was agreed to does not count any more."},
}

// askSchedule asks before something is done to a schedule.
func askSchedule(env *Env, c keys.Command, v schedule.View) Action {
	var lines []confirm.Line
	switch c {
	case keys.CmdPause, keys.CmdRefuse:
		lines = []confirm.Line{{ID: reasonLine, Label: "Reason", Missing: "say why: everybody sees it"}}
	case keys.CmdVote:
		lines = []confirm.Line{{ID: typedLine, Phrase: visible.Text(v.Name)}, {ID: reasonLine, Label: "Reason", Hint: "is recorded, may stay empty"}}
	default:
	}
	verb := schedVerbs[c]
	means := verb.means
	if c == keys.CmdVote {
		means += " " + visible.Text(say.Launches(&v.Schedule)) + ", " + visible.Text(say.Occurs(&v.Schedule)) + ". Definition " + v.Definition.Hash.Short() + "."
	}
	q := &question{
		name: verb.word + " schedule " + visible.Text(v.Name), says: func(*Env) []string { return []string{means} },
		Dialog: confirm.New(lines, confirm.Answer{ID: doIt, Word: verb.word, Danger: c == keys.CmdFire || c == keys.CmdRemove || c == keys.CmdVote}),
	}
	by, things := env.Operator, env.Things
	return Show{q.asks(say.Good, func(ctx context.Context, b Backend, why string) (string, error) {
		switch c {
		case keys.CmdPause:
			return v.Name + " is paused", schedule.SetPause(ctx, b, v.Name, &schedule.Pause{By: by, Why: why})
		case keys.CmdResume:
			return v.Name + " goes on", schedule.SetPause(ctx, b, v.Name, nil)
		case keys.CmdVote:
			return v.Name + " is approved by you", b.ApproveDefinition(ctx, schedule.Of(v.Name), string(v.Definition.Hash), engine.Request{Reason: why})
		case keys.CmdRefuse:
			return v.Name + " is refused", b.RefuseDefinition(ctx, schedule.Of(v.Name), engine.Request{Reason: why})
		case keys.CmdRemove:
			return v.Name + " is removed", schedule.Remove(ctx, b, v.Name)
		default:
			return fireNow(ctx, b, v.Name, things)
		}
	}, Press{keys.CmdReload})}
}

// fireNow launches now what a schedule launches, and says what it has.
func fireNow(ctx context.Context, b Backend, name string, things schedule.Things) (string, error) {
	k := schedule.Keeper{As: func(string) schedule.Engine { return b }, Things: things}
	o, err := k.Fire(ctx, name, time.Now())
	if err != nil || o.Result != schedule.Fired {
		return name + ": nothing was launched: " + o.Why, err
	}
	var text strings.Builder
	text.WriteString(name + ": launched")
	for _, id := range o.Sagas {
		text.WriteString(" " + id.Short())
	}
	return text.String(), nil
}
