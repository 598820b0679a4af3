package tui

import (
	"maps"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
)

// State is the read model: what the console knows of the engine beyond what one screen holds. All text in it is clean.
type State struct {
	Ready    bool // the first answer of the engine is here
	Counts   engine.Counts
	Kinds    []engine.Kind
	Steps    []string // every step of this build
	Messages []Message
	Waits    map[engine.ID]bool           // sagas at work that wait for a person
	Trouble  string                       // why the engine cannot be read or has stopped; empty when all is well
	Marks    map[engine.ID]engine.Summary // sagas that were marked, as they are now
	Frozen   *engine.Frozen               // nil when everything goes on
	Drifts   map[string]Drift             // what was last found, by resource key
	Astray   int                          // resources that somebody has to decide about
	Others   []Presence                   // the other sessions

	said int // messages so far
}

// Message is one line that was said in the footer.
type Message struct {
	At    time.Time
	Level say.Level
	Text  string
	Saga  string
	No    int
}

// maxMessages bounds what is kept for the messages screen.
const maxMessages = 500

func newState() *State {
	return &State{Marks: map[engine.ID]engine.Summary{}, Waits: map[engine.ID]bool{}}
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

// refresh brings what is marked, and what waits for a person, up to date.
func (s *State) refresh(changed []engine.Summary) {
	for i := range changed {
		if c := &changed[i]; c.NeedsOperator() && !c.Status.Terminal() {
			s.Waits[c.ID] = true
		} else {
			delete(s.Waits, c.ID)
		}
		if m, ok := s.Marks[changed[i].ID]; ok && m.Seq < changed[i].Seq {
			s.Marks[changed[i].ID] = changed[i]
		}
	}
}

// NeedsMe is the number of sagas that go nowhere until a person acts.
func (s *State) NeedsMe() int { return s.Counts.ByStatus[engine.Failed] + len(s.Waits) }

// Active is the number of sagas that are not at rest.
func (s *State) Active() int { return s.Counts.Active() }

// Done is the number of sagas that are at rest and need nobody.
func (s *State) Done() int {
	return s.Counts.ByStatus[engine.Completed] + s.Counts.ByStatus[engine.RolledBack]
}
