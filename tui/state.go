package tui

import (
	"maps"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/tui/say"
)

// State is the read model: what the console knows of the engine beyond what one screen holds. All text in it is clean.
type State struct {
	Ready    bool // the first answer of the engine is here
	Counts   engine.Counts
	Kinds    []engine.Kind
	Steps    []string // every step of this build
	Messages []Message
	Busy     map[engine.ID]say.Stand      // how the sagas that are not at rest stand
	Trouble  string                       // why the engine cannot be read or has stopped; empty when all is well
	Marks    map[engine.ID]engine.Summary // sagas that were marked, as they are now
	Frozen   *engine.Frozen               // nil when everything goes on
	Drifts   map[string]estate.Drift      // what was last found, by resource key
	Astray   int                          // resources that somebody has to decide about
	Others   []Presence                   // the other sessions
	Nights   Nights                       // schedules and deliveries
	Crowd    *engine.Crowd                // who has the store open; nil where only one process can

	Usual  map[usualKey]time.Duration // how long steps usually take; 0 where nobody knows
	Unable map[engine.ID]inability    // why sagas could not be undone
	Ended  map[engine.ID]time.Time    // when sagas have come to rest, of the last that have
	Used   map[string]int             // how often each kind was among them when the console began

	said  int // messages so far
	tally [say.Stands]int
}

// Message is one line that was said in the footer.
type Message struct {
	At    time.Time
	Level say.Level
	Text  string
	Saga  string
	No    int

	undelivered string // the id of a delivery that was given up
}

// maxMessages bounds what is kept for the messages screen.
const maxMessages = 500

func newState() *State {
	return &State{Marks: map[engine.ID]engine.Summary{}, Busy: map[engine.ID]say.Stand{}, Usual: map[usualKey]time.Duration{}, Unable: map[engine.ID]inability{}, Ended: map[engine.ID]time.Time{}}
}

// Say keeps a message.
func (s *State) say(at time.Time, n Notify) Message {
	s.said++
	m := Message{At: at, Level: n.Level, Text: n.Text, Saga: n.Saga, No: s.said}
	if len(s.Messages) >= maxMessages {
		s.Messages = append(s.Messages[:0], s.Messages[len(s.Messages)-maxMessages+1:]...)
	}
	s.Messages = append(s.Messages, m)
	return m
}

// marked lists what is marked, newest first.
func (s *State) marked() []engine.Summary {
	out := slices.Collect(maps.Values(s.Marks))
	slices.SortFunc(out, func(a, b engine.Summary) int { return strings.Compare(string(b.ID), string(a.ID)) })
	return out
}

// stand takes over how all sagas stand that are not at rest.
func (s *State) stand(all map[engine.ID]say.Stand) {
	if all != nil {
		s.Busy = all
	}
	s.tally = [say.Stands]int{}
	for _, x := range s.Busy {
		s.tally[x]++
	}
}

// refresh brings what is marked, and how sagas stand, up to date.
func (s *State) refresh(changed []engine.Summary) {
	defer s.stand(nil)
	for i := range changed {
		if c := &changed[i]; c.Status.Terminal() {
			delete(s.Busy, c.ID)
			s.Ended[c.ID] = c.FinishedAt.Time
		} else {
			s.Busy[c.ID] = say.StandOf(c)
		}
		if m, ok := s.Marks[changed[i].ID]; ok && m.Seq < changed[i].Seq {
			s.Marks[changed[i].ID] = changed[i]
		}
	}
}

// NeedsMe is the number of sagas that go nowhere until a person acts, and of deliveries that nobody was told.
func (s *State) NeedsMe() int { return s.needySagas() + len(s.Nights.Unheard) }

func (s *State) needySagas() int {
	return s.Counts.ByStatus[engine.Failed] + s.tally[say.NeedsYou] + s.tally[say.YourVote]
}

// Count is the number of sagas that stand so. Of very many that are not at rest only those are counted that were looked at;
// the store says how many there are in all, and what is missing is taken to be at work.
func (s *State) Count(x say.Stand) int {
	n := s.tally[x]
	moves := x == say.AtWork || x == say.Undoing
	switch {
	case x == say.Held && s.Nobody():
		return s.tally[say.Undoing] + s.tally[say.AtWork] + max(0, s.Active()-len(s.Busy))
	case moves && s.Nobody():
		return 0
	case x == say.AtWork:
		n += max(0, s.Active()-len(s.Busy))
	}
	return n
}

// Nobody reports whether for longer than two leases no process has driven the store: no step of any saga starts.
func (s *State) Nobody() bool { return s.Crowd != nil && s.Crowd.Held }

// Active is the number of sagas that are not at rest.
func (s *State) Active() int { return s.Counts.Active() }

// UnderWay is the number of sagas that are not at rest and need nobody.
func (s *State) UnderWay() int {
	return max(0, s.Active()-s.tally[say.NeedsYou]-s.tally[say.YourVote])
}

// Done is the number of sagas that are at rest and need nobody.
func (s *State) Done() int {
	return s.Counts.ByStatus[engine.Completed] + s.Counts.ByStatus[engine.RolledBack]
}

// DoneToday is the number of sagas that have come to rest on the day of now, and need nobody.
func (s *State) DoneToday(c say.Clock) int {
	n := 0
	for _, at := range s.Ended {
		if c.Day(at) == "" {
			n++
		}
	}
	return n
}

// needy are the sagas at work that go nowhere until a person decides.
func (s *State) needy() []engine.ID {
	var out []engine.ID
	for id, x := range s.Busy {
		if x.Needs() {
			out = append(out, id)
		}
	}
	return out
}
