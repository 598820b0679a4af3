package tui

import (
	"cmp"
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
)

// The answers of a vote that do something.
const (
	voteYes = "approve"
	voteNo  = "refuse"
)

// voting is the page on which an operator agrees to a saga or does not: the plan, and at its foot the vote.
type voting struct {
	confirm.Dialog
	first engine.Summary
	seen  watched
	live  bool // the vote is typed into
	body  list.Scroll
	again replanned
	past  past

	around around
}

func newVoting(s *engine.Summary) *voting {
	v := &voting{first: *s}
	v.seen.log = true // why it was launched is its first entry
	v.seen.point(s.ID, s.Seq)
	v.ask()
	return v
}

// answers is the page on which a saga gets what it waits for from whoever looks.
func answers(s *engine.Summary) Screen {
	if yourVote(s) {
		return newVoting(s)
	}
	return newDeciding(s)
}

// yourVote reports whether a saga waits for the vote of whoever looks.
func yourVote(s *engine.Summary) bool { return say.StandOf(s) == say.YourVote }

// needsMe reports whether a saga goes nowhere until whoever looks acts.
func needsMe(s *engine.Summary) bool { return s.NeedsOperator() || yourVote(s) }

// phrase is the name of what is lost or changed.
func (v *voting) phrase() string { return cmp.Or(say.Name(v.first.Target), v.first.Kind) }

func (v *voting) ask() {
	v.Dialog = confirm.New([]confirm.Line{
		{ID: typedLine, Label: "To approve type " + v.phrase(), Hint: "it starts at once, as planned above"},
		{ID: reasonLine, Label: "Reason", Hint: "needed to refuse"},
	}, confirm.Answer{ID: voteYes, Word: "Approve", Danger: true}, confirm.Answer{ID: voteNo, Word: "Refuse"})
}

// Title is the breadcrumb.
func (v *voting) Title(*Env) []string { return []string{"sagas", v.first.Short, "approval"} }

// Typing reports whether the vote is typed into.
func (v *voting) Typing() bool { return v.live }

// Tips are the keys of the vote, while it has the focus.
func (v *voting) Tips(*Env) []keys.Hint {
	if !v.live {
		return nil
	}
	tips := v.Dialog.Hints()
	for i := range tips {
		if tips[i].Key == "esc" {
			tips[i].Word = "back to the plan"
		}
	}
	return tips
}

// Commands are those of the reading part.
func (v *voting) Commands(*Env) []command {
	out := []command{
		{Binding: bind(keys.Decisions, keys.CmdVote, "vote", "approve what the saga would do, or refuse it", "v"), why: func(*Env) string {
			switch s := v.seen.whole(); {
			case s == nil:
				return "its ledger is being read"
			case s.Awaits() == nil:
				return "it waits for no approval"
			case !s.Approval.Yours:
				return "it is not your vote"
			}
			return ""
		}, do: func(*Env) Action {
			v.live, v.Focus = true, typedLine
			return nil
		}},
		{Binding: bind(keys.Decisions, keys.CmdReload, "read again", "read the saga again, and plan it again", "r"), do: func(*Env) Action {
			v.seen.stale, v.around.read = true, false
			return Batch{v.seen.look(v), v.replan()}
		}},
		{Binding: bind(keys.Decisions, keys.CmdSaga, "saga", "its ledger, timeline and log", "s"), do: func(*Env) Action { return Open{newSaga(&v.first, false)} }},
		{Binding: bind(keys.Decisions, keys.CmdNeedsMe, "next", "the next saga that needs a person", "!"), do: func(env *Env) Action {
			return Ask{To: v, Read: findNeedy(v.first.ID, env.State.needy())}
		}},
	}
	out = append(out, moving(func(_ *Env, c keys.Command) Action {
		v.body.Press(c)
		return nil
	})...)
	return append(out, backing(then(Back{}))...)
}

// Hints are those of the reading part.
func (v *voting) Hints(*Env) []keys.Command {
	return []keys.Command{keys.CmdVote, keys.CmdDown, keys.CmdReload, keys.CmdSaga, keys.CmdNeedsMe, keys.CmdBack}
}

// Update takes answers, changes, and what is typed.
func (v *voting) Update(env *Env, msg tea.Msg) Action {
	if next, is := v.seen.follow(msg, v); is {
		if msg == (Shown{}) {
			return Batch{next, v.replan(), v.lookBack()}
		}
		return next
	}
	switch msg := msg.(type) {
	case Ticked:
		return v.keepFresh(env)
	case againMsg:
		v.again = replanned{plan: msg.plan, err: msg.err, at: env.Time()}
		if !v.around.read && msg.err == "" {
			return v.lookAround(env, msg.plan.Locks)
		}
	case around:
		v.around = msg
	case past:
		v.past = msg
	case answeredMsg:
		if msg.err != "" {
			v.Refuse(msg.err)
			return nil
		}
		return Batch{Back{}, Notify{Level: say.Good, Text: v.first.Short + ": your vote is recorded", Saga: v.first.Short}}
	case foundMsg:
		if act := msg.without(env, true); act != nil {
			return act
		}
		return Replace{answers(msg.saga)}
	case tea.KeyPressMsg, tea.PasteMsg, confirm.Clicked:
		if c, click := msg.(confirm.Clicked); click && c.Button != "" {
			v.live = true
		}
		if !v.live {
			return nil
		}
		switch v.Dialog.Update(msg) {
		case confirm.Leaves:
			v.live = false
		case confirm.Answers:
			return v.give()
		case confirm.Stays:
		}
	}
	return nil
}

// give records the vote about what was shown.
func (v *voting) give() Action {
	shown := v.seen.whole()
	q := engine.Request{Reason: v.Text(reasonLine)}
	switch {
	case shown == nil || shown.Approval == nil:
		return nil
	case v.Focus == voteNo && strings.TrimSpace(q.Reason) == "":
		v.Refuse("say why it should not be done")
		v.Focus = reasonLine
		return nil
	case v.Focus == voteYes && !strings.EqualFold(strings.TrimSpace(v.Text(typedLine)), v.phrase()):
		v.Refuse("type " + v.phrase() + " first")
		v.Focus = typedLine
		return nil
	}
	no, hash := v.Focus == voteNo, string(shown.Approval.Hash)
	v.Busy, v.Notice = true, ""
	return Ask{To: v, Read: func(ctx context.Context, b Backend) tea.Msg {
		var err error
		if no {
			err = b.Refuse(ctx, shown.ID, q)
		} else {
			err = b.Approve(ctx, shown.ID, hash, q)
		}
		if err != nil {
			return answeredMsg{err: visible.Text(err.Error())}
		}
		return answeredMsg{}
	}}
}
