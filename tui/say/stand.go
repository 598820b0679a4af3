package say

import "arcadia/engine"

// Stand is how a saga stands to whoever looks at a list of them. It is made of facts and never stored: a saga whose status is
// running may sleep for days, be paused, or go nowhere until a person decides.
type Stand int

// The stands, in the order in which counters name them.
const (
	NeedsYou Stand = iota // goes nowhere until a person decides
	YourVote              // goes nowhere until this operator votes
	Undoing
	AtWork
	Sleeping // waits for a time
	Queued   // has not begun, or waits for its turn
	Paused
	Held // would be at work, but nobody drives
	Ended
	TakenBack
	Stands // how many there are
)

// StandOf is how a saga stands.
func StandOf(s *engine.Summary) Stand {
	switch s.Status {
	case engine.Completed:
		return Ended
	case engine.RolledBack:
		return TakenBack
	case engine.Failed:
		return NeedsYou
	case engine.Pending, engine.Running, engine.Compensating:
	}
	paused, sleeps, asked := s.Paused, false, false
	for i := range s.Waiting {
		switch w := &s.Waiting[i]; {
		case w.For == engine.ForOperator && w.Because != engine.BecausePaused:
			return NeedsYou
		case w.For == engine.ForOperator:
			paused = true
		case w.For == engine.ForApproval:
			asked = true
		case w.For == engine.ForTime:
			sleeps = true
		}
	}
	switch {
	case asked && s.Approval != nil && s.Approval.Yours:
		return YourVote
	case paused:
		return Paused
	case s.Status == engine.Compensating:
		return Undoing
	case sleeps:
		return Sleeping
	case s.Status == engine.Pending, asked:
		return Queued
	}
	return AtWork
}

// Unless is the stand of a saga when nobody drives: what would be at work is held.
func (s Stand) Unless(held bool) Stand {
	if held && (s == AtWork || s == Undoing) {
		return Held
	}
	return s
}

// Needs reports whether it is a person's turn.
func (s Stand) Needs() bool { return s == NeedsYou || s == YourVote }

// AtRest reports whether nothing more becomes of it by itself, and it needs nobody.
func (s Stand) AtRest() bool { return s == Ended || s == TakenBack }

// Word is the status that a row shows.
func (s Stand) Word() string {
	return [Stands]string{"needs you", "your vote", "compensating", "running", "waiting", "pending", "paused", "held", "completed", "rolled back"}[s]
}

// Tone is that of the word.
func (s Stand) Tone() Tone {
	return [Stands]Tone{Failed, Voting, Compensating, Running, Asleep, Pending, Pending, Faint, Completed, RolledBack}[s]
}

// Band is a group of rows in a list: what needs a person, what moves, what is over.
type Band int

// The bands, in the order in which they stand.
const (
	BandNeeds Band = iota
	BandUnderWay
	BandAtRest
	Bands // how many there are
)

// Band is where it stands in a list.
func (s Stand) Band() Band {
	switch {
	case s.Needs():
		return BandNeeds
	case s.AtRest():
		return BandAtRest
	}
	return BandUnderWay
}

// Word is the heading of a band.
func (b Band) Word() string { return [Bands]string{"needs you", "under way", "at rest"}[b] }
