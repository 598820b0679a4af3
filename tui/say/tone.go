package say

// Level says how much a message matters.
type Level int

// The levels.
const (
	Info  Level = iota
	Good        // something is done
	Warn        // something goes backward
	Error       // something is refused, or needs a person
)

// String names the level.
func (l Level) String() string { return [...]string{"info", "good", "warning", "error"}[l] }

// Tone says what a text is about, so that whoever shows it can give it a color. It never says anything that the words do not.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Faint      // secondary
	Pending
	Running
	Completed
	Compensating // goes back, or waits for a while
	RolledBack
	Failed // has failed, or needs a person
	Asleep // sleeps until a time or a condition
	Voting // waits for this operator's vote
)

// Tone is that of a message of the level.
func (l Level) Tone() Tone { return [...]Tone{Faint, Completed, Compensating, Failed}[l] }
