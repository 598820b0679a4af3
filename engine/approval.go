package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Approval is what people are asked before a saga goes on, and what they have said. It is bound to what the saga would do: the hash of
// its plan, or, in the middle, of that of the steps that remain, for the earlier ones have changed the world by then.
type Approval struct {
	Demand
	Idx     int      `json:"idx"`  // the step before which the saga stands; -1: before all of them, without locks
	Hash    PlanHash `json:"hash"` // of what would be done
	By      Actor    `json:"by"`   // who launched, and so does not count
	AskedAt Time     `json:"asked_at"`
	Until   Time     `json:"until"` // then the saga is undone, unless it is approved; zero of a definition, which may be approved at any time
	Votes   []Vote   `json:"votes,omitzero"`
	Refused *Vote    `json:"refused,omitempty"`
	Glass   *Glass   `json:"glass,omitempty"`
	Granted Time     `json:"granted_at,omitzero"` // enough had approved, or the glass was broken
	Yours   bool     `json:"-"`                   // whoever reads it can approve now; a Session fills it in, and nothing of it is stored
	Before  *Voided  `json:"before,omitempty"`    // what had been asked before, and why that does not count any more
}

// Demand is who has to agree, and for how long they are asked.
type Demand struct {
	Need   int      `json:"need"`          // people besides the one who launched, each with a key of their own
	From   []string `json:"from,omitzero"` // only these count; none: every approver
	Within Span     `json:"within"`
}

// Bounds of a Demand.
const (
	MaxNeed   = 9
	MaxFrom   = 64
	MaxWithin = 90 * 24 * time.Hour
)

// Span is a length of time, in JSON as Go writes it: "24h0m0s".
type Span time.Duration

// String writes it as Go does.
func (s Span) String() string { return time.Duration(s).String() }

// MarshalText writes it for JSON.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads it back.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = Span(d)
	return err
}

// Sound refuses a demand that nobody could meet, or that is none.
func (d Demand) Sound() error {
	switch {
	case d.Need < 1 || d.Need > MaxNeed:
		return fmt.Errorf("%d approvals: between 1 and %d can be asked for", d.Need, MaxNeed)
	case d.Within < Span(time.Minute) || d.Within > Span(MaxWithin):
		return fmt.Errorf("%s to approve: between 1 minute and 90 days can be given", d.Within)
	case len(d.From) > MaxFrom:
		return fmt.Errorf("%d people: at most %d can be named", len(d.From), MaxFrom)
	case len(d.From) > 0 && len(d.From) < d.Need:
		return fmt.Errorf("%d approvals of %s: name as many people at least", d.Need, strings.Join(d.From, ", "))
	}
	return nil
}

// with is the demand that meets both.
func (d Demand) with(o Demand) (Demand, error) {
	both := Demand{Need: max(d.Need, o.Need), Within: min(d.Within, o.Within), From: d.From}
	switch {
	case len(d.From) == 0:
		both.From = o.From
	case len(o.From) > 0:
		both.From = slices.DeleteFunc(slices.Clone(d.From), func(name string) bool { return !slices.Contains(o.From, name) })
		if len(both.From) < both.Need {
			return both, fmt.Errorf("%d approvals of people whom every rule names: there are only %d (%s)", both.Need, len(both.From), strings.Join(both.From, ", "))
		}
	}
	return both, nil
}

// Vote is one person's word.
type Vote struct {
	Actor
	At  Time   `json:"at"`
	Why string `json:"why,omitempty"`
}

// Glass is how somebody goes on without the approvals: in sight of all, and not before Until.
type Glass struct {
	Vote
	Until Time `json:"until"`
}

// Voided is what had been asked for and was given up.
type Voided struct {
	Hash   PlanHash `json:"hash"`
	Reason string   `json:"reason"`
	At     Time     `json:"at"`
}

// Asked is what an entry keeps of the asking: the demand, and the plan that is to be agreed to.
type Asked struct {
	Demand
	Hash  PlanHash   `json:"hash"`
	Until Time       `json:"until"`
	Plan  []PlanStep `json:"plan"`
}

// Awaits is the approval for which the saga stands, nil when it stands for none.
func (s *Summary) Awaits() *Approval {
	a := s.Approval
	if a == nil || !a.Granted.IsZero() || a.Refused != nil || s.CancelRequested || s.Status != Pending && s.Status != Running {
		return nil
	}
	return a
}

// Counted is how many have approved so far that count.
func (a *Approval) Counted() int {
	n := 0
	for i, v := range a.Votes {
		if a.objection(v.Actor, a.Votes[:i]) == nil {
			n++
		}
	}
	return n
}

// objection is why somebody's approval does not count beside those before it, nil when it does. It is the one place that knows.
func (a *Approval) objection(who Actor, before []Vote) error {
	switch {
	case who.Key == "":
		return refuse("a session on this machine has no key of its own: approve over SSH")
	case who.Name == a.By.Name:
		return refuse("%s has launched it: somebody else has to approve it", who.Name)
	case who.Key == a.By.Key:
		return refuse("it was launched with this very key, as %s: another key has to approve it", a.By.Name)
	case len(a.From) > 0 && !slices.Contains(a.From, who.Name):
		return refuse("only %s may approve it", strings.Join(a.From, ", "))
	}
	for _, v := range before {
		switch {
		case v.Name == who.Name:
			return refuse("%s has approved it already: one more of the others has to", who.Name)
		case v.Key == who.Key:
			return refuse("this very key has approved it already, as %s: another key has to", v.Name)
		}
	}
	return nil
}

// Objection is why somebody cannot approve now, nil when they can. The error's text follows the saga's name; it is an ErrRefused. Screens
// ask it to know whose turn it is, and the engine before every vote. Pure.
func (a *Approval) Objection(who Actor, now time.Time) error {
	if who.Key != "" && !who.Role.May(VerbApprove) {
		return refuse("%s does not have the role approver", who.Name)
	}
	if end := a.ends(); !end.IsZero() && !now.Before(end) {
		return refuse("the time to approve it ended %s", a.ends().UTC().Format("2006-01-02 15:04 MST"))
	}
	return a.objection(who, a.Votes)
}

// ends is when nobody is asked any longer.
func (a *Approval) ends() time.Time {
	if a.Glass != nil && a.Glass.Until.After(a.Until.Time) {
		return a.Glass.Until.Time
	}
	return a.Until.Time
}

// met reports whether the saga may go on: enough have approved, or the glass was broken long enough ago.
func (a *Approval) met(now time.Time) bool {
	return a.Counted() >= a.Need || a.Glass != nil && !now.Before(a.Glass.Until.Time)
}

// gone says whose approval does not count any more, among those who may approve now; empty when all do. What the glass was broken for
// needs none.
func (a *Approval) gone(now time.Time, may []Actor) string {
	if a.Glass != nil && !now.Before(a.Glass.Until.Time) {
		return ""
	}
	for _, v := range a.Votes {
		if !among(v.Actor, may) {
			return v.Name + " may not approve with that key any more"
		}
	}
	return ""
}

// among reports whether somebody is an approver by a list of those who come in.
func among(who Actor, may []Actor) bool {
	return slices.ContainsFunc(may, func(m Actor) bool { return m.Name == who.Name && m.Key == who.Key && m.Role.May(VerbApprove) })
}

// waiting is the wait for the approval.
func (a *Approval) waiting() Waiting {
	return Waiting{For: ForApproval, Because: BecauseUnapproved, N: a.Need, Have: a.Counted(), Text: a.Hash.Short(), Until: At(a.ends())}
}

// copied is a copy that shares nothing: headers share the former.
func (a *Approval) copied() *Approval {
	if a == nil {
		return nil
	}
	c := *a
	c.From, c.Votes = slices.Clone(a.From), slices.Clone(a.Votes)
	return &c
}

// namesOnly is the approval for everybody to see.
func (a *Approval) namesOnly() *Approval {
	c := a.copied()
	if c == nil {
		return nil
	}
	c.By = *c.By.nameOnly()
	for i := range c.Votes {
		c.Votes[i].Actor = *c.Votes[i].nameOnly()
	}
	if c.Refused != nil {
		v := *c.Refused
		v.Actor = *v.nameOnly()
		c.Refused = &v
	}
	if c.Glass != nil {
		g := *c.Glass
		g.Actor = *g.nameOnly()
		c.Glass = &g
	}
	return c
}

func (m *measure) asked(a *Asked) {
	if a == nil {
		return
	}
	m.texts("approval", append([]string{string(a.Hash)}, a.From...))
	m.time("approval until", a.Until)
	for _, s := range a.Plan {
		c := s.Change
		m.texts("planned step", []string{s.Name, s.Why, s.Error, string(c.Action), string(c.Service), c.Subject, c.Value, c.Note, c.Undo, c.Final})
		m.usd("planned cost", c.MonthlyUSD)
		for _, f := range c.Fields {
			m.texts("planned field", []string{f.Name, f.From, f.To, f.Note})
		}
	}
}

func (m *measure) vote(v *Vote) {
	m.actor(&v.Actor)
	m.text("why", v.Why)
	m.time("vote", v.At)
}

func (m *measure) approval(a *Approval) {
	if a == nil {
		return
	}
	m.texts("approval", append([]string{string(a.Hash)}, a.From...))
	m.actor(&a.By)
	for _, t := range [...]Time{a.AskedAt, a.Until, a.Granted} {
		m.time("approval", t)
	}
	for i := range a.Votes {
		m.vote(&a.Votes[i])
	}
	if a.Refused != nil {
		m.vote(a.Refused)
	}
	if a.Glass != nil {
		m.vote(&a.Glass.Vote)
		m.time("approval", a.Glass.Until)
	}
	if a.Before != nil {
		m.texts("approval", []string{string(a.Before.Hash), a.Before.Reason})
		m.time("approval", a.Before.At)
	}
}
