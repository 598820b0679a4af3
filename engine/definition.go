package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Definitions is the collection in which it stands who has agreed to documents that let sagas be launched later, such as schedules: its
// documents are named COLLECTION/NAME after those, and read with ReadDefinition. Only the engine changes them.
const Definitions = "definitions"

// DefinitionLife is how long somebody's approval of a definition counts.
const DefinitionLife = MaxWithin

// Defining says of the change of a document that it lets sagas be launched later without anybody's being asked each time.
type Defining struct {
	Hash   PlanHash // of all in it that counts: with another one people are asked again
	Demand *Demand  // who would have to agree to such a launch as the world is now; nil: nobody, or it is not known
}

// Under names the definition by which a saga is launched. What people have agreed to it counts for the launch.
type Under struct {
	Of   string   // "schedules/nightly-web"
	Hash PlanHash // of the definition as it is now
}

// Agreed is what a launch keeps of the approvals of its definition.
type Agreed struct {
	Of    string   `json:"of"`
	Hash  PlanHash `json:"hash"`
	Votes []Vote   `json:"votes"`
}

// ReadDefinition reads a document of Definitions: what was defined, by whom, and who has agreed to it so that it still counts.
func ReadDefinition(d Doc, now time.Time) (*Approval, error) {
	a := new(Approval)
	if err := json.Unmarshal(d.Body, a); err != nil {
		return nil, fmt.Errorf("read who has agreed to %s: %w", d.Name, err)
	}
	a.Votes = slices.DeleteFunc(a.Votes, func(v Vote) bool { return now.Sub(v.At.Time) >= DefinitionLife })
	if a.Counted() < max(1, a.Need) {
		a.Granted = Time{}
	}
	return a, nil
}

// Lapses is when the first of the approvals of a definition no longer counts; zero when it has none.
func (a *Approval) Lapses() time.Time {
	var first time.Time
	for _, v := range a.Votes {
		if end := v.At.Add(DefinitionLife); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}

// definition reads who has agreed to one definition; nil with version 0 when there is none.
func (e *Engine) definition(ctx context.Context, of string) (a *Approval, version uint64, err error) {
	docs, err := e.Docs(ctx, Definitions, of)
	if err != nil || len(docs) == 0 {
		return nil, 0, err
	}
	a, err = ReadDefinition(docs[0], time.Now())
	return a, docs[0].Version, err
}

// defined are the changes that go with those of definitions: another one asks people again, and one that is removed is forgotten.
func (s *Session) defined(ctx context.Context, changes []DocChange) ([]DocChange, error) {
	var more []DocChange
	for _, c := range changes {
		if c.Defining == nil {
			continue
		}
		of := c.Collection + "/" + c.Name
		a, version, err := s.engine.definition(ctx, of)
		switch {
		case err != nil:
			return nil, err
		case c.Remove && version > 0:
			more = append(more, DocChange{Doc: Doc{Collection: Definitions, Name: of}, IfVersion: version, Remove: true})
			continue
		case c.Remove, a != nil && a.Hash == c.Defining.Hash && a.Refused == nil:
			continue
		}
		is := Approval{Idx: -1, Hash: c.Defining.Hash, By: s.actor, AskedAt: At(time.Now())}
		if d := c.Defining.Demand; d != nil {
			is.Demand = *d
		}
		all, err := s.engine.says(ctx, of, is, version, EntryApprovalRequested)
		if err != nil {
			return nil, err
		}
		more = append(more, all...)
	}
	return more, nil
}

// says is how a definition stands now, with what tells people so when it matters to them.
func (e *Engine) says(ctx context.Context, of string, a Approval, version uint64, what EntryType) ([]DocChange, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	out := []DocChange{{Doc: Doc{Collection: Definitions, Name: of, Body: body}, IfVersion: version}}
	if e.tellOf == nil || what == EntryApproved || what == EntryApprovalRequested && a.Need == 0 {
		return out, nil
	}
	told, err := e.tellOf(ctx, of, a, what)
	return append(out, told...), err
}

// ApproveDefinition agrees to all that will be launched by a definition ("schedules/nightly-web") of that hash, at least 12 of its digits: each
// launch then runs without asking, for DefinitionLife. Who may is who could approve such a launch, and not who has defined it.
func (s *Session) ApproveDefinition(ctx context.Context, of, hash string, q Request) error {
	if s.actor.Key == "" {
		return fmt.Errorf("approve %s as %s: %w: a session on this machine has no key of its own: approve over SSH", of, s.actor.Name, ErrForbidden)
	}
	if _, err := planDigits(hash); err != nil {
		return err
	}
	return s.voteOf(ctx, VerbApprove, of, func(a *Approval, v Vote) (EntryType, error) {
		if err := a.Objection(s.actor, v.At.Time); err != nil {
			return "", err
		}
		switch {
		case a.Refused != nil:
			return "", refuse("%s has refused it: it has to be defined again", a.Refused.Name)
		case !a.Hash.Begins(hash):
			return "", refuse("it is %s now, and not %s: read it again", a.Hash.Short(), clip(hash, 2*planHashDigits))
		}
		if may, err := s.engine.mayApprove(); err == nil && !among(s.actor, may) {
			return "", refuse("the key of %s is not in the operators file any more, as that of an approver", s.actor.Name)
		}
		v.Why = q.Reason
		a.Votes = append(a.Votes, v)
		if a.Counted() < max(1, a.Need) {
			return EntryApproved, nil
		}
		a.Granted = v.At
		return EntryApprovalGranted, nil
	})
}

// RefuseDefinition takes back what people have agreed to: nothing that needs approvals is launched by the definition until it is defined
// again. The reason is required.
func (s *Session) RefuseDefinition(ctx context.Context, of string, q Request) error {
	return s.voteOf(ctx, VerbRefuse, of, func(a *Approval, v Vote) (EntryType, error) {
		switch {
		case q.Reason == "":
			return "", fmt.Errorf("%w: say why it shall not be done", ErrInput)
		case a.Refused != nil:
			return "", moot(a.Refused.Name + " has refused it already")
		}
		v.Why = q.Reason
		a.Votes, a.Granted, a.Refused = nil, Time{}, &v
		return EntryApprovalRefused, nil
	})
}

// voteOf records what somebody says of a definition. What others have said meanwhile goes before: then it is decided again.
func (s *Session) voteOf(ctx context.Context, verb Verb, of string, decide func(*Approval, Vote) (EntryType, error)) error {
	if err := s.permit(verb); err != nil {
		return err
	}
	for {
		a, version, err := s.engine.definition(ctx, of)
		if err != nil {
			return err
		}
		if a == nil {
			return fmt.Errorf("%s %s: %w: nobody has defined it", verb, of, ErrNotFound)
		}
		what, err := decide(a, Vote{Actor: s.actor, At: At(time.Now())})
		if err != nil {
			return fmt.Errorf("%s %s: %w", verb, of, err)
		}
		changes, err := s.engine.says(ctx, of, *a, version, what)
		if err != nil {
			return err
		}
		err = s.engine.putDocs(ctx, s.signed(changes))
		if moved, ok := errors.AsType[*DocConflictError](err); ok && moved.Collection == Definitions {
			continue
		}
		return err
	}
}

// agreedTo gives the approvals of a definition that a launch by it needs, or refuses the launch. It is asked at each: of those who have
// agreed only who may still approve counts, against what the policy says now.
func (e *Engine) agreedTo(ctx context.Context, u Under, d Demand) (*Agreed, error) {
	a, _, err := e.definition(ctx, u.Of)
	switch {
	case err != nil:
		return nil, err
	case a == nil || a.Hash != u.Hash:
		return nil, refuse("%s needs %d of %d approvals, and nobody has approved it as it is now", u.Of, d.Need, d.Need)
	case a.Refused != nil:
		return nil, refuse("%s was refused by %s: %s", u.Of, a.Refused.Name, a.Refused.Why)
	}
	may, err := e.mayApprove()
	if err != nil {
		return nil, fmt.Errorf("%w: %s needs approvals: %w", ErrRefused, u.Of, err)
	}
	a.Demand = d
	a.Votes = slices.DeleteFunc(a.Votes, func(v Vote) bool { return !among(v.Actor, may) })
	if n := a.Counted(); n < d.Need {
		return nil, refuse("%s has %d of %d approvals that count", u.Of, n, d.Need)
	}
	return &Agreed{Of: u.Of, Hash: u.Hash, Votes: a.Votes}, nil
}

func (a *Agreed) namesOnly() *Agreed {
	if a == nil {
		return nil
	}
	c := Agreed{Of: a.Of, Hash: a.Hash, Votes: slices.Clone(a.Votes)}
	for i := range c.Votes {
		c.Votes[i].Actor = *c.Votes[i].nameOnly()
	}
	return &c
}

func (m *measure) agreed(a *Agreed) {
	if a == nil {
		return
	}
	m.texts("definition", []string{a.Of, string(a.Hash)})
	for i := range a.Votes {
		m.vote(&a.Votes[i])
	}
}
