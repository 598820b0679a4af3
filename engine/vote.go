package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Approve agrees to what a saga would do, as a plan of that hash shows it: at least 12 of its digits. Who may, and what counts, is decided here
// for every door: a person with an SSH key and the role approver, of another name and with another key than the one who launched and
// those who have approved before. When enough have approved a plan is made again, and the saga goes on only when it is the same.
func (s *Session) Approve(ctx context.Context, id ID, hash string, q Request) error {
	if s.actor.Key == "" {
		return fmt.Errorf("approve saga %s as %s: %w: a session on this machine has no key of its own: approve over SSH", id.Short(), s.actor.Name, ErrForbidden)
	}
	if _, err := planDigits(hash); err != nil {
		return err
	}
	return s.ask(ctx, VerbApprove, id, q, func(sg *Saga, r *run) ([]Entry, error) {
		a := sg.Awaits()
		if err := a.Objection(s.actor, time.Now().Round(0)); err != nil {
			return nil, err
		}
		if !a.Hash.Begins(hash) {
			return nil, refuse("its plan is %s, and not %s: read it again", a.Hash.Short(), clip(strings.TrimPrefix(hash, planHashForm), planHashDigits))
		}
		if may, err := r.e.mayApprove(); err == nil && !among(s.actor, may) {
			return nil, refuse("the key of %s is not in the operators file any more, as that of an approver", s.actor.Name)
		}
		e := s.entry(EntryApproved, q)
		e.Idx, e.Hash = a.Idx, a.Hash
		return []Entry{e}, nil
	})
}

// Refuse ends a saga that stands for an approval: it is undone. Whoever may act or approve may refuse, the glass broken or not. The reason is
// required.
func (s *Session) Refuse(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbRefuse, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		if strings.TrimSpace(q.Reason) == "" {
			return nil, fmt.Errorf("%w: say why it should not be done", ErrInput)
		}
		e := s.entry(EntryApprovalRefused, q)
		e.Idx = sg.Awaits().Idx
		return []Entry{e}, nil
	})
}

// BreakGlass lets a saga go on without the approvals that it stands for, once the time has gone by that the policy says and if nobody refuses
// until then. It is for the night in which nobody answers: whoever launched may, everybody is told, and the saga is marked
// for ever. The reason is required.
func (s *Session) BreakGlass(ctx context.Context, id ID, q Request) error {
	policy, err := s.engine.rules(ctx)
	return s.ask(ctx, VerbBreakGlass, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		switch {
		case strings.TrimSpace(q.Reason) == "":
			return nil, fmt.Errorf("%w: say why it cannot wait for an approval", ErrInput)
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrRefused, err)
		case policy.BreakGlass <= 0:
			return nil, refuse("the policy has no break_glass: somebody has to approve it")
		}
		at := At(time.Now().Round(0).Add(time.Duration(policy.BreakGlass)))
		e := s.entry(EntryGlassBroken, q)
		e.Idx, e.Next = sg.Awaits().Idx, &at
		return []Entry{e}, nil
	})
}

// refusesApproval is why nobody can say anything about an approval of the saga.
func (s *Summary) refusesApproval(v Verb) error {
	a := s.Awaits()
	switch {
	case s.Status.Terminal():
		return refuse("it is %s already", words(s.Status))
	case s.CancelRequested:
		return refuse("it is being canceled")
	case a == nil:
		return refuse("it waits for no approval")
	case v == VerbBreakGlass && a.Glass != nil:
		return moot("the glass is broken already, by " + a.Glass.Name)
	}
	return nil
}

// errNoRoster is why it cannot be told who may approve.
var errNoRoster = errors.New("who may approve is not known here: this process has no operators file (arcadia serve --authorized-keys FILE)")

// mayApprove lists those who come in now.
func (e *Engine) mayApprove() ([]Actor, error) {
	if e.people == nil {
		return nil, errNoRoster
	}
	return e.people()
}
