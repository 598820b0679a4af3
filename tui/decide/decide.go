// Package decide says what can become of a saga that needs a person: what has happened, and the answers that can work, each with
// what it does. Console, commands and plain lines ask the same rule, so that they offer the same.
//
// An answer is an engine's verb in the words of somebody who has to decide at night; whether it can be given is the engine's to
// say (engine.Saga.Refuses). All of it is pure but Answer.Do.
package decide

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
)

// Sort says what sort of decision it is: sagas of one sort can be given the same answer together.
type Sort string

// The sorts of decisions.
const (
	SortConflict Sort = "conflict" // an undo has found somebody else's change
	SortLeft     Sort = "left"     // an undo has failed
	SortFailed   Sort = "failed"   // a step has failed, and the saga was to wait then
	SortStuck    Sort = "stuck"    // a step goes on failing past the point of no return
	SortUnseen   Sort = "unseen"   // what was undone cannot be looked at
	SortWaits    Sort = "waits"    // for a person, for another reason: a pause, a process that died too often, a copy
)

// Case is what has to be decided about a saga: one thing at a time.
type Case struct {
	Sort    Sort             `json:"sort"`
	About   string           `json:"about"`  // "A shop.example.com", or the step
	What    string           `json:"what"`   // what has happened, in a sentence
	Brief   string           `json:"-"`      // the same where there is little room; empty: there is no shorter one
	Row     int              `json:"row"`    // the row that it is about, or -1
	States  *engine.Conflict `json:"states"` // before, what we wrote, and what is there now; nil when it is no conflict
	Detail  string           `json:"detail"` // the error behind it
	Answers []Answer         `json:"answers"`
	More    int              `json:"more"` // rows that have to be decided after this one

	// When the row was written and by whom, and when it was read last: what the states are of. Zero where it is not known.
	WrittenAt engine.Time `json:"written_at,omitzero"`
	WrittenBy string      `json:"written_by,omitempty"`
	ReadAt    engine.Time `json:"read_at,omitzero"`
}

// Fact is one thing that follows from an answer.
type Fact struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Answer is one way to go on.
type Answer struct {
	Name   string      `json:"name"` // "keep theirs"
	Does   string      `json:"does"` // what it does, in a sentence
	Brief  string      `json:"-"`    // the same where there is little room; empty: there is no shorter one
	Verb   engine.Verb `json:"verb"`
	Row    int         `json:"row"`    // of verbs that are about one row, else -1
	Phrase string      `json:"phrase"` // what has to be typed first; empty: nothing
	Loses  string      `json:"loses"`  // what is lost for good; empty: nothing
	Then   []Fact      `json:"then"`   // what follows
	Why    string      `json:"-"`      // the reason that is recorded when the operator gives none; empty: the reason is asked for
}

// Of is what has to be decided about a saga; nil when nothing has. undo says of a row what undoing it would do.
func Of(s *engine.Saga, undo func(idx int) string) *Case {
	switch left := say.Residue(s); {
	case len(left) > 0:
		return residue(s, left, undo)
	case !s.NeedsOperator():
		return nil
	}
	c := &Case{Sort: SortWaits, About: strings.TrimSpace(s.Kind + " " + s.Target), Row: -1, What: say.Sentence("it waits for " + say.WaitingOn(s.Waiting))}
	if row := s.Undecided(); row != nil {
		c.About, c.Row, c.Detail = fmt.Sprintf("step %d %s", row.Idx, row.Name), row.Idx, row.Error
		c.Sort, c.What = SortFailed, "The step has failed, and the saga was to wait then."
	}
	if stuck := slices.IndexFunc(s.Waiting, func(w engine.Waiting) bool { return w.Because == engine.BecauseStuck }); stuck >= 0 {
		c.Sort, c.What = SortStuck, "The step goes on failing past the point of no return ("+s.Passed+"): the saga only goes forward."
	}
	if slices.ContainsFunc(s.Waiting, func(w engine.Waiting) bool { return w.Because == engine.BecauseUnseen }) {
		c.Sort = SortUnseen
		c.offer(s,
			Answer{Name: "look again", Does: "looks now whether all is undone", Verb: engine.VerbRetry, Row: -1, Why: "decided"},
			Answer{Name: "end without", Does: "the saga ends: rolled back, and nobody has looked whether something is left", Verb: engine.VerbSkip, Row: -1})
		return c
	}
	c.offer(s,
		Answer{Name: "resume", Does: "goes on where it was paused", Verb: engine.VerbResume, Row: -1, Why: "decided"},
		Answer{Name: "try again", Does: "starts the step once more, with a fresh budget", Verb: engine.VerbRetry, Row: -1, Why: "decided"},
		Answer{Name: "skip the step", Does: "goes on without it; it has changed nothing", Verb: engine.VerbSkip, Row: -1, Why: "decided"},
		Answer{Name: "cancel", Does: "undoes what the saga has done so far", Verb: engine.VerbCancel, Row: -1, Why: "decided"})
	return c
}

// residue is the first row that could not be undone.
func residue(s *engine.Saga, left []int, undo func(idx int) string) *Case {
	row := &s.Rows[left[0]]
	c := &Case{Sort: SortLeft, About: fmt.Sprintf("step %d %s", row.Idx, row.Name), Row: row.Idx, More: len(left) - 1}
	end := "the saga ends: rolled back, " + strconv.Itoa(s.Accepted+1) + " accepted"
	if c.More > 0 {
		end = strconv.Itoa(c.More) + say.Plural(c.More, " more row has", " more rows have") + " to be decided then"
	}
	ends := Fact{"ends", "rolled back, " + strconv.Itoa(s.Accepted+1) + " accepted"}
	if c.More > 0 {
		ends = Fact{"next", end}
	}
	if row.Compensation != nil {
		c.States, c.Detail = row.Compensation.Conflict, row.Compensation.Error
		c.WrittenAt, c.WrittenBy, c.ReadAt = row.FinishedAt, s.CreatedBy, row.Compensation.FinishedAt
	}
	undone := []Fact{{"ends", "rolled back, when nothing else is left"}}
	if x := c.States; x != nil {
		c.Sort, c.About = SortConflict, x.Subject
		c.What = "Somebody else changed this after we wrote it, so our change was not taken back."
		c.Brief = "Somebody else changed this after we wrote it."
		if x.Why != "" {
			c.Brief = ""
			c.What = say.Sentence(x.Why)
		}
		c.offer(s,
			Answer{Name: "keep theirs", Does: x.Live + " stays, nothing is written" + untracked(row) + "; " + end, Brief: value(x.Live) + " stays; " + strings.TrimPrefix(end, "the saga "), Verb: engine.VerbResolve, Row: row.Idx, Why: "keep theirs", Then: append(letGo(row), ends)},
			Answer{
				Name: "undo it anyway", Does: over(x), Brief: over(&engine.Conflict{Prior: value(x.Prior), Live: value(x.Live)}), Verb: engine.VerbOverrule, Row: row.Idx, Phrase: cmp.Or(say.Name(x.Subject), "yes"),
				Loses: "Their value is lost: nobody but its author knows why it was set.", Then: append([]Fact{{"kept", "who wrote over what, when and why, in the ledger"}}, undone...),
			},
			Answer{Name: "try again", Does: "looks once more, and takes ours back only if it finds " + x.Written, Brief: "takes ours back only if it finds " + value(x.Written), Verb: engine.VerbRetry, Row: row.Idx, Why: "try again", Then: append([]Fact{{"else", "it asks again"}}, undone...)})
		return c
	}
	c.What = "It could not be undone, and what it made is still there."
	c.offer(s,
		Answer{Name: "try again", Does: undo(row.Idx) + ", with a fresh budget", Verb: engine.VerbRetry, Row: row.Idx, Why: "try again", Then: append([]Fact{{"else", "it asks again"}}, undone...)},
		Answer{Name: "leave it there", Does: "accepts what is left; nothing is written; " + end, Brief: "stays; " + strings.TrimPrefix(end, "the saga "), Verb: engine.VerbResolve, Row: row.Idx, Then: append(letGo(row), ends)})
	return c
}

// untracked says that accepting a conflict lets the row's resources go.
func untracked(r *engine.Row) string {
	if r.Compensation.Conflict.Why != "" || len(r.Resources) == 0 {
		return ""
	}
	return ", and it is not tracked any more"
}

// letGo says what becomes of the tracking of what a row has made when it is accepted.
func letGo(r *engine.Row) []Fact {
	if len(r.Resources) == 0 {
		return nil
	}
	return []Fact{{"drift", "stops reporting it: arcadia no longer tracks it"}}
}

// over says what writing over a conflict does.
func over(x *engine.Conflict) string {
	if x.Prior == "absent" {
		return "deletes " + x.Live
	}
	return "writes " + x.Prior + " over " + x.Live
}

// value is what a state of a record says, without its TTL.
func value(state string) string {
	v, _, _ := strings.Cut(state, " ttl ")
	return v
}

// offer adds the answers that can be given.
func (c *Case) offer(s *engine.Saga, all ...Answer) {
	for _, a := range all {
		if Refuses(s, a) == nil {
			c.Answers = append(c.Answers, a)
		}
	}
}

// Refuses says why an answer cannot be given to a saga; nil when it can.
func Refuses(s *engine.Saga, a Answer) error {
	if a.Row >= 0 {
		return s.RefusesRow(a.Verb, a.Row)
	}
	return s.Refuses(a.Verb)
}

// Find is the answer that a person means by its name or the beginning of it; blanks may be dashes.
func (c *Case) Find(text string) (Answer, error) {
	text = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(text), "-", " "))
	var names []string
	for _, a := range c.Answers {
		if text != "" && strings.HasPrefix(a.Name, text) {
			return a, nil
		}
		names = append(names, strings.ReplaceAll(a.Name, " ", "-"))
	}
	return Answer{}, fmt.Errorf("%q is not an answer here: there are %s", text, strings.Join(names, ", "))
}

// Verbs are what answers ask of the engine. *engine.Session satisfies it.
type Verbs interface {
	Cancel(ctx context.Context, id engine.ID, v engine.Request) error
	Retry(ctx context.Context, id engine.ID, v engine.Request) error
	RetryRow(ctx context.Context, id engine.ID, idx int, v engine.Request) error
	Resolve(ctx context.Context, id engine.ID, idx int, v engine.Request) error
	Overrule(ctx context.Context, id engine.ID, idx int, v engine.Request) error
	Resume(ctx context.Context, id engine.ID, v engine.Request) error
	Skip(ctx context.Context, id engine.ID, v engine.Request) error
}

// Do gives the answer. Without a reason the answer's own is recorded.
func (a Answer) Do(ctx context.Context, b Verbs, id engine.ID, q engine.Request) error {
	if strings.TrimSpace(q.Reason) == "" {
		q.Reason = a.Why
	}
	switch a.Verb {
	case engine.VerbCancel:
		return b.Cancel(ctx, id, q)
	case engine.VerbRetry:
		if a.Row >= 0 {
			return b.RetryRow(ctx, id, a.Row, q)
		}
		return b.Retry(ctx, id, q)
	case engine.VerbResolve:
		return b.Resolve(ctx, id, a.Row, q)
	case engine.VerbOverrule:
		return b.Overrule(ctx, id, a.Row, q)
	case engine.VerbResume:
		return b.Resume(ctx, id, q)
	case engine.VerbSkip:
		return b.Skip(ctx, id, q)
	default: // no answer has another
	}
	return fmt.Errorf("%w: %s answers nothing", engine.ErrRefused, a.Verb)
}
