package cli

import "slices"

// Stay is how long a command is there for.
type Stay int

// How long commands are there for.
const (
	Answers   Stay = iota // it looks, or asks for something, and ends
	Stays                 // the console, or a command that stays until a saga or a person is done
	Emergency             // what an operator needs when things go wrong
)

// StaysOf says how long a command line is there for. Without a command it is the console.
func StaysOf(args []string) Stay {
	switch word := firstWord(args); {
	case slices.Contains([]string{"freeze", "thaw", "cancel", "status", "pause"}, word):
		return Emergency
	case slices.Contains([]string{"", "accessible", "watch", "launch", "smoke", "decide", "rollback", "retry", "decide", "resolve", "resume", "skip", "restore"}, word):
		return Stays
	}
	return Answers
}
